"""Celery tasks of write-behind: one flush task for each queue, the wake-ups and the expiry."""

import logging
from typing import Any

from celery import current_app, shared_task
from kombu import Exchange, Queue

from mysocial.core.errors import Unavailable
from mysocial.core.queues import all_queue_names, queue_names
from mysocial.persistence import packing
from mysocial.persistence.backoff import (
    end_backoff,
    in_backoff,
    skip_if_unavailable,
    start_backoff,
)
from mysocial.persistence.dirty import get_backlogs
from mysocial.persistence.flush import flush_queue
from mysocial.store import acknowledge_wakeup, wake_unless_pending
from mysocial.store.wakeups import WAKE_DIRTY_QUEUES, flush_task_name, forget_pending

logger = logging.getLogger(__name__)


def flush_when_awake(queue: str) -> int:
    """Flush `queue`, unless the workers back off; start a backoff if a server cannot be reached.

    Returns:
        How many records were flushed.
    """
    if in_backoff(queue):
        return 0
    try:
        acknowledge_wakeup(queue)
        flushed = flush_queue(queue)
    except Unavailable as error:
        logger.warning("The records of %s stay dirty for now: %s", queue, error)
        start_backoff()
        return 0
    if flushed:
        end_backoff()
    return flushed


def _register_flush_task(queue: str) -> Any:
    @shared_task(name=flush_task_name(queue))  # the sender names the queue
    @skip_if_unavailable
    def flush_records() -> int:
        return flush_when_awake(queue)

    return flush_records


FLUSH_TASKS = {queue: _register_flush_task(queue) for queue in queue_names()}
# A worker without `-Q` takes all of them.
current_app.conf.task_queues = [
    Queue(name, Exchange(name), routing_key=name) for name in all_queue_names()
]


@shared_task(name=WAKE_DIRTY_QUEUES)
@skip_if_unavailable
def wake_dirty_queues() -> int:
    """Wake the workers of each queue that has dirty records; return how many queues have."""
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


@shared_task(name="mysocial.delete_expired", expires=25)
@skip_if_unavailable
def delete_expired() -> int:
    """Delete stored responses, events and keys that are due; return how much was deleted."""
    return packing.delete_expired()


@shared_task(name="mysocial.pack_history", expires=4)
@skip_if_unavailable
def pack_history() -> int:
    """Compress stored responses and events; return how many were compressed."""
    return packing.pack_new_responses() + packing.pack_old_events()
