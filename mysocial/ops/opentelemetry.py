"""OpenTelemetry traces, from a request to workers and connections.

Imported only if an endpoint is set. The environment variables of OpenTelemetry configure it.
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
    """A span with the interface of `mysocial.core.tracing`."""

    def __init__(self, span: trace.Span) -> None:
        self._span = span

    def set_attributes(self, *, name: str = "", **attributes: str | int) -> None:
        if name:
            self._span.update_name(name)
        self._span.set_attributes({f"mysocial.{key}": value for key, value in attributes.items()})


class OpenTelemetry:
    """A tracer that sends spans to the endpoint, in batches, from a thread."""

    def __init__(self, provider: TracerProvider) -> None:
        self._tracer = provider.get_tracer("mysocial")

    @contextmanager
    def span(self, name: str, kind: str, parent: str) -> Iterator[_Span]:
        """Start a span. Without a `parent` (a traceparent), the current span is its parent."""
        parent_context = (
            _propagator.extract({tracing.TRACEPARENT: parent}) if parent else context.get_current()
        )
        with self._tracer.start_as_current_span(
            name, context=parent_context, kind=KINDS[kind]
        ) as span:
            yield _Span(span)

    def traceparent(self) -> str:
        """Return the traceparent of the current span (W3C Trace Context)."""
        carrier: dict[str, str] = {}
        _propagator.inject(carrier)
        return carrier.get(tracing.TRACEPARENT, "")


def initialize() -> None:
    """Start to send spans."""
    provider = TracerProvider(
        resource=Resource.create({"service.name": settings.OTEL_SERVICE_NAME})
    )
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    tracing.set_tracer(OpenTelemetry(provider))
