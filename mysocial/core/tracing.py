"""Request ids (`X-Request-ID`) and trace spans, across requests, connections and tasks.

A client may send an id; it is used if it is well-formed, and returned in any case. A Celery message
carries the id of a request that caused it.

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
# Headers of a Celery message; the latter is also part of an event's audience context.
REQUEST_ID = "request_id"
TRACEPARENT = "traceparent"


def _new_id() -> str:
    # It is no secret: a cryptographic generator would cost more than all the rest.
    return f"{random.getrandbits(96):024x}"


class TraceContext:
    """The request, the member and the task on whose behalf the code runs."""

    __slots__ = ("member_id", "request_id", "task")

    def __init__(self, request_id: str, task: str = "") -> None:
        self.request_id = request_id
        self.member_id = ""
        self.task = task


_current: ContextVar[TraceContext | None] = ContextVar("mysocial_trace", default=None)
current = _current.get
stop = _current.reset
_tasks: dict[str, ExitStack] = {}


def start(given: str | None) -> tuple[TraceContext, "Token[TraceContext | None]"]:
    """Start a trace context with the client's request id, if well-formed, or a new one.

    Returns:
        The context, and a token for `stop`.
    """
    context = TraceContext(given if given and REQUEST_ID_PATTERN.fullmatch(given) else _new_id())
    return context, _current.set(context)


def start_for_scope(headers: Any) -> TraceContext:
    """Start the trace context of an ASGI connection; it ends with the task that serves it."""
    name = REQUEST_ID_HEADER.lower().encode()
    given = next((value.decode("latin-1") for key, value in headers if key == name), None)
    return start(given)[0]


def request_id() -> str:
    """Return the id of the current request; empty if there is none."""
    context = _current.get()
    return context.request_id if context else ""


def request_id_header() -> tuple[bytes, bytes]:
    """Return the response header with the request id, as ASGI sends it."""
    return REQUEST_ID_HEADER.lower().encode(), request_id().encode()


def set_member(member_id: str) -> None:
    """Set the member of the current trace context."""
    context = _current.get()
    if context is not None:
        context.member_id = member_id


# Spans --------------------------------------------------------------------------------------------


class Span(Protocol):
    """An operation with a start and an end."""

    def set_attributes(self, *, name: str = "", **attributes: str | int) -> None:
        """Rename the span, and set its attributes."""


class Tracer(Protocol):
    """Records spans."""

    def span(self, name: str, kind: str, parent: str) -> AbstractContextManager[Span]:
        """Start a span of the kind `server`, `consumer` or `internal`; the block ends it."""

    def traceparent(self) -> str:
        """Return the current span as a W3C `traceparent`; empty if there is none."""


class _NoSpan:
    def set_attributes(self, *, name: str = "", **attributes: str | int) -> None:
        """Do nothing."""


NO_SPAN = _NoSpan()
_tracers: list[Tracer] = []


def set_tracer(tracer: Tracer) -> None:
    """Set the tracer that records all spans."""
    _tracers[:] = [tracer]


def span(name: str, kind: str, parent: str = "") -> AbstractContextManager[Span]:
    """Start a span, or a no-op span if there is no tracer."""
    return _tracers[0].span(name, kind, parent) if _tracers else nullcontext(NO_SPAN)


def traceparent() -> str:
    """Return the current span as a `traceparent`; empty if there is none."""
    return _tracers[0].traceparent() if _tracers else ""


def message_headers() -> dict[str, str]:
    """Return the headers of a Celery message that name the current request and span."""
    headers = {REQUEST_ID: request_id(), TRACEPARENT: traceparent()}
    return {name: value for name, value in headers.items() if value}


@task_prerun.connect
def _start_task(task_id: str = "", task: Any = None, **_: Any) -> None:
    request, name = getattr(task, "request", None), str(getattr(task, "name", ""))
    # Celery copies a message's headers to the request; for a direct call it does not.
    headers = {**(getattr(request, "headers", None) or {}), **vars(request or object)}
    context = TraceContext(str(headers.get(REQUEST_ID) or ""), task=f"{name} {task_id}")
    stack = ExitStack()
    stack.callback(stop, _current.set(context))
    task_span = stack.enter_context(span(name, "consumer", str(headers.get(TRACEPARENT) or "")))
    task_span.set_attributes(task_id=task_id)
    _tasks[task_id] = stack


@task_postrun.connect
def _stop_task(task_id: str = "", **_: Any) -> None:
    stack = _tasks.pop(task_id, None)
    if stack is not None:
        stack.close()
