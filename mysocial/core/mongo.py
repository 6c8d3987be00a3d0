"""The MongoDB client: `collection(model)` is the only way to application data outside the admin."""

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
    """Return this process's client. A forked worker gets its own: pymongo is not fork-safe."""
    return _client(os.getpid())


def close() -> None:
    """Close this process's client; the next use opens another."""
    client().close()
    _client.cache_clear()


def collection(model: type[Model]) -> "Collection[Document]":
    """Return the collection of `model`; writes are journaled by a majority before they answer.

    Reads see only what a majority has, so that a proof of absence is not undone by an election.
    """
    return client()[settings.MONGO_DB].get_collection(
        model._meta.db_table,  # noqa: SLF001 - Django's documented _meta API
        write_concern=MAJORITY,
        read_concern=ReadConcern("majority"),
        read_preference=ReadPreference.PRIMARY,
    )


@contextmanager
def available() -> Iterator[None]:
    """Turn a MongoDB that is away into `Unavailable`: unknown is 503, never 404."""
    try:
        yield
    except UNAVAILABLE_ERRORS as error:
        raise Unavailable("The database is not available right now. Try again.") from error


def find(  # noqa: PLR0913 - what a query is made of
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
    """Return the live documents of `model` that match `query`, and the tombstones when asked for.

    `Unavailable` when MongoDB is away, or hangs for longer than a reader can wait, which `seconds`
    may shorten; the server itself stops then.
    """
    patience = settings.MONGO_TIMEOUT_MS / 1000
    live = {} if tombstones else {"_deleted_at": None}
    with available(), pymongo.timeout(min(patience, seconds) if seconds else patience):
        cursor = collection(model).find(
            {**query, **live}, sort=sort, limit=limit, projection=projection, hint=hint
        )
        return list(cursor)


def collections_with(names: Sequence[str], query: Mapping[str, Any]) -> set[str]:
    """Return those collections that have a document that matches `query`, in one question.

    `Unavailable`.
    """

    def any_of(name: str) -> list[Document]:
        return [{"$match": query}, {"$limit": 1}, {"$project": {"_id": {"$literal": name}}}]

    first, *others = names
    unions = [{"$unionWith": {"coll": name, "pipeline": any_of(name)}} for name in others]
    with available():
        found = client()[settings.MONGO_DB][first].aggregate([*any_of(first), *unions])
        return {document["_id"] for document in found}


def ping() -> None:
    """Raise `Unavailable` unless MongoDB answers."""
    with available(), pymongo.timeout(settings.MONGO_TIMEOUT_MS / 1000):
        client().admin.command("ping")


def datetime_from_ms(milliseconds: int) -> datetime:
    """Return the time that a list's score stands for."""
    return EPOCH + timedelta(milliseconds=milliseconds)
