"""Request id, trace span and access log line of every request."""

import logging
import re
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from mysocial.core import tracing
from mysocial.core.logging import EXTRA_FIELDS
from mysocial.core.metrics import METHODS

logger = logging.getLogger("mysocial.requests")
# A parameter of a route: `<id:pk>` of `path`, or `(?P<name>...)` of `re_path`.
PARAMETER = re.compile(r"<\w+:(\w+)>|\(\?P<(\w+)>[^)]*\)")


class AccessLogMiddleware:
    """Gives each request an id, which its log records, tasks and response carry.

    It also opens the trace span of the request and, with `LOG_REQUESTS`, logs the request.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        context, token = tracing.start(request.META.get("HTTP_X_REQUEST_ID"))
        since = time.perf_counter()
        try:
            parent = request.META.get("HTTP_TRACEPARENT", "")
            with tracing.span("request", "server", parent) as span:
                response = self.get_response(request)
                if span is not tracing.NO_SPAN:
                    _describe_span(span, request, response, context)
            response.headers[tracing.REQUEST_ID_HEADER] = context.request_id
            if settings.LOG_REQUESTS:
                _log_request(request, response, since)
        finally:
            tracing.stop(token)
        return response


def _describe_span(
    span: tracing.Span,
    request: HttpRequest,
    response: HttpResponseBase,
    context: tracing.TraceContext,
) -> None:
    fields = _request_fields(request, response)
    span.set_attributes(
        name=f"{fields['method']} {fields['route']}",
        request_id=context.request_id,
        member_id=context.member_id,
        **fields,
    )


def _log_request(request: HttpRequest, response: HttpResponseBase, since: float) -> None:
    fields: dict[str, str | int | float] = {**_request_fields(request, response)}
    fields["milliseconds"] = round((time.perf_counter() - since) * 1000, 1)
    logger.info("%(method)s %(route)s %(status)s", fields, extra={EXTRA_FIELDS: fields})


def _request_fields(request: HttpRequest, response: HttpResponseBase) -> dict[str, str | int]:
    """Return the loggable fields of a request.

    They name the route, because the path and the query string may hold a one-time token.
    """
    match = request.resolver_match
    fields: dict[str, str | int] = {
        "method": str(request.method) if request.method in METHODS else "other",
        "route": PARAMETER.sub(r"{\1\2}", match.route).replace("\\Z", "") if match else "",
        "status": response.status_code,
    }
    cursor = response.get("X-Event-Cursor")
    return fields | {"cursor": cursor} if cursor else fields
