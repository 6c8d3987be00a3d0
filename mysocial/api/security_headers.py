"""Headers that every answer has, whoever made it: what a browser may do with it."""

import logging
import re
import time
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from mysocial.core import tracing
from mysocial.core.logging import EXTRA_FIELDS
from mysocial.core.metrics import METHODS

logger = logging.getLogger("mysocial.requests")
PARAMETER = re.compile(r"\(\?P<(\w+)>[^)]*\)")

API_POLICY = "default-src 'none'; frame-ancestors 'none'"
PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data: https:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
# Swagger UI writes styles into its page.
STYLED_PAGE_POLICY = f"{PAGE_POLICY}; style-src 'self' 'unsafe-inline'"
# The theme of the admin evaluates what its pages say of themselves (Alpine), and writes styles.
ADMIN_POLICY = f"{STYLED_PAGE_POLICY}; script-src 'self' 'unsafe-eval'"
STYLED_PAGE_PATHS = ("/api/docs", "/api/docs/")


def set_security_headers(
    request: HttpRequest | None, response: HttpResponseBase
) -> HttpResponseBase:
    """Return an answer with a policy, and never taken for what it does not say it is.

    Views that know better have set their own.
    """
    headers = response.headers
    said = {name.lower() for name in headers}  # one look, for each lack costs an exception
    is_page = headers.get("Content-Type", "").startswith("text/html")
    path = request.path if request is not None and is_page else ""
    wanted = {
        "Content-Security-Policy": _page_policy(path) if is_page else API_POLICY,
        "X-Frame-Options": settings.X_FRAME_OPTIONS,
        "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
        "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
    }
    if isinstance(response, HttpResponse) and response.status_code != HTTPStatus.NOT_MODIFIED:
        wanted["Content-Length"] = str(len(response.content))
    for name, value in wanted.items():
        if name.lower() not in said:
            headers[name] = value
    headers["X-Content-Type-Options"] = "nosniff"
    if settings.DEBUG and is_page and response.status_code >= 400:  # noqa: PLR2004
        del response["Content-Security-Policy"]  # Django's own page of a defect runs scripts
    return response


def _page_policy(path: str) -> str:
    """Return the policy of a page: as narrow as what is on it lets it be."""
    if path.startswith(f"/{settings.ADMIN_PATH}/"):
        return ADMIN_POLICY
    return STYLED_PAGE_POLICY if path in STYLED_PAGE_PATHS else PAGE_POLICY


def _hsts_header() -> str:
    """Return for how long browsers that came by TLS shall come by nothing else (RFC 6797)."""
    if not settings.SECURE_HSTS_SECONDS:
        return ""
    hsts = f"max-age={settings.SECURE_HSTS_SECONDS}"
    hsts += "; includeSubDomains" if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS else ""
    return hsts + ("; preload" if settings.SECURE_HSTS_PRELOAD else "")


class SecurityHeadersMiddleware:
    """Sets them; the outermost, so that no answer of Django's goes out without.

    And names each request, for whatever is logged of it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._hsts = _hsts_header()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        track, token = tracing.start(request.META.get("HTTP_X_REQUEST_ID"))
        since = time.perf_counter()
        try:
            with tracing.span(
                "request", "server", request.META.get("HTTP_TRACEPARENT", "")
            ) as told:
                response = set_security_headers(request, self.get_response(request))
                _tell(told, request, response, track)
            response.headers[tracing.REQUEST_ID_HEADER] = track.request_id
            if self._hsts and request.is_secure():
                response.headers["Strict-Transport-Security"] = self._hsts
            if settings.LOG_REQUESTS:
                _log(request, response, since)
        finally:
            tracing.stop(token)
        return response


def _tell(
    told: tracing.Span,
    request: HttpRequest,
    response: HttpResponseBase,
    track: tracing.TraceContext,
) -> None:
    if told is not tracing.NO_SPAN:
        facts = _facts(request, response)
        named = f"{facts['method']} {facts['route']}"
        told.set_attributes(
            name=named, request_id=track.request_id, member_id=track.member_id, **facts
        )


def _log(request: HttpRequest, response: HttpResponseBase, since: float) -> None:
    facts: dict[str, str | int | float] = {**_facts(request, response)}
    facts["milliseconds"] = round((time.perf_counter() - since) * 1000, 1)
    logger.info("%(method)s %(route)s %(status)s", facts, extra={EXTRA_FIELDS: facts})


def _facts(request: HttpRequest, response: HttpResponseBase) -> dict[str, str | int]:
    """Return what may be told of a request: its route, for a path or a query may hold a token."""
    match = request.resolver_match
    facts: dict[str, str | int] = {
        "method": str(request.method) if request.method in METHODS else "other",
        "route": PARAMETER.sub(r"{\1}", match.route).replace("\\Z", "") if match else "",
        "status": response.status_code,
    }
    cursor = response.get("X-Event-Cursor")
    return facts | {"cursor": cursor} if cursor else facts
