"""Questions to Redis: several are answered by one script, at one moment, in one round trip.

What is unknown there is fetched from MongoDB and asked for again; a miss is never taken for
absence. `Unavailable` when a needed server is away.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, Generic, TypeVar, cast

import msgpack

from mysocial.core import request_context
from mysocial.core.errors import NotAuthenticated, Unavailable
from mysocial.core.redis import Script, available, client
from mysocial.store.read_through import fill, new_epoch

READ = Script("common", "read", flags="no-writes")
TRIES = 8
T = TypeVar("T")
U = TypeVar("U")
Ask = dict[str, Any]


def ask(*asks: Ask) -> list[Any]:
    """Answer all questions at one moment; fetches what is unknown and asks again."""
    call = request_context.current() or request_context.Call()
    if call.known is None:
        return _ask(call, asks)
    name = bytes(msgpack.packb(asks))
    if name not in call.known:
        call.known[name] = _ask(call, asks)
    return call.known[name]


def _ask(call: request_context.Call, asks: Sequence[Ask]) -> list[Any]:
    question: dict[str, Any] = {"asks": asks}
    if call.session_key:
        question["session"] = call.session_key
    for _ in range(TRIES):
        verdict, *rest = READ(question)
        if verdict == b"ok":
            call.session_checked = True
            # The first one: a client that resumes from it misses nothing of what came later.
            call.cursor = call.cursor or rest[0].decode() or begin_log()
            return list(msgpack.unpackb(rest[1], raw=True))
        if verdict == b"session":
            raise NotAuthenticated("The session has ended.")
        fill(*rest)
    raise Unavailable("The store is too busy to answer. Try again.")


def check_session() -> None:
    """Raise `NotAuthenticated` when the call's session has ended and no script has asked for it."""
    call = request_context.current()
    if call is not None and call.session_key and not call.session_checked:
        ask()


def begin_log() -> str:
    """Give an empty Redis its epoch; return the cursor."""
    with available():
        client().set("epoch", new_epoch(), nx=True)
        epoch, clock = client().mget("epoch", "clock")
    return f"{epoch.decode()}:{(clock or b'0').decode()}"


class Asked(Generic[T]):
    """Questions, and what their answers mean: answered when first looked at, or `together`."""

    def __init__(self, *questions: Ask) -> None:
        self.questions: Sequence[Ask] = questions
        self._answers: list[Any] | None = None

    def meaning(self, answers: list[Any]) -> T:
        """Return what these answers mean."""
        raise NotImplementedError

    def then(self, meaning: Callable[[T], U]) -> "Asked[U]":
        """Return the same questions, of whose answers one makes more."""
        return Meant(self.questions, lambda answers: meaning(self.meaning(answers)))

    def take(self, answers: Iterator[Any]) -> None:
        """Keep the next of what the script has answered."""
        self._answers = [*islice(answers, len(self.questions))]

    def get(self) -> T:
        """Return what the answers mean; raises what the questions' maker says."""
        if self._answers is None:
            together(self)
        return self.meaning(cast("list[Any]", self._answers))


class Meant(Asked[T]):
    """Questions of whose answers a function makes what they mean."""

    def __init__(self, questions: Sequence[Ask], meaning: Callable[[list[Any]], T]) -> None:
        super().__init__(*questions)
        self._meaning = meaning

    def meaning(self, answers: list[Any]) -> T:
        return self._meaning(answers)


def asked(question: Ask, meaning: Callable[[Any], T]) -> Asked[T]:
    """Return a single question, and what its answer means."""
    return Meant([question], lambda answers: meaning(answers[0]))


def all_of(*parts: Asked[Any], meaning: Callable[..., T]) -> Asked[T]:
    """Return the questions of all parts, and what is made of what these mean."""

    def meant(answers: list[Any]) -> T:
        left = iter(answers)
        return meaning(*(part.meaning([*islice(left, len(part.questions))]) for part in parts))

    return Meant([one for part in parts for one in part.questions], meant)


def together(*some: Asked[Any]) -> None:
    """Answer several questions at one moment, in one round trip; then `get` costs nothing."""
    questions = [question for one in some for question in one.questions]
    answers = iter(ask(*questions) if questions else ())
    for one in some:
        one.take(answers)
