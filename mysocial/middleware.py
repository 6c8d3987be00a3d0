"""Middleware of Django's that only pages need.

The API has neither sessions, messages nor files, nor a form or a frame that could be somebody
else's: it is called by a token, never by a cookie alone.
"""

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.common import CommonMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from whitenoise.middleware import WhiteNoiseMiddleware

from mysocial.api import is_api


class _ForPages:
    """Passes over requests to the API, for which all of them together cost as much as a read."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if is_api(request):
            return self.get_response(request)  # type: ignore[attr-defined, no-any-return]
        return super().__call__(request)  # type: ignore[misc, no-any-return]


class Files(_ForPages, WhiteNoiseMiddleware):  # type: ignore[misc] # it has no types
    """Static files."""


class StaffSessions(_ForPages, SessionMiddleware):
    """Who is signed in at the admin."""


class Common(_ForPages, CommonMiddleware):
    """The name of the host; by no other is the API answered, either."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.get_host()  # `DisallowedHost`
        return super().__call__(request)


class Forms(_ForPages, CsrfViewMiddleware):
    """Forms that no other site has sent."""


class Frames(_ForPages, XFrameOptionsMiddleware):
    """Pages that no other site shows as its own; of every answer `HeadersMiddleware` says it."""


class StaffUsers(_ForPages, AuthenticationMiddleware):
    """Which staff member that is."""


class StaffMessages(_ForPages, MessageMiddleware):
    """What they are told at the next page."""
