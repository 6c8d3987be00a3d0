"""The responses of requests that open or refresh a session."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request

from accounts import cookies
from accounts.representations import self_representation
from accounts.services import Device, SignIn
from accounts.tokens import create_access_token, create_refresh_token
from mysocial.api import get_client_address, write_response
from mysocial.store import to_json

REFRESH_IN_BODY = "body"


def device_of(request: HttpRequest | Request) -> Device:
    """Return the device that sends a request."""
    return Device(request.META.get("HTTP_USER_AGENT", ""), get_client_address(request))


def sign_in_response(
    request: Request,
    code: int,
    message: str,
    service: Callable[[], SignIn],
    *,
    refresh_in: str,
) -> HttpResponse:
    """Call a service that signs in, and return the response with the profile and the tokens."""

    def render(result: SignIn) -> list[Any]:
        tokens = _create_tokens(result)
        return [
            b'{"message":' + to_json(message),
            b',"user":',
            *self_representation(result.user_id),
            # The last piece is stored encrypted, because the response is secret.
            b"," + to_json(tokens)[1:],
        ]

    response = write_response(request, code, render, service, secret=True)
    return response if refresh_in == REFRESH_IN_BODY else cookies.move_refresh_to_cookie(response)


def tokens_representation(message: str, result: SignIn) -> list[Any]:
    """Return the JSON pieces of new tokens."""
    return [to_json({"message": message, **_create_tokens(result)})]


def refresh_token_of(result: SignIn) -> str:
    """Return the refresh token of a new session."""
    assert result.session is not None  # noqa: S101 - only a sign-up can have none
    return create_refresh_token(result.session)


def _create_tokens(result: SignIn) -> dict[str, str]:
    assert result.session is not None  # noqa: S101 - only a sign-up can have none
    return {
        "access": create_access_token(result.session),
        "refresh": refresh_token_of(result),
    }
