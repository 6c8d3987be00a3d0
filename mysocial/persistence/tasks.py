"""Celery tasks of write-behind: one flush task for each queue, the wake-ups and the expiry."""

import logging
from typing import Any

from celery import current_app, shared_task
from kombu import Exchange, Queue

from mysocial.core import mongo
from mysocial.core.errors import Unavailable
from mysocial.core.queues import all_queue_names, queue_names
from mysocial.core.wakeup_names import EXPIRY, PACKING
from mysocial.persistence import packing
from mysocial.persistence.backoff import check_backoff, end_backoff
from mysocial.persistence.dirty import get_backlogs
from mysocial.persistence.flush import flush_batch, flush_queue
from mysocial.persistence.wakeup_task import wakeup_task
from mysocial.store import wake_unless_pending
from mysocial.store.wakeups import WAKE_DIRTY_QUEUES, forget_pending

logger = logging.getLogger(__name__)
FLUSH_SECONDS = 20
MAX_FLUSH_SECONDS = 90  # with the last batch, of which each command may take 20 seconds
MAX_PACKING_SECONDS = 90


def flush_when_awake(queue: str) -> int:
    """Flush `queue`; after a failed attempt, try one batch, and wake the workers if it succeeds.

    Returns:
        How many records were flushed.

    Raises:
        RetryLater: The workers back off.
        Unavailable: Redis or MongoDB cannot be reached.
    """
    flushed = 0
    if check_backoff():
        mongo.ping()  # which fails sooner than a write if MongoDB does not reply
        flushed = flush_batch(queue)
        end_backoff()
        wake_all()
    return flushed + flush_queue(queue, seconds=FLUSH_SECONDS)


def _register_flush_task(queue: str) -> Any:
    @wakeup_task(queue, max_seconds=MAX_FLUSH_SECONDS)
    def flush_records() -> int:
        return flush_when_awake(queue)

    return flush_records


FLUSH_TASKS = {queue: _register_flush_task(queue) for queue in queue_names()}
# A worker without `-Q` takes all of them.
current_app.conf.task_queues = [
    Queue(name, Exchange(name), routing_key=name) for name in all_queue_names()
]


@shared_task(name=WAKE_DIRTY_QUEUES)
def wake_dirty_queues() -> int:
    """Wake the workers of each queue that has dirty records; return how many queues have.

    Raises:
        Unavailable: Redis cannot be reached.
    """
    dirty = [queue for queue, backlog in get_backlogs().items() if backlog.count]
    for queue in dirty:
        wake_unless_pending(queue)
    return len(dirty)


def wake_all() -> None:
    """Wake the workers of each dirty queue, even where a wake-up is pending: it may be lost."""
    try:
        forget_pending(queue_names())
        wake_dirty_queues()
    except Unavailable as error:
        logger.warning("Dirty records wait for the next beat: %s", error)


@wakeup_task(EXPIRY, max_seconds=MAX_PACKING_SECONDS)
def delete_expired() -> int:
    """Delete stored responses, events and keys that are due; return how much was deleted."""
    return packing.delete_expired()


@wakeup_task(PACKING, max_seconds=MAX_PACKING_SECONDS)
def pack_history() -> int:
    """Compress stored responses and events; return how many were compressed."""
    return packing.pack_new_responses() + packing.pack_old_events()
