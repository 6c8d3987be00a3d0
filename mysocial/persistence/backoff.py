"""Backoff of the workers while Redis or MongoDB cannot be reached.

`skip_if_unavailable` is for any task; `start_backoff` keeps every worker from querying a MongoDB
that is unreachable.
"""

import functools
import logging
import random
from collections.abc import Callable

from redis.exceptions import OutOfMemoryError

from mysocial.core import keys
from mysocial.core.errors import Unavailable
from mysocial.core.redis import available, client
from mysocial.store.wakeups import postpone_wakeup

logger = logging.getLogger(__name__)
MAX_BACKOFF_SECONDS = 3.0
TRIES_TTL_SECONDS = 60
Work = Callable[[], int]


def skip_if_unavailable(work: Work) -> Work:
    """Decorate a task's function: it returns 0 and logs one line while a server is unreachable.

    The work is recorded in Redis and beat schedules it again, so the task has not failed.
    """

    @functools.wraps(work)
    def skip_work() -> int:
        try:
            return work()
        except Unavailable as error:
            logger.warning("%s is skipped for now: %s", work.__name__, error)
            return 0

    return skip_work


def start_backoff() -> float:
    """Keep every worker from flushing for a growing, jittered time, at most three seconds.

    The records stay dirty, and the number of tries is not limited.

    Returns:
        The length of the backoff, in seconds.

    Raises:
        Unavailable: Redis cannot be reached.
    """
    with available():
        try:
            tries = int(client().incr(keys.BACKOFF_ATTEMPTS))
            seconds = min(2.0**tries / 4, MAX_BACKOFF_SECONDS) * random.uniform(0.5, 1.0)  # noqa: S311
            client().set(keys.BACKOFF, "1", px=int(seconds * 1000))
            client().expire(keys.BACKOFF_ATTEMPTS, TRIES_TTL_SECONDS)
        except OutOfMemoryError:
            return 0.0  # a full server has no room for the key: a try at each beat is acceptable
    return seconds


def end_backoff() -> None:
    """Forget the failed tries: the next backoff is short again.

    Raises:
        Unavailable: Redis cannot be reached.
    """
    with available():
        client().delete(keys.BACKOFF_ATTEMPTS)


def in_backoff(queue: str) -> bool:
    """Return whether the workers back off.

    If so, the pending mark of `queue` is set to end with the backoff. A worker has taken the
    message of this queue already, so a write that follows the backoff must send another one.

    Raises:
        Unavailable: Redis cannot be reached.
    """
    with available():
        left_ms = int(client().pttl(keys.BACKOFF))
    if left_ms > 0:
        postpone_wakeup(queue, left_ms)
    return left_ms > 0
