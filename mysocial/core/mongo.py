"""The MongoDB client. Outside the admin, all application data is accessed by `collection()`."""

import functools
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pymongo
from django.conf import settings
from django.db.models import Model
from pymongo import MongoClient, ReadPreference, WriteConcern
from pymongo import errors as mongo_errors
from pymongo.collection import Collection
from pymongo.read_concern import ReadConcern

from mysocial.core.errors import Unavailable

Document = dict[str, Any]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MAJORITY = WriteConcern(w="majority", j=True, wtimeout=10_000)
UNAVAILABLE_ERRORS = (
    mongo_errors.ConnectionFailure,
    mongo_errors.ExecutionTimeout,
    mongo_errors.WTimeoutError,
)
# Codes of errors that are faults of the server or of a shard, not of the command: no primary, no
# space, no time, a shut-down, a lost cursor or network. The same command may succeed later.
NOT_NOW_CODES = frozenset({
    6, 7, 13, 18, 24, 46, 50, 64, 70, 89, 91, 112, 133, 134, 175, 189, 202, 246, 262, 290, 9001,
    10107, 11600, 11601, 11602, 13388, 13435, 13436, 14031,
})  # fmt: skip


@functools.cache
def _client(_pid: int) -> "MongoClient[Document]":
    return MongoClient(
        settings.MONGO_URL,
        serverSelectionTimeoutMS=settings.MONGO_TIMEOUT_MS,
        connectTimeoutMS=settings.MONGO_TIMEOUT_MS,
        socketTimeoutMS=20_000,
        retryWrites=True,
        tz_aware=True,
        appname="mysocial",
    )


def client() -> "MongoClient[Document]":
    """Return the client of this process. A forked worker gets its own: pymongo is not fork-safe."""
    return _client(os.getpid())


def close() -> None:
    """Close the client of this process; the next use opens another."""
    client().close()
    _client.cache_clear()


def collection(model: type[Model]) -> "Collection[Document]":
    """Return the collection of `model`, with majority read and write concern.

    A write returns when a majority has journaled it. A read returns only data that a majority has,
    so that an election cannot reveal a record that was read as missing.
    """
    return client()[settings.MONGO_DB].get_collection(
        model._meta.db_table,  # noqa: SLF001 - Django's documented _meta API
        write_concern=MAJORITY,
        read_concern=ReadConcern("majority"),
        read_preference=ReadPreference.PRIMARY,
    )


@contextmanager
def available() -> Iterator[None]:
    """Turn errors of the server into `Unavailable`: what is unknown is a 503, never a 404."""
    try:
        yield
    except UNAVAILABLE_ERRORS as error:
        raise Unavailable("The database is not available right now. Try again.") from error
    except mongo_errors.OperationFailure as error:
        if error.code not in NOT_NOW_CODES:
            raise
        raise Unavailable("The database cannot do this right now. Try again.") from error


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Let all reads of a block together take at most so long; then they raise `Unavailable`."""
    with pymongo.timeout(seconds):
        yield


def find(  # noqa: PLR0913 - the parts of a query
    model: type[Model],
    query: Mapping[str, Any],
    *,
    sort: list[tuple[str, int]] | None = None,
    limit: int = 0,
    projection: list[str] | None = None,
    tombstones: bool = False,
    hint: str | None = None,
    seconds: float = 0,
) -> list[Document]:
    """Return the documents of `model` that match `query`.

    Args:
        model: The model of the documents.
        query: The filter.
        sort: Pairs of a field and 1 or -1.
        limit: At most so many documents; 0 for all.
        projection: The fields to return; None for all.
        tombstones: Whether to return the tombstones of deleted records, too.
        hint: The name of the index to use.
        seconds: A timeout shorter than `MONGO_TIMEOUT_MS`. The server stops the query, too.

    Raises:
        Unavailable: MongoDB cannot be reached, or does not reply in time.
    """
    timeout = settings.MONGO_TIMEOUT_MS / 1000
    live = {} if tombstones else {"_deleted_at": None}
    with available(), pymongo.timeout(min(timeout, seconds) if seconds else timeout):
        cursor = collection(model).find(
            {**query, **live}, sort=sort, limit=limit, projection=projection, hint=hint
        )
        return list(cursor)


def aggregate(
    model: type[Model], pipeline: Sequence[Mapping[str, Any]], *, seconds: float
) -> list[Document]:
    """Return the result of a pipeline over the documents of `model` that are not deleted.

    Args:
        model: The model of the documents.
        pipeline: The stages; the first is a `$match`.
        seconds: After this time, the server stops.

    Raises:
        Unavailable: MongoDB cannot be reached, or does not reply in time.
    """
    match, *others = pipeline
    live = {"$match": {"_deleted_at": None, **match["$match"]}}
    with available(), pymongo.timeout(seconds):
        return list(collection(model).aggregate([live, *others]))


def collections_with(names: Sequence[str], query: Mapping[str, Any]) -> set[str]:
    """Return those collections that have a document that matches `query`, in one round trip.

    Raises:
        Unavailable: MongoDB cannot be reached.
    """

    def first_match(name: str) -> list[Document]:
        return [{"$match": query}, {"$limit": 1}, {"$project": {"_id": {"$literal": name}}}]

    first, *others = names
    unions = [{"$unionWith": {"coll": name, "pipeline": first_match(name)}} for name in others]
    with available():
        documents = client()[settings.MONGO_DB][first].aggregate([*first_match(first), *unions])
        return {document["_id"] for document in documents}


def ping() -> None:
    """Check that MongoDB replies.

    Raises:
        Unavailable: It does not.
    """
    with available(), pymongo.timeout(settings.MONGO_TIMEOUT_MS / 1000):
        client().admin.command("ping")


def datetime_from_ms(milliseconds: int) -> datetime:
    """Return the time of a list entry's score, in milliseconds since 1970."""
    return EPOCH + timedelta(milliseconds=milliseconds)
