"""Queries to Redis: several are executed by one script, at one moment, in one round trip.

A `Query` only describes what to read. `execute` is the one place that sends requests; `gather` and
`Query.result` call it. What Redis does not know is fetched from MongoDB and read again, so a cache
miss is never taken for absence.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Generic, TypeVar, cast

import msgpack

from mysocial.core import request_context
from mysocial.core.errors import NotAuthenticated, Unavailable
from mysocial.core.redis import Script, available, client, server
from mysocial.store.read_through import load_missing
from mysocial.store.script_errors import SESSION_ENDED

READ = Script("common", "read", flags="no-writes")
MAX_ATTEMPTS = 8
T = TypeVar("T")
U = TypeVar("U")
QueryRequest = dict[str, Any]


class Query(Generic[T]):
    """Requests to the read script, and the meaning of their replies.

    It is executed by `gather`, together with others, or else when its result is first asked for.
    """

    def __init__(self, *requests: QueryRequest) -> None:
        self.requests: Sequence[QueryRequest] = requests
        self._replies: list[Any] | None = None

    def decode(self, replies: list[Any]) -> T:
        """Return the result that the replies to this query's requests stand for."""
        raise NotImplementedError

    def map(self, function: Callable[[T], U]) -> "Query[U]":
        """Return a query with the same requests whose result is `function(result)`."""
        return MappedQuery(self.requests, lambda replies: function(self.decode(replies)))

    def set_replies(self, replies: Iterator[Any]) -> None:
        """Take the replies to this query's requests from the replies to all."""
        self._replies = take(replies, len(self.requests))

    def result(self) -> T:
        """Return the result; executes the query if that was not done yet.

        Raises:
            Unavailable: A server that is needed does not respond.
        """
        if self._replies is None:
            gather(self)
        return self.decode(cast("list[Any]", self._replies))


class MappedQuery(Query[T]):
    """A query whose replies a function decodes."""

    def __init__(self, requests: Sequence[QueryRequest], decode: Callable[[list[Any]], T]) -> None:
        super().__init__(*requests)
        self._decode = decode

    def decode(self, replies: list[Any]) -> T:
        return self._decode(replies)


def query(request: QueryRequest, decode: Callable[[Any], T]) -> Query[T]:
    """Return the query of a single request; `decode` makes the result of its reply."""
    return MappedQuery([request], lambda replies: decode(replies[0]))


def combine(*queries: Query[Any], function: Callable[..., T]) -> Query[T]:
    """Return a query with the requests of all `queries` whose result is `function(*results)`."""
    requests = [request for query in queries for request in query.requests]

    def decode(replies: list[Any]) -> T:
        remaining = iter(replies)
        results = [query.decode(take(remaining, len(query.requests))) for query in queries]
        return function(*results)

    return MappedQuery(requests, decode)


def take(replies: Iterator[Any], count: int) -> list[Any]:
    """Return the next `count` replies."""
    return [*islice(replies, count)]


def gather(*queries: Query[Any]) -> None:
    """Execute several queries at one moment, in one round trip; `result()` is free afterwards."""
    requests = [request for query in queries for request in query.requests]
    replies = iter(execute(*requests) if requests else ())
    for query in queries:
        query.set_replies(replies)


def execute(*requests: QueryRequest) -> list[Any]:
    """Return the replies to all requests at one moment.

    Raises:
        NotAuthenticated: The session of the current request has ended.
        Unavailable: A server that is needed does not respond.
    """
    context = request_context.current() or request_context.RequestContext()
    if context.query_cache is None:
        return _execute(context, requests)
    names = [bytes(msgpack.packb(request)) for request in requests]
    new = {
        name: request
        for name, request in zip(names, requests, strict=True)
        if name not in context.query_cache
    }
    if new or not names:
        replies = _execute(context, [*new.values()])
        context.query_cache.update(zip(new, replies, strict=True))
    return [context.query_cache[name] for name in names]


def _execute(
    context: request_context.RequestContext, requests: Sequence[QueryRequest]
) -> list[Any]:
    payload: dict[str, Any] = {"queries": requests}
    if context.session_key:
        payload["session"] = context.session_key
    for _ in range(MAX_ATTEMPTS):
        code, *details = READ(payload)
        if code == b"ok":
            cursor, packed_replies = details
            if not cursor:  # there is no epoch
                server.compare()
                continue
            context.session_checked = True
            # The cursor of the first read: a client that resumes there misses nothing since.
            context.cursor = context.cursor or cursor.decode()
            return list(msgpack.unpackb(packed_replies, raw=True))
        if code == b"session":
            raise NotAuthenticated(SESSION_ENDED)
        load_missing(*details)
    raise Unavailable("The server is too busy to answer. Try again.")


def require_session() -> None:
    """Raise `NotAuthenticated` if the session has ended and no script has checked it yet."""
    context = request_context.current()
    if context is not None and context.session_key and not context.session_checked:
        execute()


def event_cursor() -> str:
    """Return the position of the event log, at which nothing that follows has happened yet."""
    with request_context.detached():
        execute()
        context = request_context.current()
        return context.cursor if context else ""


def server_time() -> datetime:
    """Return the time of the clock of Redis, truncated to milliseconds.

    Raises:
        Unavailable: Redis cannot be reached.
    """
    with available():
        seconds, microseconds = client().time()
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.replace(microsecond=microseconds // 1000 * 1000)
