"""Security headers of every response: what a browser may do with it."""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from mysocial.api.paths import canonical_path

API_POLICY = "default-src 'none'; frame-ancestors 'none'"
PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data: https:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
# Swagger UI writes styles into its page.
STYLED_PAGE_POLICY = f"{PAGE_POLICY}; style-src 'self' 'unsafe-inline'"
# The admin theme evaluates expressions in its pages (Alpine.js) and writes styles.
ADMIN_POLICY = f"{STYLED_PAGE_POLICY}; script-src 'self' 'unsafe-eval'"
STYLED_PAGE_PATH = "/api/v1/docs"


class SecurityHeadersMiddleware:
    """Sets the security headers of every response that Django makes, error pages included."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._hsts = _hsts_header()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = set_security_headers(request, self.get_response(request))
        if self._hsts and request.is_secure():
            response.headers["Strict-Transport-Security"] = self._hsts
        return response


def set_security_headers(
    request: HttpRequest | None, response: HttpResponseBase
) -> HttpResponseBase:
    """Set the security headers and the length of a response; return the response.

    A header that the view has set already is kept.

    Args:
        request: The request, or None outside Django, where no response is a page.
        response: The response.
    """
    headers = response.headers
    present = {name.lower() for name in headers}  # one pass, as each miss costs an exception
    is_page = headers.get("Content-Type", "").startswith("text/html")
    path = request.path if request is not None and is_page else ""
    defaults = {
        "Content-Security-Policy": _page_policy(path) if is_page else API_POLICY,
        "X-Frame-Options": settings.X_FRAME_OPTIONS,
        "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
        "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
    }
    if isinstance(response, HttpResponse) and response.status_code != HTTPStatus.NOT_MODIFIED:
        defaults["Content-Length"] = str(len(response.content))
    for name, value in defaults.items():
        if name.lower() not in present:
            headers[name] = value
    headers["X-Content-Type-Options"] = "nosniff"
    if settings.DEBUG and is_page and response.status_code >= 400:  # noqa: PLR2004
        del response["Content-Security-Policy"]  # Django's debug page runs inline scripts
    return response


def _page_policy(path: str) -> str:
    """Return the narrowest policy under which the page at this path works."""
    if path.startswith(f"/{settings.ADMIN_PATH}/"):
        return ADMIN_POLICY
    return STYLED_PAGE_POLICY if canonical_path(path) == STYLED_PAGE_PATH else PAGE_POLICY


def _hsts_header() -> str:
    """Return the Strict-Transport-Security header (RFC 6797), or "" when it is turned off."""
    if not settings.SECURE_HSTS_SECONDS:
        return ""
    hsts = f"max-age={settings.SECURE_HSTS_SECONDS}"
    hsts += "; includeSubDomains" if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS else ""
    return hsts + ("; preload" if settings.SECURE_HSTS_PRELOAD else "")
