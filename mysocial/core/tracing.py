"""By which request something is done: `X-Request-ID`, to workers and sockets, for the log.

A client may name its request; what it says is taken if it is an id, and answered in any case. A
worker is told by the message that woke it, whose request was one of those that it works for.

With OpenTelemetry configured, `mysocial/ops/opentelemetry.py` exports the traces.
"""

import random
import re
from contextlib import AbstractContextManager, ExitStack, nullcontext
from contextvars import ContextVar, Token
from typing import Any, Protocol

from celery.signals import task_postrun, task_prerun

REQUEST_ID_HEADER = "X-Request-ID"
REQUEST_ID_PATTERN = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
MESSAGE = "request_id"  # the header of a Celery message


def _new_id() -> str:
    # No secret: it need not be what nobody can guess, which would cost more than all the rest.
    return f"{random.getrandbits(96):024x}"


class TraceContext:
    """What is known of who is at work, while they are."""

    __slots__ = ("member_id", "request_id", "task")

    def __init__(self, request_id: str, task: str = "") -> None:
        self.request_id = request_id
        self.member_id = ""
        self.task = task


_current: ContextVar[TraceContext | None] = ContextVar("mysocial_track", default=None)
current = _current.get
stop = _current.reset
_tasks: dict[str, ExitStack] = {}


def start(given: str | None) -> tuple[TraceContext, "Token[TraceContext | None]"]:
    """Begin a track under the id that a client gave, or one of ours; `leave` ends it."""
    track = TraceContext(given if given and REQUEST_ID_PATTERN.fullmatch(given) else _new_id())
    return track, _current.set(track)


def start_for_scope(headers: Any) -> TraceContext:
    """Begin the track of an ASGI connection, which ends with the task that serves it."""
    name = REQUEST_ID_HEADER.lower().encode()
    given = next((value.decode("latin-1") for key, value in headers if key == name), None)
    return start(given)[0]


def request_id() -> str:
    """Return by which request something is done; empty for none."""
    track = _current.get()
    return track.request_id if track else ""


def header() -> tuple[bytes, bytes]:
    """Return the header that names the request, as ASGI has it."""
    return REQUEST_ID_HEADER.lower().encode(), request_id().encode()


def set_member(member_id: str) -> None:
    """Say who the member is."""
    track = _current.get()
    if track is not None:
        track.member_id = member_id


# Traces -------------------------------------------------------------------------------------------


class Span(Protocol):
    """A stretch of time in which something is done."""

    def set_attributes(self, *, name: str = "", **facts: str | int) -> None:
        """Say more of it."""


class Tracer(Protocol):
    """Takes spans."""

    def span(self, name: str, kind: str, parent: str) -> AbstractContextManager[Span]:
        """Begin a span: of a `server`, a `consumer` or what is `internal`; an exception ends it."""

    def traceparent(self) -> str:
        """Return where we are, as `traceparent` has it; empty for nowhere."""


class _NoSpan:
    def set_attributes(self, *, name: str = "", **facts: str | int) -> None:
        """Nobody listens."""


NO_SPAN = _NoSpan()
_tracers: list[Tracer] = []


def set_tracer(tracer: Tracer) -> None:
    """Set who takes spans."""
    _tracers[:] = [tracer]


def span(name: str, kind: str, parent: str = "") -> AbstractContextManager[Span]:
    """Begin a span, if anybody takes them."""
    return _tracers[0].span(name, kind, parent) if _tracers else nullcontext(NO_SPAN)


def traceparent() -> str:
    """Return where we are in a trace; empty for nowhere."""
    return _tracers[0].traceparent() if _tracers else ""


# Of a message, and of what an event is about.
PARENT = "traceparent"


def message_headers() -> dict[str, str]:
    """Return what a message says of the request that it is for."""
    told = {MESSAGE: request_id(), PARENT: traceparent()}
    return {name: value for name, value in told.items() if value}


@task_prerun.connect
def _start_task(task_id: str = "", task: Any = None, **_: Any) -> None:
    request, name = getattr(task, "request", None), str(getattr(task, "name", ""))
    # Of a worker's message Celery lays the headers over the request; of a call at once, not.
    headers = {**(getattr(request, "headers", None) or {}), **vars(request or object)}
    ends = ExitStack()
    token = _current.set(TraceContext(str(headers.get(MESSAGE) or ""), task=f"{name} {task_id}"))
    ends.callback(stop, token)
    told = ends.enter_context(span(name, "consumer", str(headers.get(PARENT) or "")))
    told.set_attributes(task_id=task_id)
    _tasks[task_id] = ends


@task_postrun.connect
def _stop_task(task_id: str = "", **_: Any) -> None:
    ends = _tasks.pop(task_id, None)
    if ends is not None:
        ends.close()
