"""What one call (a request, a frame, a task) carries beside its arguments: session, key, cursor."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

JsonParts = list[Any]  # bytes, or [key, field] to be read when everything is written


@dataclass
class RequestContext:
    """One call from outside. Set by the API layer, read by the scripts' callers."""

    session_key: str = ""  # the record that must be alive for the call to be carried out
    session_checked: bool = False
    idempotency: tuple[str, str, int] | None = None  # key, hash of the request, seconds kept
    limits: list[tuple[str, int, int]] = field(default_factory=list)  # key, most, seconds
    limit_counts: list[tuple[int, int]] = field(
        default_factory=list
    )  # of each: calls, seconds left
    tightest_limit: tuple[int, int, int] | None = (
        None  # of the closest limit: most, remaining, seconds
    )
    render: Callable[[Any], JsonParts] | None = None  # makes the answer of the object written
    status: int = 200
    cursor: str = ""  # where the event log stood before the first state was read
    stored_response: bytes | None = None  # the answer that was stored with the write
    write_hooks: list[Callable[[Any], None]] = field(default_factory=list)  # goes into every write
    is_committed: bool = False  # whether a write was committed under this call's key
    query_cache: dict[bytes, list[Any]] | None = (
        None  # answers to questions, where one moment's will do
    )


_current: ContextVar[RequestContext | None] = ContextVar("mysocial_call", default=None)
current = _current.get
push = _current.set
pop = _current.reset


@contextmanager
def cached_queries() -> Iterator[None]:
    """Ask each question of this block once: what is judged in it is judged as things stood then."""
    token = push(RequestContext(query_cache={}))
    try:
        yield
    finally:
        pop(token)


@contextmanager
def detached() -> Iterator[None]:
    """Keep the writes of this block apart from the call's answer: they belong to a refusal."""
    call = current()
    token = push(RequestContext(write_hooks=call.write_hooks if call else []))
    try:
        yield
    finally:
        pop(token)
