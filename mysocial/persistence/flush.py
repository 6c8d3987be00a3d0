"""`persist()`: carry a queue's debts to MongoDB. One Celery task for each domain.

A record stays dirty until MongoDB has that very version, journaled by a majority. Every step may
be killed or run twice: the writes are fenced by version, and a debt is forgiven only if nobody
wrote since the copy was taken.
"""

import logging
import time
from collections import defaultdict
from typing import Any

from celery import shared_task
from django.conf import settings
from redis.exceptions import OutOfMemoryError

from mysocial.core.errors import Unavailable
from mysocial.core.redis import Script, available, client
from mysocial.persistence import mongo_writer
from mysocial.persistence.backoff import in_backoff, skip_if_unavailable, start_backoff
from mysocial.persistence.dirty import (
    Rejection,
    backlogs,
    dead_letter_counts,
    dead_letters,
    discard_dead_letters,
    queue_names,
    record_rejections,
    retry_dead_letters,
)
from mysocial.persistence.mongo_writer import Snapshot
from mysocial.store import acknowledge, wake_unless_pending
from mysocial.store.wakeups import WAKE_DIRTY_QUEUES, forget_pending, task_name

__all__ = [
    "backlogs",
    "dead_letter_counts",
    "dead_letters",
    "discard_dead_letters",
    "queue_names",
    "retry_dead_letters",
]

logger = logging.getLogger(__name__)
# A full server must not refuse what empties it.
MARK_FLUSHED = Script("common", "notes", "settle", flags="allow-oom")
DELETE_EXPIRED = Script("common", "sweep", flags="allow-oom")
DELETE_BATCH = 5000
BATCH = 500
LEASE_MS = 1500
MIN_BATCH_FOR_LOOKUP = (
    20  # copies of one kind, for which MongoDB is not asked first which of them it lacks
)


def flush_batch(queue: str, *, limit: int = BATCH) -> int:
    """Carry the oldest debts of `queue`; return how many were settled. Safe side by side.

    `Unavailable` when Redis or MongoDB is away; nothing is forgiven then.
    """
    taken, hashes = _take(queue, limit)
    by_store: dict[str, list[Snapshot]] = defaultdict(list)
    refusals = []
    for key, fields in hashes.items():
        try:
            copy = mongo_writer.snapshot(key, fields)
            by_store[copy.store.label].append(copy)
        except Exception as error:  # noqa: BLE001 - one bad record must not stop its neighbours
            why = f"{type(error).__name__}: {error}"
            refusals.append(Rejection(key, fields.get("v", b""), why))
    written = []
    for some in by_store.values():
        new = mongo_writer.missing_ids(some) if len(some) > MIN_BATCH_FOR_LOOKUP else ()
        done, refused = mongo_writer.write_snapshots(some, new=new)
        written += done
        refusals += refused
    record_rejections(queue, refusals)
    items = [[copy.key, copy.pk, copy.version, copy.ttl_seconds, queue] for copy in written]
    return int(MARK_FLUSHED({"items": items, "taken": taken})) if items else 0


def _take(queue: str, limit: int) -> tuple[int, dict[str, dict[str, bytes]]]:
    """Return the moment of the copies, in milliseconds, and the oldest debts as they are."""
    with available():
        keys = [key.decode() for key in client().zrange(f"dirty:{queue}", 0, limit - 1)]
        pipe = client().pipeline(transaction=False)
        pipe.time()
        for key in keys:
            pipe.hgetall(key)
        (seconds, microseconds), *hashes = pipe.execute()
    named = [{name.decode(): value for name, value in fields.items()} for fields in hashes]
    return seconds * 1000 + microseconds // 1000, dict(zip(keys, named, strict=True))


def flush_queue(queue: str, *, seconds: float = 20) -> int:
    """Persist until nothing is owed, nothing moves or `seconds` have passed; return the count.

    One drain a queue at a time: a second one would carry the same batch again, which is safe but
    wasted. The lease is short, so that a killed worker holds nobody up.
    """
    if not _lease(queue):
        return 0
    total, until = 0, time.monotonic() + seconds
    try:
        while time.monotonic() < until:
            settled = flush_batch(queue)
            total += settled
            if not settled:
                break
            _lease(queue, renew=True)
    finally:
        with available():
            client().delete(f"lease:{queue}")
    return total


def _lease(queue: str, *, renew: bool = False) -> bool:
    with available():
        try:
            return bool(client().set(f"lease:{queue}", "1", nx=not renew, px=LEASE_MS))
        except OutOfMemoryError:
            return True  # a full server has no room for a lease, and no use for waiting


def make_flush_task(queue: str) -> Any:
    """Return the task that carries the debts of `queue`."""

    @shared_task(name=task_name(queue))  # `send` names the queue
    @skip_if_unavailable
    def persist_records() -> int:
        if in_backoff(queue):
            return 0
        try:
            acknowledge(queue)
            settled = flush_queue(queue)
        except Unavailable as error:
            logger.warning("The debt of %s waits: %s", queue, error)
            start_backoff()
            return 0
        if settled:
            with available():
                client().delete("pause:tries")
        return settled

    return persist_records


TASKS = {queue: make_flush_task(queue) for queue in settings.CELERY_QUEUE_NAMES}


@shared_task(name=WAKE_DIRTY_QUEUES)
@skip_if_unavailable
def wake_dirty_queues() -> int:
    """Ask again for each debt that is older than a moment; return how many queues were asked."""
    waiting = [queue for queue, debt in backlogs().items() if debt.count]
    for queue in waiting:
        wake_unless_pending(queue)
    return len(waiting)


def wake_all() -> None:
    """Ask for all that is owed, also where messages that were on their way may be lost."""
    try:
        forget_pending(queue_names())
        wake_dirty_queues()
    except Unavailable as error:
        logger.warning("What is owed waits for beat: %s", error)


@shared_task(name="mysocial.delete_expired", expires=25)
@skip_if_unavailable
def delete_expired() -> int:
    """Delete answers, event logs and tokens that have served their time; return how many."""
    total = count = int(DELETE_EXPIRED({"most": DELETE_BATCH}))
    while count == DELETE_BATCH:
        count = int(DELETE_EXPIRED({"most": DELETE_BATCH}))
        total += count
    return total
