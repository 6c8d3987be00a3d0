"""The refresh token as an HttpOnly cookie.

In production, its name has the prefix `__Host-`: browsers accept it only over HTTPS and from this
host, so that no other host of the domain can plant a session. The prefix requires the path `/`; the
token is read by one endpoint only.
"""

import orjson
from django.conf import settings
from django.http import HttpResponse
from rest_framework.request import Request

from mysocial.core.errors import Forbidden
from mysocial.store import to_json

PATH = "/"  # required by the prefix `__Host-`


def read_refresh_cookie(request: Request) -> str:
    """Return the refresh token of the cookie, or an empty string.

    Raises:
        Forbidden: The request comes from a page of another origin.
    """
    origin = request.headers.get("Origin")
    token = request.COOKIES.get(settings.REFRESH_COOKIE_NAME, "")
    if token and origin is not None and origin not in settings.ALLOWED_ORIGINS:
        raise Forbidden("Pages of this origin may not use the refresh cookie.")
    return token


def move_refresh_to_cookie(response: HttpResponse) -> HttpResponse:
    """Move the refresh token from the body of a response to the cookie.

    Call it last: a repetition with the same Idempotency-Key then sets the same cookie again.
    """
    body = orjson.loads(response.content)
    set_refresh_cookie(response, body["refresh"])
    response.content = to_json({**body, "refresh": None})
    return response


def set_refresh_cookie(response: HttpResponse, token: str) -> None:
    """Set the cookie to a refresh token."""
    response.set_cookie(
        settings.REFRESH_COOKIE_NAME,
        token,
        max_age=settings.REFRESH_TOKEN_SECONDS,
        path=PATH,
        secure=settings.REFRESH_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


def delete_refresh_cookie(response: HttpResponse) -> HttpResponse:
    """Delete the cookie in the browser."""
    response.delete_cookie(settings.REFRESH_COOKIE_NAME, path=PATH, samesite="Strict")
    return response
