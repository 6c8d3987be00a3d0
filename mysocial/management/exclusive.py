"""A lock in Redis for commands of which only one may run on all machines."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError
from redis.exceptions import LockError, RedisError

from mysocial.core import keys
from mysocial.core import redis as store_redis

LOCK_SECONDS = 10.0  # after the death of its owner
RENEWAL_SECONDS = 2.0
REPORT_SECONDS = 10.0


@contextmanager
def exclusive(name: str, seconds: float, report: Callable[[str], object]) -> Iterator[None]:
    """Hold the lock of a command during the block.

    Args:
        name: The name of the command.
        seconds: How long to wait for another one, at least until the lock of a dead one expires.
        report: It is called with one line every `REPORT_SECONDS` while another one runs.

    Raises:
        CommandError: Another one still runs.
        Unavailable: Redis cannot be reached.
    """
    lock = store_redis.client().lock(keys.lease(name), timeout=LOCK_SECONDS, thread_local=False)
    deadline = time.monotonic() + max(seconds, 2 * LOCK_SECONDS)
    with store_redis.available():
        while not lock.acquire(blocking_timeout=min(REPORT_SECONDS, deadline - time.monotonic())):
            if time.monotonic() >= deadline:
                raise CommandError(f"Another `{name}` is running: wait until it has ended.")
            report(f"Another `{name}` is running; waiting for its end.")
    ended = threading.Event()

    def renew() -> None:
        while not ended.wait(RENEWAL_SECONDS):
            try:
                lock.reacquire()
            except (LockError, RedisError):
                pass  # the next attempt may succeed

    thread = threading.Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        try:
            lock.release()
        except (LockError, RedisError):
            pass  # it expires by itself
