"""The watermark in MongoDB: how far the workers have got, for which Redis.

`docs/recovery.md` explains it. The same collection has the stored responses to requests with an
`Idempotency-Key`, so that a lost Redis gets them back.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.conf import settings
from pymongo import ASCENDING, IndexModel, InsertOne, ReplaceOne, ReturnDocument, UpdateOne
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError, DuplicateKeyError
from pymongo.read_concern import ReadConcern

from mysocial.core import mongo
from mysocial.core.errors import Unavailable

COLLECTION = "mysocial_recovery"
MARK_ID = "mark"
DUPLICATE = 11000
RESPONSES_PER_BATCH = 500


class Mark(NamedTuple):
    """The mark: the last Redis whose records were flushed, and the highest version of these."""

    installation: str
    epoch: str
    clock: int


class Position(NamedTuple):
    """The state of Redis after a batch of dirty records was read."""

    installation: str
    epoch: str
    flushed_clock: int  # the highest clock of the mark that MongoDB has confirmed; 0 for none
    clock: int


class SavedResponse(NamedTuple):
    """A stored response, as MongoDB keeps it."""

    digest: str
    due_seconds: int  # when it is deleted, in seconds since 1970
    stored: bytes


def _collection() -> "Collection[mongo.Document]":
    return mongo.client()[settings.MONGO_DB].get_collection(
        COLLECTION, write_concern=mongo.MAJORITY, read_concern=ReadConcern("majority")
    )


def ensure_index() -> None:
    """Create the index by which MongoDB deletes the responses that are due."""
    index = IndexModel([("due_at", ASCENDING)], name="due_at", expireAfterSeconds=0)
    _collection().create_indexes([index])


def read_mark(seconds: float = 0) -> Mark | None:
    """Return the mark; None if this MongoDB has none.

    Args:
        seconds: A timeout shorter than `MONGO_TIMEOUT_MS`.

    Raises:
        Unavailable: MongoDB cannot be reached, or does not reply in time.
    """
    timeout = settings.MONGO_TIMEOUT_MS / 1000
    with mongo.available(), mongo.deadline(min(timeout, seconds or timeout)):
        document = _collection().find_one({"_id": MARK_ID})
    return _mark(document) if document else None


def _mark(document: mongo.Document) -> Mark:
    return Mark(document["installation"], document["epoch"], int(document["clock"]))


def raise_mark(position: Position, responses: Sequence[SavedResponse] = ()) -> bool:
    """Raise the mark to the clock of a batch, and save stored responses, in one bulk write.

    Call it before the batch is written.

    Returns:
        False if this MongoDB does not have the mark that Redis has seen: do not write the batch.

    Raises:
        Unavailable: MongoDB cannot be reached, or did not confirm the write.
    """
    documents = [_document(response) for response in responses]
    update = UpdateOne(
        {
            "_id": MARK_ID,
            "installation": position.installation,
            "epoch": position.epoch,
            "clock": {"$gte": position.flushed_clock},
        },
        {"$max": {"clock": position.clock}},
        upsert=position.flushed_clock == 0,
    )
    result = _bulk_write([update, *(InsertOne(document) for document in documents)])
    repeated = {problem["index"] for problem in result["writeErrors"]}
    replacements: list[Any] = [
        ReplaceOne({"_id": documents[number - 1]["_id"]}, documents[number - 1], upsert=True)
        for number in sorted(repeated - {0})
    ]
    if replacements:
        _bulk_write(replacements)
    if 0 in repeated:
        # Another worker has created the mark, or this MongoDB has that of another Redis.
        return raise_mark(position._replace(flushed_clock=1))
    return bool(result["nMatched"] or result["nUpserted"])


def _bulk_write(requests: list[Any]) -> dict[str, Any]:
    """Return the result, of which each error is a duplicate id."""
    try:
        with mongo.available():
            return dict(_collection().bulk_write(requests, ordered=False).bulk_api_result)
    except BulkWriteError as error:
        codes = {problem["code"] for problem in error.details["writeErrors"]}
        if codes - {DUPLICATE} or error.details.get("writeConcernErrors"):
            raise Unavailable(f"MongoDB did not confirm the write {sorted(codes)}.") from error
        return dict(error.details)


def begin_epoch(installation: str, epoch: str) -> Mark:
    """Give the mark a new epoch, and return it; create it if this MongoDB has none.

    No batch that was read in a former epoch can be written afterwards.

    Raises:
        Unavailable: MongoDB cannot be reached, or belongs to another installation.
    """
    try:
        with mongo.available():
            document: Any = _collection().find_one_and_update(
                {"_id": MARK_ID, "installation": installation},
                {"$set": {"epoch": epoch}, "$setOnInsert": {"clock": 0}},
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
    except DuplicateKeyError as error:
        raise Unavailable("The database belongs to another installation.") from error
    return _mark(document)


def rename_installation(installation: str) -> None:
    """Give this MongoDB, which was restored from a backup, another id.

    Raises:
        Unavailable: MongoDB cannot be reached.
    """
    with mongo.available():
        _collection().update_one({"_id": MARK_ID}, {"$set": {"installation": installation}})


def saved_responses() -> Iterator[list[SavedResponse]]:
    """Yield the saved responses that are not due yet, the oldest first, in batches.

    Raises:
        Unavailable: MongoDB cannot be reached.
    """
    batch: list[SavedResponse] = []
    with mongo.available():
        query = {"due_at": {"$gt": datetime.now(UTC)}}
        for document in _collection().find(query, sort=[("due_at", ASCENDING)]):
            due_seconds = int(document["due_at"].timestamp())
            batch.append(SavedResponse(document["_id"], due_seconds, document["response"]))
            if len(batch) == RESPONSES_PER_BATCH:
                yield batch
                batch = []
    yield batch


def delete_responses(digests: Sequence[str]) -> int:
    """Delete saved responses, and return how many there were.

    Raises:
        Unavailable: MongoDB cannot be reached.
    """
    with mongo.available():
        return _collection().delete_many({"_id": {"$in": list(digests)}}).deleted_count


def _document(response: SavedResponse) -> mongo.Document:
    due_at = datetime.fromtimestamp(response.due_seconds, UTC)
    return {"_id": response.digest, "response": response.stored, "due_at": due_at}
