"""`persist()`: carry a queue's debts to MongoDB. One Celery task for each domain.

A record stays dirty until MongoDB has that very version, journaled by a majority. Every step may
be killed or run twice: the writes are fenced by version, and a debt is forgiven only if nobody
wrote since the copy was taken.
"""

import logging
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import bson
from celery import shared_task
from django.conf import settings
from pymongo import ReplaceOne
from pymongo.errors import BulkWriteError
from redis.exceptions import OutOfMemoryError

from mysocial import mongo
from mysocial.debts import (
    Refusal,
    dead_letter_counts,
    dead_letters,
    debts,
    drop,
    queues,
    replay,
    set_aside,
)
from mysocial.errors import Unavailable
from mysocial.nudge import NUDGE_DEBTS, forget, send_again, taken, task_name
from mysocial.patience import is_paused, patient, pause
from mysocial.redis import Script, available, client
from mysocial.store import Store, parse_record

__all__ = ["dead_letter_counts", "dead_letters", "debts", "drop", "queues", "replay"]

logger = logging.getLogger(__name__)
# A full server must not refuse what empties it.
SETTLE = Script("common", "notes", "settle", flags="allow-oom")
SWEEP = Script("common", "sweep", flags="allow-oom")
SWEEP_BATCH = 5000
BATCH = 500
LEASE_MS = 1500
MOST_BYTES = 16 * 1024 * 1024 - 16 * 1024  # pymongo would refuse the whole batch for a larger one
DUPLICATE = 11000
# What MongoDB says of itself, not of the document: no room, no lock, no time, no primary.
ITS_OWN_FAULT = frozenset({
    6, 7, 13, 18, 24, 46, 50, 89, 91, 112, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436, 14031
})  # fmt: skip
# A unique value that MongoDB has with a record that owes nothing is a defect, not a race.
MOST_TRIES = 20
TOMBSTONE_SECONDS = 3600


@dataclass(frozen=True)
class Copy:
    """A record as it was when the batch was taken."""

    key: str
    pk: str
    version: bytes
    store: Store[Any]
    document: dict[str, Any]

    @property
    def ttl(self) -> int:
        return self.store.ttl if self.document["_deleted_at"] is None else TOMBSTONE_SECONDS


def persist(queue: str, *, limit: int = BATCH) -> int:
    """Carry the oldest debts of `queue`; return how many were settled. Safe side by side.

    `Unavailable` when Redis or MongoDB is away; nothing is forgiven then.
    """
    taken, hashes = _take(queue, limit)
    by_store: dict[str, list[Copy]] = defaultdict(list)
    refusals = []
    for key, fields in hashes.items():
        try:
            copy = _copy(key, fields)
            by_store[copy.store.label].append(copy)
        except Exception as error:  # noqa: BLE001 - one bad record must not stop its neighbours
            why = f"{type(error).__name__}: {error}"
            refusals.append(Refusal(key, fields.get("v", b""), why))
    written = []
    for some in by_store.values():
        done, refused = _bulk_write(some)
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


def _copy(key: str, fields: dict[str, bytes]) -> Copy:
    store, pk = parse_record(key)
    if "v" not in fields:
        raise LookupError("A dirty record is not in Redis.")
    if "x" in fields:
        document: dict[str, Any] = {
            "_id": pk, "_version": int(fields["v"]), "_deleted_at": datetime.now(UTC),
        }  # fmt: skip
    else:
        document = store.to_document(pk, fields)
    if len(bson.encode(document)) > MOST_BYTES:
        raise ValueError("The document is too large.")
    return Copy(key, pk, fields["v"], store, document)


def _bulk_write(copies: list[Copy], *, again: bool = False) -> tuple[list[Copy], list[Refusal]]:
    """Write one store's copies; return those MongoDB has, and why it refused the others."""
    requests = [
        ReplaceOne(
            {"_id": copy.pk, "_version": {"$lt": int(copy.version)}}, copy.document, upsert=True
        )
        for copy in copies
    ]
    problems: dict[int, dict[str, Any]] = {}
    try:
        with mongo.available():
            mongo.collection(copies[0].store.model).bulk_write(requests, ordered=False)
    except BulkWriteError as error:
        problems = {problem["index"]: problem for problem in error.details["writeErrors"]}
        faults = {problem["code"] for problem in problems.values()} & ITS_OWN_FAULT
        if faults or error.details.get("writeConcernErrors"):
            raise Unavailable(f"MongoDB did not confirm the write {sorted(faults)}.") from error
    # A duplicate _id says that the fence held: MongoDB has this version or a newer one.
    refused = {
        number: problem
        for number, problem in problems.items()
        if problem["code"] != DUPLICATE or problem["keyPattern"] != {"_id": 1}
    }
    done = [copy for number, copy in enumerate(copies) if number not in refused]
    taken = [n for n, problem in refused.items() if problem["code"] == DUPLICATE]
    room = [_make_room(copies[n].store, refused[n]["keyValue"]) for n in taken if not again]
    if any(room):
        more, rest = _bulk_write([copies[n] for n in refused], again=True)
        return done + more, rest
    return done, [
        Refusal(
            copies[n].key, copies[n].version, problem["errmsg"], MOST_TRIES if n in taken else 1
        )
        for n, problem in refused.items()
    ]


def _make_room(store: Store[Any], unique: dict[str, Any]) -> bool:
    """Take a unique value from the document that still has it, if its record gave it up.

    Records that hand a value on, or exchange theirs, may come to MongoDB in any order: the newer
    copy of that record is owed, so what is taken here is only what will be overwritten.
    """
    ((name, value),) = unique.items()
    with mongo.available():
        holder = mongo.collection(store.model).find_one({name: value}, ["_version"])
        if holder is None:
            return True
        with available():
            fields = client().hgetall(store.key(holder["_id"]))
        newest = {field.decode(): part for field, part in fields.items()}
        if int(newest.get("v", 0)) <= holder["_version"]:
            return False
        if "x" not in newest and store.decode(holder["_id"], newest)[name] == value:
            return False
        fence = {"_id": holder["_id"], name: value, "_version": holder["_version"]}
        mongo.collection(store.model).update_one(fence, {"$unset": {name: ""}})
    return True


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
