"""Copies of records as Redis has them, and how MongoDB gets them: fenced by version.

A copy may come late or twice: MongoDB keeps the newer of what it has and what comes.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import bson
from pymongo import InsertOne, ReplaceOne
from pymongo.errors import BulkWriteError

from mysocial.core import mongo
from mysocial.core.errors import Unavailable
from mysocial.core.redis import available, client
from mysocial.persistence.dirty import Rejection
from mysocial.store import Store, parse_record

MAX_DOCUMENT_BYTES = (
    16 * 1024 * 1024 - 16 * 1024
)  # pymongo would refuse the whole batch for a larger one
DUPLICATE = 11000
# What MongoDB says of itself, not of the document: no room, no lock, no time, no primary.
SERVER_FAULT_CODES = frozenset({
    6, 7, 13, 18, 24, 46, 50, 89, 91, 112, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436, 14031
})  # fmt: skip
# A unique value that MongoDB has with a record that owes nothing is a defect, not a race.
MAX_TRIES = 20
TOMBSTONE_SECONDS = 3600


@dataclass(frozen=True)
class Snapshot:
    """A record as it was when the batch was taken."""

    key: str
    pk: str
    version: bytes
    store: Store[Any]
    document: dict[str, Any]

    @property
    def ttl_seconds(self) -> int:
        return self.store.ttl_seconds if self.document["_deleted_at"] is None else TOMBSTONE_SECONDS


def snapshot(key: str, fields: dict[str, bytes]) -> Snapshot:
    """Return the copy of a hash; raises what is wrong with one that no document can be made of."""
    store, pk = parse_record(key)
    if "v" not in fields:
        raise LookupError("A dirty record is not in Redis.")
    if "x" in fields:
        document: dict[str, Any] = {
            "_id": pk, "_version": int(fields["v"]), "_deleted_at": datetime.now(UTC),
        }  # fmt: skip
    else:
        document = store.to_document(pk, fields)
    if len(bson.encode(document)) > MAX_DOCUMENT_BYTES:
        raise ValueError("The document is too large.")
    return Snapshot(key, pk, fields["v"], store, document)


def missing_ids(copies: list[Snapshot]) -> set[str]:
    """Return the ids of which MongoDB has no document just now. `Unavailable`.

    To be asked and then to insert takes it a sixth of the CPU that it takes to find out by itself
    that there is nothing to replace.
    """
    ids = [copy.pk for copy in copies]
    query = {"_id": {"$in": ids}}
    found = mongo.find(copies[0].store.model, query, projection=["_id"], tombstones=True)
    return set(ids) - {document["_id"] for document in found}


def write_snapshots(
    copies: list[Snapshot],
    *,
    new: Collection[str] = (),
    known: frozenset[str] = frozenset(),
    again: bool = False,
) -> tuple[list[Snapshot], list[Rejection]]:
    """Write one store's copies; return those MongoDB has, and why it refused the others.

    Those that are `new` are inserted; the others replace what MongoDB has where it is older, or are
    inserted where it has nothing. Of those that are `known` it has some version.
    """
    problems = _send(copies, new)
    # A duplicate _id says that MongoDB has one by now. That it is the newer is sure only of what is
    # known: of two that came at once both may have found nothing, and the older was inserted.
    of_id = {n for n, problem in problems.items() if _is_of_id(problem)}
    met = {n for n in of_id if copies[n].pk not in known}
    refused = {n: problem for n, problem in problems.items() if n not in of_id}
    once_more = (
        met | refused.keys() if not again and _release_unique_values(copies, refused) else met
    )
    done = [copy for n, copy in enumerate(copies) if n not in refused and n not in met]
    rest = [_rejection(copies[n], problem) for n, problem in refused.items() if n not in once_more]
    if not once_more:
        return done, rest
    known |= {copies[n].pk for n in met}
    more, others = write_snapshots([copies[n] for n in once_more], known=known, again=True)
    return done + more, rest + others


def _rejection(copy: Snapshot, problem: dict[str, Any]) -> Rejection:
    tries = MAX_TRIES if problem["code"] == DUPLICATE else 1
    return Rejection(copy.key, copy.version, problem["errmsg"], tries)


def _release_unique_values(copies: list[Snapshot], refused: dict[int, dict[str, Any]]) -> bool:
    """Make room for unique values that are taken; tell whether there is for any."""
    taken = [(n, problem) for n, problem in refused.items() if problem["code"] == DUPLICATE]
    made = [release_unique_value(copies[n].store, problem["keyValue"]) for n, problem in taken]
    return any(made)


def _send(copies: list[Snapshot], new: Collection[str]) -> dict[int, dict[str, Any]]:
    """Write copies, each for itself; return by number what MongoDB said of those it refused."""
    requests = [
        InsertOne(copy.document)
        if copy.pk in new
        else ReplaceOne(
            {"_id": copy.pk, "_version": {"$lt": int(copy.version)}}, copy.document, upsert=True
        )
        for copy in copies
    ]
    try:
        with mongo.available():
            mongo.collection(copies[0].store.model).bulk_write(requests, ordered=False)
    except BulkWriteError as error:
        problems = {problem["index"]: problem for problem in error.details["writeErrors"]}
        faults = {problem["code"] for problem in problems.values()} & SERVER_FAULT_CODES
        if faults or error.details.get("writeConcernErrors"):
            raise Unavailable(f"MongoDB did not confirm the write {sorted(faults)}.") from error
        return problems
    return {}


def _is_of_id(problem: dict[str, Any]) -> bool:
    return bool(problem["code"] == DUPLICATE and problem["keyPattern"] == {"_id": 1})


def release_unique_value(store: Store[Any], unique: dict[str, Any]) -> bool:
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
