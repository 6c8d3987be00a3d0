"""Endpoints for who is not signed in yet."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from accounts import cookies, services
from accounts.representations import self_representation
from accounts.serializers import (
    EmailInput,
    NewPasswordInput,
    RefreshInput,
    SignedInSerializer,
    SignInInput,
    SignUpInput,
    TokensSerializer,
)
from accounts.services import Device, SignIn
from accounts.tokens import create_access_token, create_refresh_token, hash_token
from mysocial.api import (
    ApiViewSet,
    MessageSerializer,
    StrictSerializer,
    get_client_address,
    message_envelope,
    validated_body,
    write_response,
)
from mysocial.core import rate_limits
from mysocial.core.errors import NotAuthenticated
from mysocial.core.rate_limits import DAY, HOUR, MINUTE, RateLimit
from mysocial.store import to_json

REFRESH_IN_BODY = "body"

# From one address, which many people may share.
SIGN_UPS = RateLimit("signup", 60, HOUR)
SIGN_INS = RateLimit("signin", 300, HOUR)
REFRESHES = RateLimit("refresh", 600, HOUR)
RESET_REQUESTS = RateLimit("forgot", 60, HOUR)
TOKEN_USES = RateLimit("proof", 60, HOUR)
# Of one name from one address, so that nobody can lock somebody else out: a pause that grows from a
# quarter of an hour to a day. Then of one name at all.
SIGN_INS_PER_NAME_AND_ADDRESS = (
    RateLimit("signin-here", 20, 15 * MINUTE),
    RateLimit("signin-here-day", 60, DAY),
)
SIGN_INS_PER_NAME = RateLimit("signin-name", 200, HOUR)
# Of one person.
RESET_MAILS = RateLimit("forgot-mail", 3, HOUR)

SIGN_UP_EXAMPLE = OpenApiExample(
    "Somebody new",
    {"username": "ada", "email": "ada@example.com", "password": "correct-horse-battery"},
    request_only=True,
)
SIGN_IN_EXAMPLE = OpenApiExample(
    "By name", {"username": "ada", "password": "correct-horse-battery"}, request_only=True
)


def device_of(request: Request) -> Device:
    """Return where a request comes from."""
    return Device(request.META.get("HTTP_USER_AGENT", ""), get_client_address(request))


class PublicViewSet(ApiViewSet):
    """What can be done without being signed in."""

    permission_classes = (AllowAny,)
    authentication_classes = ()

    @extend_schema(
        request=SignUpInput,
        responses={201: SignedInSerializer},
        examples=[SIGN_UP_EXAMPLE],
        summary="Sign up",
    )
    def signup(self, request: Request) -> HttpResponse:
        rate_limits.check_rate_limit(SIGN_UPS, get_client_address(request))
        fields = validated_body(SignUpInput, request)
        place = fields.pop("refresh_in")
        device = device_of(request)
        return _sign_in(
            request, 201, "User created", place, lambda: services.sign_up(**fields, device=device)
        )

    @extend_schema(
        request=SignInInput,
        responses=SignedInSerializer,
        examples=[SIGN_IN_EXAMPLE],
        summary="Sign in by username or e-mail address",
    )
    def signin(self, request: Request) -> HttpResponse:
        fields = validated_body(SignInInput, request)
        name, place = fields["username"].lower(), fields["refresh_in"]
        device = device_of(request)
        here = f"{device.address} {name}"
        rate_limits.check_rate_limit(SIGN_INS, device.address)
        for guesses in SIGN_INS_PER_NAME_AND_ADDRESS:
            rate_limits.check_rate_limit(guesses, here)
        # Last: what is refused here is not counted, or one address alone could lock a name.
        rate_limits.check_rate_limit(SIGN_INS_PER_NAME, name)
        password = fields["password"]
        answer = _sign_in(
            request,
            200,
            "Signed in",
            place,
            lambda: services.sign_in(name=name, password=password, device=device),
        )
        for guesses in SIGN_INS_PER_NAME_AND_ADDRESS:
            rate_limits.reset_rate_limit(guesses, here)
        return answer

    @extend_schema(
        request=RefreshInput, responses=TokensSerializer, summary="Rotate the refresh token"
    )
    def refresh(self, request: Request) -> HttpResponse:
        rate_limits.check_rate_limit(REFRESHES, get_client_address(request))
        sent = validated_body(RefreshInput, request).get("refresh")
        token = sent or cookies.read_refresh_cookie(request)
        if not token:
            raise NotAuthenticated("There is no refresh token, neither in the body nor a cookie.")
        answer = write_response(
            request,
            200,
            _tokens,
            lambda: services.refresh(token=token),
            secret=True,
            client_id=hash_token(token),
        )
        return answer if sent else cookies.move_refresh_to_cookie(answer)

    @extend_schema(request=EmailInput, responses=MessageSerializer, summary="Forgot the password")
    def forgot_password(self, request: Request) -> HttpResponse:
        email = validated_body(EmailInput, request)["email"]
        rate_limits.check_rate_limit(RESET_REQUESTS, get_client_address(request))
        rate_limits.check_rate_limit(RESET_MAILS, email.lower())
        return write_response(
            request,
            200,
            message_envelope("If this address has an account, a mail is on its way."),
            lambda: services.request_reset(email=email),
        )

    @extend_schema(
        request=NewPasswordInput, responses=MessageSerializer, summary="Set a new password by mail"
    )
    def reset_password(self, request: Request, token: str) -> HttpResponse:
        rate_limits.check_rate_limit(TOKEN_USES, get_client_address(request))
        password = validated_body(NewPasswordInput, request)["password"]
        return write_response(
            request,
            200,
            message_envelope("Password reset successful"),
            lambda: services.reset_password(token=token, password=password),
        )

    @extend_schema(request=None, responses=MessageSerializer, summary="Confirm the e-mail address")
    def verify_email(self, request: Request, token: str) -> HttpResponse:
        rate_limits.check_rate_limit(TOKEN_USES, get_client_address(request))
        validated_body(StrictSerializer, request)
        return write_response(
            request,
            200,
            message_envelope("E-mail address confirmed"),
            lambda: services.verify_email(token=token),
        )


def _sign_in(
    request: Request, code: int, message: str, place: str, verb: Callable[[], SignIn]
) -> HttpResponse:
    """Answer a sign-up or sign-in with its tokens."""

    def render(result: SignIn) -> list[Any]:
        access, refresh = create_access_token(result.session), create_refresh_token(result.session)
        return [
            b'{"message":' + to_json(message),
            b',"user":',
            *self_representation(result.user_id),
            b',"access":%s,"refresh":%s}' % (to_json(access), to_json(refresh)),
        ]

    answer = write_response(request, code, render, verb, secret=True)
    return answer if place == REFRESH_IN_BODY else cookies.move_refresh_to_cookie(answer)


def _tokens(result: SignIn) -> list[Any]:
    access, refresh = create_access_token(result.session), create_refresh_token(result.session)
    body = {"message": "Token refreshed", "access": access, "refresh": refresh}
    return [to_json(body)]
