"""The middleware that surrounds every request to the API."""

import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from mysocial.api.body_encoding import require_length
from mysocial.api.client_address import get_origin
from mysocial.api.conditional_get import conditional_response
from mysocial.api.inputs import declared_length
from mysocial.api.problems import as_problem, error_response
from mysocial.api.rate_limit_headers import set_rate_limit_headers
from mysocial.core import metrics, request_context
from mysocial.core.errors import LengthRequired, TooLarge


def is_api(request: HttpRequest) -> bool:
    """Return whether the request is for the API, not for a page, a file or a probe."""
    return request.path.startswith("/api/") or request.path == "/api"


class ApiMiddleware:
    """Opens a request context for each request to the API and completes the response.

    It turns error pages into problems, answers conditional requests, and sets the rate limit,
    event cursor and cache headers. For other requests it only limits the size of the body.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not is_api(request):
            # Django would store the uploaded files of any form on disk, whatever their size.
            if declared_length(request) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
                return error_response(TooLarge())
            try:
                require_length(request)
            except LengthRequired as error:
                return error_response(error)
            return self.get_response(request)
        since = time.perf_counter()
        context = request_context.RequestContext(get_origin=lambda: get_origin(request))
        token = request_context.push(context)
        try:
            response = conditional_response(request, as_problem(self.get_response(request)))
            set_rate_limit_headers(context, response)
        finally:
            request_context.pop(token)
        if context.cursor:
            response.headers["X-Event-Cursor"] = context.cursor
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        if request.method == "HEAD" and isinstance(response, HttpResponse):
            # Not every server drops the body of a HEAD response; its length must stay.
            response.setdefault("Content-Length", str(len(response.content)))
            response.content = b""
        metrics.record_request(request.method, response.status_code, since)
        return response
