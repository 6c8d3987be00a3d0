"""Writes of record snapshots to MongoDB, fenced by version.

A snapshot may arrive late or twice: MongoDB keeps the newer of what it has and what arrives.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import bson
from pymongo import InsertOne, ReplaceOne
from pymongo.errors import BulkWriteError

from mysocial.core import mongo
from mysocial.core.errors import Unavailable
from mysocial.core.keys import TOMBSTONE, VERSION
from mysocial.core.redis import available, client
from mysocial.persistence.dead_letters import Rejection
from mysocial.persistence.duplicates import flushed_snapshots
from mysocial.store import Store, parse_record

# pymongo would reject the whole batch because of a larger document.
MAX_DOCUMENT_BYTES = 16 * 1024 * 1024 - 16 * 1024
DUPLICATE = 11000
# Tries of a unique value that another document holds. If that one's record is clean, it is a
# defect, not a race.
MAX_TRIES = 20
TOMBSTONE_TTL_SECONDS = 3600


@dataclass(frozen=True)
class Snapshot:
    """A record as it was when the batch was read."""

    key: str
    pk: str
    version: bytes
    store: Store[Any]
    document: dict[str, Any]

    @property
    def ttl_seconds(self) -> int:
        """Return how long Redis keeps the record once MongoDB has it."""
        is_live = self.document["_deleted_at"] is None
        return self.store.ttl_seconds if is_live else TOMBSTONE_TTL_SECONDS


class _Outcome(NamedTuple):
    """The result of one bulk write."""

    written: list[Snapshot]  # MongoDB has this version
    duplicate_ids: list[Snapshot]  # MongoDB has a document with the id, of an unknown version
    outranked: list[Snapshot]  # MongoDB has this version or a higher one
    rejected: list[tuple[Snapshot, dict[str, Any]]]  # each with MongoDB's error


def take_snapshot(key: str, fields: dict[str, bytes]) -> Snapshot:
    """Return the snapshot of a record's hash.

    Raises:
        Exception: No document can be made of the hash: it is missing, malformed or too large.
    """
    store, pk = parse_record(key)
    if VERSION not in fields:
        raise LookupError("A dirty record is not in Redis.")
    if TOMBSTONE in fields:
        document: dict[str, Any] = {
            "_id": pk, "_version": int(fields[VERSION]), "_deleted_at": datetime.now(UTC),
        }  # fmt: skip
    else:
        document = store.to_document(pk, fields)
    if len(bson.encode(document)) > MAX_DOCUMENT_BYTES:
        raise ValueError("The document is too large.")
    return Snapshot(key, pk, fields[VERSION], store, document)


def missing_ids(snapshots: list[Snapshot]) -> set[str]:
    """Return the ids of one store's snapshots for which MongoDB has no document now.

    A query and then inserts cost MongoDB a sixth of the CPU of upserts that find nothing.

    Raises:
        Unavailable: MongoDB cannot be reached.
    """
    ids = [snapshot.pk for snapshot in snapshots]
    query = {"_id": {"$in": ids}}
    model = snapshots[0].store.model
    documents = mongo.find(model, query, projection=["_id"], tombstones=True)
    return set(ids) - {document["_id"] for document in documents}


def write_snapshots(
    snapshots: list[Snapshot], *, new: Collection[str] = ()
) -> tuple[list[Snapshot], list[Rejection]]:
    """Write one store's snapshots.

    Args:
        snapshots: Each replaces an older document, or is inserted where there is none.
        new: The ids that MongoDB lacks: these snapshots are inserted without a look.

    Returns:
        The snapshots that MongoDB has now, or that are outdated, and the rejections. The others
        stay dirty.

    Raises:
        Unavailable: MongoDB cannot be reached, or did not confirm the write.
    """
    written: list[Snapshot] = []
    rejections: list[Rejection] = []
    existing: set[str] = set()  # ids for which MongoDB is known to have some version
    pending, may_release = snapshots, True
    while pending:
        outcome = _send(pending, new, existing)
        written += outcome.written + flushed_snapshots(outcome.outranked)
        existing.update(snapshot.pk for snapshot in outcome.duplicate_ids)
        pending = outcome.duplicate_ids
        if may_release and _release_unique_values(outcome.rejected):
            pending = pending + [snapshot for snapshot, _error in outcome.rejected]
        else:
            rejections += [_rejection(*rejected) for rejected in outcome.rejected]
        new, may_release = (), False
    return written, rejections


def _send(snapshots: list[Snapshot], new: Collection[str], existing: set[str]) -> _Outcome:
    """Write the snapshots in one unordered bulk write, and sort them by result."""
    errors = _bulk_write(snapshots, new)
    outcome = _Outcome([], [], [], [])
    for number, snapshot in enumerate(snapshots):
        error = errors.get(number)
        if error is None:
            outcome.written.append(snapshot)
        elif not _is_duplicate_id(error):
            outcome.rejected.append((snapshot, error))
        elif snapshot.pk in existing:
            outcome.outranked.append(snapshot)  # the fence found no older version to replace
        else:
            # Of two concurrent inserts the older may have won: try again, with the fence.
            outcome.duplicate_ids.append(snapshot)
    return outcome


def _bulk_write(snapshots: list[Snapshot], new: Collection[str]) -> dict[int, dict[str, Any]]:
    """Write the snapshots independently; return MongoDB's errors by index."""
    requests = [
        InsertOne(snapshot.document)
        if snapshot.pk in new
        else ReplaceOne(
            {"_id": snapshot.pk, "_version": {"$lt": int(snapshot.version)}},
            snapshot.document,
            upsert=True,
        )
        for snapshot in snapshots
    ]
    try:
        with mongo.available():
            mongo.collection(snapshots[0].store.model).bulk_write(requests, ordered=False)
    except BulkWriteError as error:
        errors = {problem["index"]: problem for problem in error.details["writeErrors"]}
        faults = {problem["code"] for problem in errors.values()} & mongo.NOT_NOW_CODES
        if faults or error.details.get("writeConcernErrors"):
            raise Unavailable(f"MongoDB did not confirm the write {sorted(faults)}.") from error
        return errors
    return {}


def _is_duplicate_id(error: dict[str, Any]) -> bool:
    return bool(error["code"] == DUPLICATE and error["keyPattern"] == {"_id": 1})


def _rejection(snapshot: Snapshot, error: dict[str, Any]) -> Rejection:
    max_tries = MAX_TRIES if error["code"] == DUPLICATE else 1
    return Rejection(snapshot.key, snapshot.version, error["errmsg"], max_tries)


def _release_unique_values(rejected: list[tuple[Snapshot, dict[str, Any]]]) -> bool:
    """Release the unique values that block snapshots; tell whether any could be released."""
    released = [
        release_unique_value(snapshot.store, error["keyValue"])
        for snapshot, error in rejected
        if error["code"] == DUPLICATE
    ]
    return any(released)


def release_unique_value(store: Store[Any], unique: dict[str, Any]) -> bool:
    """Remove a unique value from the MongoDB document that has it, if its record released it.

    Records that hand over or exchange a value may reach MongoDB in any order. The newer version of
    the holder is dirty, so this unsets only what its flush will overwrite.

    Returns:
        Whether the value is free now.

    Raises:
        Unavailable: Redis or MongoDB cannot be reached.
    """
    ((name, value),) = unique.items()
    with mongo.available():
        holder = mongo.collection(store.model).find_one({name: value}, ["_version"])
        if holder is None:
            return True
        with available():
            fields = client().hgetall(store.key(holder["_id"]))
        newest = {field.decode(): part for field, part in fields.items()}
        if int(newest.get(VERSION, 0)) <= holder["_version"]:
            return False
        if TOMBSTONE not in newest and store.decode(holder["_id"], newest)[name] == value:
            return False
        fence = {"_id": holder["_id"], name: value, "_version": holder["_version"]}
        mongo.collection(store.model).update_one(fence, {"$unset": {name: ""}})
    return True
