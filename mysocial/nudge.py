"""Wake the workers: one Celery message for many writes, sent by a thread, never by a request.

`task.delay()` costs ten times what a write costs, so requests only set a flag; the write script
asks for at most five messages a second and queue. A lost one costs one beat.
"""

import logging
import os
import threading
from collections.abc import Iterable

from celery import current_app

from mysocial.redis import is_full

logger = logging.getLogger(__name__)
_lock = threading.Lock()
_wake = threading.Event()
_queues: set[str] = set()
_owner: threading.Thread | None = None

SEND_MAILS, MAILS = "email.send_mails", "mails"
REMOVE_CASCADES, CASCADES = "mysocial.remove_cascades", "cascades"
PROCESS_MEDIA, MEDIA = "images.process_media", "media"
# What is asked for by these names is work of its own; by any other, that a queue's debt be carried.
WORK = {
    MAILS: (SEND_MAILS, "email"),
    CASCADES: (REMOVE_CASCADES, "default"),
    MEDIA: (PROCESS_MEDIA, "images"),
}


def task_name(queue: str) -> str:
    """Return the name of the task that carries a queue's debt to MongoDB."""
    return f"{queue}.persist_records"


def nudge(queues: Iterable[str]) -> None:
    """Ask for work: debts to carry, mails to send, removals, media to process.

    Returns at once and never raises.
    """
    wanted = set(queues)
    if wanted:
        with _lock:
            _queues.update(wanted)
            _ensure_thread()
        _wake.set()


def send(queue: str) -> None:
    """Send the message itself. A broker that is away is logged: beat will ask again.

    A broker that is full takes no message, and stays full until debts are carried: then it is done
    here, by this thread.
    """
    name, queue = WORK.get(queue, (task_name(queue), queue))
    try:
        current_app.send_task(name, queue=queue, retry=False, expires=10)
    except Exception as error:  # noqa: BLE001 - kombu raises what its transport raises
        if is_full(error):
            _carry_here(name)
        else:
            logger.warning("The debt of %s waits for beat, the broker is away: %s", queue, error)


def _carry_here(name: str) -> None:
    try:
        current_app.tasks[name]()
    except Exception as error:  # noqa: BLE001 - the thread must live on
        logger.warning("%s could not be carried out here: %s", name, error)


def _ensure_thread() -> None:
    global _owner  # noqa: PLW0603 - one thread for each process, also after a fork
    if _owner is None or not _owner.is_alive():
        _owner = threading.Thread(target=_run, name="nudge", daemon=True)
        _owner.start()


def _forget_thread() -> None:
    """Begin anew in a forked child: threads do not survive a fork, but locks they held do."""
    global _lock, _wake, _owner
    _lock, _wake, _owner = threading.Lock(), threading.Event(), None
    _queues.clear()


os.register_at_fork(after_in_child=_forget_thread)


def _run() -> None:
    while True:
        _wake.wait()
        _wake.clear()
        with _lock:
            wanted = sorted(_queues)
            _queues.clear()
        for queue in wanted:
            send(queue)
