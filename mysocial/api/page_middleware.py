"""Django's middleware for pages, which requests to the API bypass.

The API uses no sessions, messages, static files, forms or frames: its clients authenticate with a
token and never with a cookie alone.
"""

from collections.abc import Callable
from typing import Any, cast

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.common import CommonMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.security import SecurityMiddleware
from whitenoise.middleware import WhiteNoiseMiddleware

from mysocial.api.middleware import is_api

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class PageSecurityMiddleware(SecurityMiddleware):
    """Redirects plain HTTP to HTTPS; `SecurityHeadersMiddleware` sets the response headers.

    It passes requests to the API directly to the first layer behind the page middleware. Running
    all of them would take about a tenth of the time of a read.
    """

    async_capable = False

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        inner: Any = get_response
        # Django wraps each layer in its exception handler, with `functools.wraps`.
        while isinstance(layer := getattr(inner, "__wrapped__", None), PageMiddleware):
            inner = layer.get_response  # type: ignore[attr-defined]
        self._page_handler, self._api_handler = get_response, cast("GetResponse", inner)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        handler = self._page_handler
        if is_api(request):
            request.get_host()  # raises DisallowedHost, as CommonMiddleware does for pages
            handler = self._api_handler
        return (self.redirect and self.process_request(request)) or handler(request)


class PageMiddleware:
    """Marks middleware that requests to the API bypass."""


class PageWhiteNoiseMiddleware(PageMiddleware, WhiteNoiseMiddleware):  # type: ignore[misc] # untyped
    """Static files."""


class PageSessionMiddleware(PageMiddleware, SessionMiddleware):
    """Sessions of staff in the admin."""


class PageCommonMiddleware(PageMiddleware, CommonMiddleware):
    """Allowed hosts and URL normalization."""


class PageCsrfViewMiddleware(PageMiddleware, CsrfViewMiddleware):
    """CSRF protection of forms."""


class PageAuthenticationMiddleware(PageMiddleware, AuthenticationMiddleware):
    """The signed-in staff member."""


class PageMessageMiddleware(PageMiddleware, MessageMiddleware):
    """One-time messages of the admin."""


class PageXFrameOptionsMiddleware(PageMiddleware, XFrameOptionsMiddleware):
    """Clickjacking protection, with the decorators that exempt single views."""
