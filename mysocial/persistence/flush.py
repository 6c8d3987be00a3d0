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
from mysocial.persistence.backoff import is_paused, patient, pause
from mysocial.persistence.dirty import (
    Refusal,
    dead_letter_counts,
    dead_letters,
    debts,
    drop,
    queues,
    replay,
    set_aside,
)
from mysocial.persistence.mongo_writer import Copy
from mysocial.store.wakeups import NUDGE_DEBTS, forget, send_again, taken, task_name

__all__ = ["dead_letter_counts", "dead_letters", "debts", "drop", "queues", "replay"]

logger = logging.getLogger(__name__)
# A full server must not refuse what empties it.
SETTLE = Script("common", "notes", "settle", flags="allow-oom")
SWEEP = Script("common", "sweep", flags="allow-oom")
SWEEP_BATCH = 5000
BATCH = 500
LEASE_MS = 1500
FEW = 20  # copies of one kind, for which MongoDB is not asked first which of them it lacks


def persist(queue: str, *, limit: int = BATCH) -> int:
    """Carry the oldest debts of `queue`; return how many were settled. Safe side by side.

    `Unavailable` when Redis or MongoDB is away; nothing is forgiven then.
    """
    taken, hashes = _take(queue, limit)
    by_store: dict[str, list[Copy]] = defaultdict(list)
    refusals = []
    for key, fields in hashes.items():
        try:
            copy = mongo_writer.copy_of(key, fields)
            by_store[copy.store.label].append(copy)
        except Exception as error:  # noqa: BLE001 - one bad record must not stop its neighbours
            why = f"{type(error).__name__}: {error}"
            refusals.append(Refusal(key, fields.get("v", b""), why))
    written = []
    for some in by_store.values():
        new = mongo_writer.lacked(some) if len(some) > FEW else ()
        done, refused = mongo_writer.write(some, new=new)
        written += done
        refusals += refused
    set_aside(queue, refusals)
    items = [[copy.key, copy.pk, copy.version, copy.ttl, queue] for copy in written]
    return int(SETTLE({"items": items, "taken": taken})) if items else 0


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


def drain(queue: str, *, seconds: float = 20) -> int:
    """Persist until nothing is owed, nothing moves or `seconds` have passed; return the count.

    One drain a queue at a time: a second one would carry the same batch again, which is safe but
    wasted. The lease is short, so that a killed worker holds nobody up.
    """
    if not _lease(queue):
        return 0
    total, until = 0, time.monotonic() + seconds
    try:
        while time.monotonic() < until:
            settled = persist(queue)
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


def make_task(queue: str) -> Any:
    """Return the task that carries the debts of `queue`."""

    @shared_task(name=task_name(queue))  # `send` names the queue
    @patient
    def persist_records() -> int:
        if is_paused(queue):
            return 0
        try:
            taken(queue)
            settled = drain(queue)
        except Unavailable as error:
            logger.warning("The debt of %s waits: %s", queue, error)
            pause()
            return 0
        if settled:
            with available():
                client().delete("pause:tries")
        return settled

    return persist_records


TASKS = {queue: make_task(queue) for queue in settings.CELERY_QUEUE_NAMES}


@shared_task(name=NUDGE_DEBTS)
@patient
def nudge_debts() -> int:
    """Ask again for each debt that is older than a moment; return how many queues were asked."""
    waiting = [queue for queue, debt in debts().items() if debt.count]
    for queue in waiting:
        send_again(queue)
    return len(waiting)


def ask_again() -> None:
    """Ask for all that is owed, also where messages that were on their way may be lost."""
    try:
        forget(queues())
        nudge_debts()
    except Unavailable as error:
        logger.warning("What is owed waits for beat: %s", error)


@shared_task(name="mysocial.sweep_expired", expires=25)
@patient
def sweep_expired() -> int:
    """Delete answers, event logs and tokens that have served their time; return how many."""
    total = count = int(SWEEP({"most": SWEEP_BATCH}))
    while count == SWEEP_BATCH:
        count = int(SWEEP({"most": SWEEP_BATCH}))
        total += count
    return total
