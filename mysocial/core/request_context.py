"""The context of a request, a WebSocket message or a task: session, cursor, limits, response."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, NamedTuple

# Bytes of JSON, or [key, field] placeholders that are filled in after the write.
JsonParts = list[Any]


class IdempotencyKey(NamedTuple):
    """An Idempotency-Key, under which the write script stores the response."""

    digest: str
    request_hash: bytes
    ttl_seconds: int


class LimitCheck(NamedTuple):
    """A rate limit and the key that counts the requests of one identity."""

    key: str
    max_requests: int
    window_seconds: int


class LimitStatus(NamedTuple):
    """What remains of a rate limit, for the headers of the response.

    `reset_seconds` is the time until the next request is accepted; while requests remain, it is
    the time until the current window ends.
    """

    max_requests: int
    remaining: int
    reset_seconds: int


class ResponsePlan(NamedTuple):
    """The response that the write script composes and stores."""

    status: int
    render: Callable[[Any], JsonParts]  # of the object given to `Write.respond_with`


class Origin(NamedTuple):
    """Where a request comes from, as the client and our proxies say."""

    address: str = ""
    user_agent: str = ""


@dataclass
class RequestContext:
    """State of one request. The API layer sets it; the callers of the scripts read it."""

    member_id: str = ""  # the member who sends the request; empty without a valid token
    session_key: str = ""  # the record that must exist for the request to be carried out
    session_checked: bool = False
    budget_id: str = ""  # the member or network whose daily budget counts what is written
    upload_bytes: int = 0  # of files that wait for a worker
    idempotency: IdempotencyKey | None = None
    limits: list[LimitCheck] = field(default_factory=list)
    # What remains of each of `limits`, and its reset, as the write script returned them.
    limit_statuses: list[list[int]] = field(default_factory=list)
    tightest_limit: LimitStatus | None = None
    response_plan: ResponsePlan | None = None
    stored_response: bytes | None = None  # the response that was stored with the write
    get_origin: Callable[[], Origin] = Origin
    cursor: str = ""  # the position of the event log before anything was read
    write_hooks: list[Callable[[Any], None]] = field(default_factory=list)  # called by every write
    is_committed: bool = False  # a write was committed under this context
    # Replies to queries by request, within `cached_queries`.
    query_cache: dict[bytes, Any] | None = None


_current: ContextVar[RequestContext | None] = ContextVar("mysocial_request", default=None)
current = _current.get
push = _current.set
pop = _current.reset


def origin() -> Origin:
    """Return where the current request comes from; empty outside of a request."""
    context = current()
    return context.get_origin() if context else Origin()


@contextmanager
def cached_queries() -> Iterator[None]:
    """Execute each distinct request of this block once: equal reads show the same moment."""
    token = push(RequestContext(query_cache={}))
    try:
        yield
    finally:
        pop(token)


@contextmanager
def detached() -> Iterator[None]:
    """Keep the writes of this block out of the response, such as those that precede an error."""
    context = current()
    inherited = context or RequestContext()
    token = push(RequestContext(write_hooks=inherited.write_hooks, get_origin=inherited.get_origin))
    try:
        yield
    finally:
        pop(token)
