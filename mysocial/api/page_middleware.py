"""Middleware of Django's that only pages need, and the way past it.

The API has neither sessions, messages nor files, nor a form or a frame that could be somebody
else's: it is called by a token, never by a cookie alone.
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

from mysocial.api.responses import is_api

Handler = Callable[[HttpRequest], HttpResponseBase]


class PageSecurityMiddleware(SecurityMiddleware):
    """Redirects plain HTTP to HTTPS. Response headers are set by `api/security_headers.py`.

    What is for the API goes past all middleware of pages from here, which would cost it a tenth.
    """

    async_capable = False

    def __init__(self, get_response: Handler) -> None:
        super().__init__(get_response)
        way: Any = get_response
        # Around each layer Django wraps its handler of exceptions, by `functools.wraps`.
        while isinstance(layer := getattr(way, "__wrapped__", None), PagesOnly):
            way = layer.get_response  # type: ignore[attr-defined]
        self._page_handler, self._api_handler = get_response, cast("Handler", way)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        way = self._page_handler
        if is_api(request):
            request.get_host()  # `DisallowedHost`: by no other name is the API answered, either
            way = self._api_handler
        return (self.redirect and self.process_request(request)) or way(request)


class PagesOnly:
    """Marks a layer that the API goes without."""


class PageWhiteNoiseMiddleware(PagesOnly, WhiteNoiseMiddleware):  # type: ignore[misc] # it has no types
    """Static files."""


class PageSessionMiddleware(PagesOnly, SessionMiddleware):
    """Who is signed in at the admin."""


class PageCommonMiddleware(PagesOnly, CommonMiddleware):
    """The name of the host."""


class PageCsrfMiddleware(PagesOnly, CsrfViewMiddleware):
    """Forms that no other site has sent."""


class PageFrameOptionsMiddleware(PagesOnly, XFrameOptionsMiddleware):
    """Pages that no other site shows as its own; of every answer `HeadersMiddleware` says it."""


class PageAuthenticationMiddleware(PagesOnly, AuthenticationMiddleware):
    """Which staff member that is."""


class PageMessageMiddleware(PagesOnly, MessageMiddleware):
    """What they are told at the next page."""
