"""Worker wake-ups: one Celery message for many writes, sent by a thread, never by a request.

`task.delay()` costs ten times as much as a write, so requests only set a flag. At most one message
of each name is pending: its sender sets a key, which the worker deletes. So slow workers get few
messages, not one for each write. If a message is lost, the scheduler sends another one when the key
has expired.
"""

import logging
import os
import threading
import time
from collections.abc import Iterable

from celery import current_app
from django.conf import settings

from mysocial.core import keys, tracing
from mysocial.core.errors import Unavailable
from mysocial.core.redis import Script, available, client, is_full
from mysocial.core.wakeup_names import (
    CASCADES,
    EMAILS,
    EXPIRY,
    EXPORTS,
    HOOKS,
    LINK_CHECKS,
    MEDIA,
    OLD_EMAIL_FILES,
    OLD_EXPORTS,
    OLD_UPLOADS,
    PACKING,
    POLL_ENDS,
    RECOVERY,
    SECURITY_EVENTS,
)

logger = logging.getLogger(__name__)
_lock = threading.Lock()
_wake = threading.Event()
_requested: dict[str, dict[str, str]] = {}  # by name: the headers of its message
_thread: threading.Thread | None = None

WAKE_DIRTY_QUEUES = "mysocial.wake_dirty_queues"
# By the name of a wake-up: its task and its Celery queue. A name that is not here is the name of a
# queue, and its task flushes that queue.
TASKS_BY_NAME = {
    EMAILS: ("email.send_emails", "email"),
    CASCADES: ("mysocial.run_cascades", "default"),
    HOOKS: ("mysocial.run_hooks", "default"),
    MEDIA: ("images.process_media", settings.MEDIA_QUEUE),
    EXPORTS: ("accounts.make_exports", settings.MEDIA_QUEUE),
    LINK_CHECKS: ("users.check_links", settings.MEDIA_QUEUE),
    POLL_ENDS: ("posts.end_polls", "default"),
    PACKING: ("mysocial.pack_history", "default"),
    EXPIRY: ("mysocial.delete_expired", "default"),
    RECOVERY: ("mysocial.recover_data", "default"),
    SECURITY_EVENTS: ("accounts.save_security_events", "accounts"),
    OLD_EXPORTS: ("accounts.delete_expired_exports", "accounts"),
    OLD_UPLOADS: ("images.delete_stale_uploads", "images"),
    OLD_EMAIL_FILES: ("email.delete_old_files", "email"),
}
ACKNOWLEDGE = Script("common", "acknowledge_wakeup", flags="allow-oom")
PENDING_TTL_MS = 3000
MIN_INTERVAL_SECONDS = 0.5  # between messages of one name from one process
# Long, because an old message starts the same work as a new one. If every message expired before a
# worker received it, the work would never be done.
MESSAGE_TTL_SECONDS = 60


def task_of(name: str) -> tuple[str, str]:
    """Return the task of a wake-up and its Celery queue."""
    return TASKS_BY_NAME.get(name, (f"{name}.flush_records", name))


def wake_workers(names: Iterable[str]) -> None:
    """Wake the workers that flush these queues, or do the work of `TASKS_BY_NAME`.

    Returns at once and never raises an error.
    """
    wanted = set(names)
    if wanted:
        with _lock:
            _requested.update(dict.fromkeys(wanted, tracing.message_headers()))
            _ensure_thread()
        _wake.set()


def acknowledge_wakeup(name: str, message_id: str = "") -> None:
    """Note that a worker has received the message: later writes send another one.

    Args:
        name: The name of the wake-up.
        message_id: The id of the message. If the retry of another message is pending, nothing
            changes.

    Raises:
        Unavailable: Redis cannot be reached.
    """
    ACKNOWLEDGE({"name": name, "message_id": message_id})


def mark_pending(name: str, milliseconds: int = PENDING_TTL_MS, message_id: str = "1") -> bool:
    """Note that a message is pending; return False if another one is.

    Args:
        name: The name of the wake-up.
        milliseconds: The time after which the message is considered lost.
        message_id: The id of the message, if it is a retry.

    Raises:
        Unavailable: Redis cannot be reached, or is full.
    """
    with available():
        return bool(client().set(keys.wakeup(name), message_id, nx=True, px=milliseconds))


def forget_pending(queues: Iterable[str]) -> None:
    """Forget the pending messages of these queues and of `TASKS_BY_NAME`: they may be lost.

    Raises:
        Unavailable: Redis cannot be reached.
    """
    with available():
        client().delete(*(keys.wakeup(name) for name in (*queues, *TASKS_BY_NAME)))


def forget_requested() -> None:
    """Drop the messages that this process has not sent yet; for tests that empty Redis."""
    with _lock:
        _requested.clear()


def wake_unless_pending(name: str) -> None:
    """Send the message now, unless one is pending.

    Raises:
        Unavailable: Redis cannot be reached.
    """
    try:
        is_needed = mark_pending(name)
    except Unavailable as error:
        if not is_full(error):
            raise
        is_needed = True
    if is_needed:
        send_wakeup(name)


def send_wakeup(name: str, headers: dict[str, str] | None = None) -> None:
    """Send the message, with the trace headers of the request that caused it.

    A broker that cannot be reached is logged: the scheduler sends another message. A broker that is
    full accepts no message, and stays full until records are flushed: then this thread does it.
    """
    task, queue = task_of(name)
    try:
        current_app.send_task(
            task, queue=queue, retry=False, expires=MESSAGE_TTL_SECONDS, headers=headers
        )
    except Exception as error:  # noqa: BLE001 - kombu raises what its transport raises
        if is_full(error):
            _run_inline(task)
        else:
            logger.warning("The broker cannot be reached, %s is not woken: %s", queue, error)


def _run_inline(task: str) -> None:
    try:
        current_app.tasks[task]()
    except Unavailable:
        pass  # the workers wait for the same server, and have logged it
    except Exception as error:  # noqa: BLE001 - the thread must go on
        logger.warning("%s failed in the web process: %s", task, error)


def _ensure_thread() -> None:
    global _thread  # noqa: PLW0603 - one thread for each process, also after a fork
    if _thread is None or not _thread.is_alive():
        _thread = threading.Thread(target=_run, name="wakeups", daemon=True)
        _thread.start()


def _reset_after_fork() -> None:
    """Start again in a forked child: threads do not survive a fork, but the locks they hold do."""
    global _lock, _wake, _thread
    _lock, _wake, _thread = threading.Lock(), threading.Event(), None
    _requested.clear()


os.register_at_fork(after_in_child=_reset_after_fork)


def _run() -> None:
    due: dict[str, float] = {}  # when each name may be sent again
    while True:
        now = time.monotonic()
        with _lock:
            ready = {
                name: _requested[name] for name in sorted(_requested) if due.get(name, now) <= now
            }
            later = [due[name] for name in _requested if name not in ready]
            for name in ready:
                del _requested[name]
        for name, headers in ready.items():
            due[name] = now + MIN_INTERVAL_SECONDS
            send_wakeup(name, headers)
        if not ready:
            _wake.wait(min(later) - now if later else None)
            _wake.clear()
