"""The refresh token as a cookie, which no script of a page can read."""

import orjson
from django.conf import settings
from django.http import HttpResponse
from rest_framework.request import Request

from mysocial.core.errors import Forbidden
from mysocial.store import to_json

NAME, PATH = "refresh", "/api/token"


def read_refresh_cookie(request: Request) -> str:
    """Return the cookie's token; a browser says from which page it comes, and it must be ours."""
    origin = request.headers.get("Origin")
    token = request.COOKIES.get(NAME, "")
    if token and origin is not None and origin not in settings.ALLOWED_ORIGINS:
        raise Forbidden("This page may not use the refresh cookie.")
    return token


def move_refresh_to_cookie(answer: HttpResponse) -> HttpResponse:
    """Move the refresh token from an answer's body to the cookie.

    Done last, so that a repeat under the same Idempotency-Key sets the same cookie again.
    """
    body = orjson.loads(answer.content)
    answer.set_cookie(
        NAME,
        body["refresh"],
        max_age=settings.REFRESH_TOKEN_SECONDS,
        path=PATH,
        secure=not settings.DEBUG,
        httponly=True,
        samesite="Strict",
    )
    answer.content = to_json({**body, "refresh": None})
    return answer


def delete_refresh_cookie(answer: HttpResponse) -> HttpResponse:
    """Have the browser drop the cookie."""
    answer.delete_cookie(NAME, path=PATH, samesite="Strict")
    return answer
