"""Wake the workers: one Celery message for many writes, sent by a thread, never by a request.

`task.delay()` costs ten times what a write costs, so requests only set a flag. Of each name one
message is on its way: who sends it leaves a mark, which the worker that takes it removes. So
workers that are slow have few messages to take, not one for each write meanwhile. Where one was
lost, beat sends another when the mark has run out.
"""

import logging
import os
import threading
import time
from collections.abc import Iterable

from celery import current_app

from mysocial.core import keys, tracing
from mysocial.core.errors import Unavailable
from mysocial.core.redis import available, client, is_full

logger = logging.getLogger(__name__)
_lock = threading.Lock()
_wake = threading.Event()
_requested: dict[str, dict[str, str]] = {}  # name -> what its message says of who asks
_thread: threading.Thread | None = None

SEND_EMAILS, EMAILS = "email.send_emails", "mails"
REMOVE_CASCADES, CASCADES = "mysocial.run_cascades", "cascades"
PROCESS_MEDIA, MEDIA = "images.process_media", "media"
MAKE_EXPORTS, EXPORTS = "accounts.make_exports", "exports"
WAKE_DIRTY_QUEUES = "mysocial.wake_dirty_queues"
# What is asked for by these names is work of its own; by any other, that a queue's debt be carried.
TASKS_BY_NAME = {
    EMAILS: (SEND_EMAILS, "email"),
    CASCADES: (REMOVE_CASCADES, "default"),
    MEDIA: (PROCESS_MEDIA, "images"),
    EXPORTS: (MAKE_EXPORTS, "accounts"),
}


PENDING_TTL_MS = 3000
MIN_INTERVAL_SECONDS = (
    0.5  # seconds between messages of one name from one process: many writes, one drain
)
# Seconds. Long: a message that waited does its work as well as a new one, and where all of them
# ran out before they were taken, nothing would ever be done.
MESSAGE_TTL_SECONDS = 60


def task_name(queue: str) -> str:
    """Return the name of the task that carries a queue's debt to MongoDB."""
    return f"{queue}.flush_records"


def wake_workers(queues: Iterable[str]) -> None:
    """Ask for work: debts to carry, mails to send, removals, media to process.

    Returns at once and never raises.
    """
    wanted = set(queues)
    if wanted:
        with _lock:
            _requested.update(dict.fromkeys(wanted, tracing.message_headers()))
            _ensure_thread()
        _wake.set()


def acknowledge(name: str) -> None:
    """Say that a worker has taken the message: what is written from now on asks for another.

    `Unavailable`.
    """
    with available():
        client().delete(keys.wakeup(name))


def postpone(name: str, milliseconds: int) -> None:
    """Let who writes ask for another message after so long, not when this one's mark has run out.

    For a worker that took it and may not do its work yet. `Unavailable`.
    """
    with available():
        client().pexpire(keys.wakeup(name), milliseconds)


def forget_pending(names: Iterable[str]) -> None:
    """Say that messages which are on their way may be lost. `Unavailable`."""
    with available():
        client().delete(*(keys.wakeup(name) for name in (*names, *TASKS_BY_NAME)))


def wake_unless_pending(queue: str) -> None:
    """Send the message, unless one is on its way. `Unavailable`."""
    try:
        with available():
            is_needed = client().set(keys.wakeup(queue), "1", nx=True, px=PENDING_TTL_MS)
    except Unavailable as error:
        if not is_full(error):
            raise
        is_needed = True
    if is_needed:
        send_wakeup(queue)


def send_wakeup(queue: str, asked_by: dict[str, str] | None = None) -> None:
    """Send the message itself, with what it says of a request that asks for it.

    A broker that is away is logged: beat will ask again. One that is full takes no message, and
    stays full until debts are carried: then it is done here, by this thread.
    """
    name, queue = TASKS_BY_NAME.get(queue, (task_name(queue), queue))
    try:
        current_app.send_task(
            name, queue=queue, retry=False, expires=MESSAGE_TTL_SECONDS, headers=asked_by
        )
    except Exception as error:  # noqa: BLE001 - kombu raises what its transport raises
        if is_full(error):
            _run_inline(name)
        else:
            logger.warning("The debt of %s waits for beat, the broker is away: %s", queue, error)


def _run_inline(name: str) -> None:
    try:
        current_app.tasks[name]()
    except Exception as error:  # noqa: BLE001 - the thread must live on
        logger.warning("%s could not be carried out here: %s", name, error)


def _ensure_thread() -> None:
    global _thread  # noqa: PLW0603 - one thread for each process, also after a fork
    if _thread is None or not _thread.is_alive():
        _thread = threading.Thread(target=_run, name="nudge", daemon=True)
        _thread.start()


def _reset_after_fork() -> None:
    """Begin anew in a forked child: threads do not survive a fork, but locks they held do."""
    global _lock, _wake, _thread
    _lock, _wake, _thread = threading.Lock(), threading.Event(), None
    _requested.clear()


os.register_at_fork(after_in_child=_reset_after_fork)


def _run() -> None:
    due: dict[str, float] = {}  # when each name may be sent for again
    while True:
        now = time.monotonic()
        with _lock:
            ready = {
                name: _requested[name] for name in sorted(_requested) if due.get(name, now) <= now
            }
            later = [due[name] for name in _requested if name not in ready]
            for name in ready:
                del _requested[name]
        for name, asked_by in ready.items():
            due[name] = now + MIN_INTERVAL_SECONDS
            send_wakeup(name, asked_by)
        if not ready:
            _wake.wait(min(later) - now if later else None)
            _wake.clear()
