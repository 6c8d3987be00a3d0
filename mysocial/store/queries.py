"""Questions to Redis: several are answered by one script, at one moment, in one round trip.

What is unknown there is fetched from MongoDB and asked for again; a miss is never taken for
absence. `Unavailable` when a needed server is away.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, Generic, TypeVar, cast

import msgpack

from mysocial.core import keys, request_context
from mysocial.core.errors import NotAuthenticated, Unavailable
from mysocial.core.redis import Script, available, client
from mysocial.store.read_through import load_missing, new_epoch

READ = Script("common", "read", flags="no-writes")
MAX_ATTEMPTS = 8
T = TypeVar("T")
U = TypeVar("U")
QueryRequest = dict[str, Any]


def execute(*asks: QueryRequest) -> list[Any]:
    """Answer all questions at one moment; fetches what is unknown and asks again."""
    call = request_context.current() or request_context.RequestContext()
    if call.query_cache is None:
        return _execute(call, asks)
    name = bytes(msgpack.packb(asks))
    if name not in call.query_cache:
        call.query_cache[name] = _execute(call, asks)
    return call.query_cache[name]


def _execute(call: request_context.RequestContext, asks: Sequence[QueryRequest]) -> list[Any]:
    question: dict[str, Any] = {"queries": asks}
    if call.session_key:
        question["session"] = call.session_key
    for _ in range(MAX_ATTEMPTS):
        verdict, *rest = READ(question)
        if verdict == b"ok":
            call.session_checked = True
            # The first one: a client that resumes from it misses nothing of what came later.
            call.cursor = call.cursor or rest[0].decode() or initialise_event_log()
            return list(msgpack.unpackb(rest[1], raw=True))
        if verdict == b"session":
            raise NotAuthenticated("The session has ended.")
        load_missing(*rest)
    raise Unavailable("The store is too busy to answer. Try again.")


def require_session() -> None:
    """Raise `NotAuthenticated` when the call's session has ended and no script has asked for it."""
    call = request_context.current()
    if call is not None and call.session_key and not call.session_checked:
        execute()


def initialise_event_log() -> str:
    """Give an empty Redis its epoch; return the cursor."""
    with available():
        client().set(keys.EPOCH, new_epoch(), nx=True)
        epoch, clock = client().mget(keys.EPOCH, keys.CLOCK)
    return f"{epoch.decode()}:{(clock or b'0').decode()}"


class Query(Generic[T]):
    """Questions, and what their answers mean: answered when first looked at, or `together`."""

    def __init__(self, *requests: QueryRequest) -> None:
        self.requests: Sequence[QueryRequest] = requests
        self._raw_results: list[Any] | None = None

    def decode(self, answers: list[Any]) -> T:
        """Return what these answers mean."""
        raise NotImplementedError

    def map(self, meaning: Callable[[T], U]) -> "Query[U]":
        """Return the same questions, of whose answers one makes more."""
        return MappedQuery(self.requests, lambda answers: meaning(self.decode(answers)))

    def set_result(self, answers: Iterator[Any]) -> None:
        """Keep the next of what the script has answered."""
        self._raw_results = [*islice(answers, len(self.requests))]

    def result(self) -> T:
        """Return what the answers mean; raises what the questions' maker says."""
        if self._raw_results is None:
            gather(self)
        return self.decode(cast("list[Any]", self._raw_results))


class MappedQuery(Query[T]):
    """Questions of whose answers a function makes what they mean."""

    def __init__(
        self, questions: Sequence[QueryRequest], meaning: Callable[[list[Any]], T]
    ) -> None:
        super().__init__(*questions)
        self._meaning = meaning

    def decode(self, answers: list[Any]) -> T:
        return self._meaning(answers)


def query(question: QueryRequest, meaning: Callable[[Any], T]) -> Query[T]:
    """Return a single question, and what its answer means."""
    return MappedQuery([question], lambda answers: meaning(answers[0]))


def combine(*parts: Query[Any], meaning: Callable[..., T]) -> Query[T]:
    """Return the questions of all parts, and what is made of what these mean."""

    def meant(answers: list[Any]) -> T:
        left = iter(answers)
        return meaning(*(part.decode([*islice(left, len(part.requests))]) for part in parts))

    return MappedQuery([one for part in parts for one in part.requests], meant)


def gather(*some: Query[Any]) -> None:
    """Answer several questions at one moment, in one round trip; then `get` costs nothing."""
    questions = [question for one in some for question in one.requests]
    answers = iter(execute(*questions) if questions else ())
    for one in some:
        one.set_result(answers)
