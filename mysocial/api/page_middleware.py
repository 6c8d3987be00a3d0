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


class Transport(SecurityMiddleware):
    """Redirects plain HTTP to HTTPS. Response headers are set by `api/security_headers.py`.

    What is for the API goes past all middleware of pages from here, which would cost it a tenth.
    """

    async_capable = False

    def __init__(self, get_response: Handler) -> None:
        super().__init__(get_response)
        way: Any = get_response
        # Around each layer Django wraps its handler of exceptions, by `functools.wraps`.
        while isinstance(layer := getattr(way, "__wrapped__", None), _OfPages):
            way = layer.get_response  # type: ignore[attr-defined]
        self._to_pages, self._to_api = get_response, cast("Handler", way)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        way = self._to_pages
        if is_api(request):
            request.get_host()  # `DisallowedHost`: by no other name is the API answered, either
            way = self._to_api
        return (self.redirect and self.process_request(request)) or way(request)


class _OfPages:
    """Marks a layer that the API goes without."""


class Files(_OfPages, WhiteNoiseMiddleware):  # type: ignore[misc] # it has no types
    """Static files."""


class StaffSessions(_OfPages, SessionMiddleware):
    """Who is signed in at the admin."""


class Common(_OfPages, CommonMiddleware):
    """The name of the host."""


class Forms(_OfPages, CsrfViewMiddleware):
    """Forms that no other site has sent."""


class Frames(_OfPages, XFrameOptionsMiddleware):
    """Pages that no other site shows as its own; of every answer `HeadersMiddleware` says it."""


class StaffUsers(_OfPages, AuthenticationMiddleware):
    """Which staff member that is."""


class StaffMessages(_OfPages, MessageMiddleware):
    """What they are told at the next page."""
