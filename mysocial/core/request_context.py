"""What one call (a request, a frame, a task) carries beside its arguments: session, key, cursor."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

Pieces = list[Any]  # bytes, or [key, field] to be read when everything is written


@dataclass
class Call:
    """One call from outside. Set by the API layer, read by the scripts' callers."""

    session_key: str = ""  # the record that must be alive for the call to be carried out
    session_checked: bool = False
    idempotency: tuple[str, str, int] | None = None  # key, hash of the request, seconds kept
    limits: list[tuple[str, int, int]] = field(default_factory=list)  # key, most, seconds
    counted: list[tuple[int, int]] = field(default_factory=list)  # of each: calls, seconds left
    closest: tuple[int, int, int] | None = None  # of the closest limit: most, remaining, seconds
    render: Callable[[Any], Pieces] | None = None  # makes the answer of the object written
    status: int = 200
    cursor: str = ""  # where the event log stood before the first state was read
    answer: bytes | None = None  # the answer that was stored with the write
    along: list[Callable[[Any], None]] = field(default_factory=list)  # goes into every write
    done: bool = False  # whether a write was committed under this call's key
    known: dict[bytes, list[Any]] | None = None  # answers to questions, where one moment's will do


_current: ContextVar[Call | None] = ContextVar("mysocial_call", default=None)
current = _current.get
enter = _current.set
leave = _current.reset


@contextmanager
def at_one_moment() -> Iterator[None]:
    """Ask each question of this block once: what is judged in it is judged as things stood then."""
    token = enter(Call(known={}))
    try:
        yield
    finally:
        leave(token)


@contextmanager
def aside() -> Iterator[None]:
    """Keep the writes of this block apart from the call's answer: they belong to a refusal."""
    call = current()
    token = enter(Call(along=call.along if call else []))
    try:
        yield
    finally:
        leave(token)
