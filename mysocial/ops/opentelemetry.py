"""Traces by OpenTelemetry, from a request to workers and sockets, where an endpoint is set.

Imported only then. Where and how spans are sent, the variables of OpenTelemetry say.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from opentelemetry import context, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from mysocial.core import tracing

KINDS = {
    "server": SpanKind.SERVER,
    "consumer": SpanKind.CONSUMER,
    "internal": SpanKind.INTERNAL,
}
_propagator = TraceContextTextMapPropagator()


class _Span:
    """A span, as `tracks` has it."""

    def __init__(self, span: trace.Span) -> None:
        self._span = span

    def set_attributes(self, *, name: str = "", **facts: str | int) -> None:
        if name:
            self._span.update_name(name)
        self._span.set_attributes({f"mysocial.{key}": value for key, value in facts.items()})


class OpenTelemetry:
    """Sends spans to the endpoint, in batches, by a thread."""

    def __init__(self, provider: TracerProvider) -> None:
        self._tracer = provider.get_tracer("mysocial")

    @contextmanager
    def span(self, name: str, kind: str, parent: str) -> Iterator[_Span]:
        """Begin a span; without a parent, below the one that we are in."""
        above = (
            _propagator.extract({tracing.TRACEPARENT: parent}) if parent else context.get_current()
        )
        with self._tracer.start_as_current_span(name, context=above, kind=KINDS[kind]) as begun:
            yield _Span(begun)

    def traceparent(self) -> str:
        """Return where we are."""
        said: dict[str, str] = {}
        _propagator.inject(said)
        return said.get(tracing.TRACEPARENT, "")


def initialise() -> None:
    """Send spans from now on."""
    provider = TracerProvider(
        resource=Resource.create({"service.name": settings.OTEL_SERVICE_NAME})
    )
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    tracing.set_tracer(OpenTelemetry(provider))
