"""Endpoints for who is not signed in yet."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from accounts import cookies, services
from accounts.representations import self_template
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
from accounts.tokens import digest, make_access, make_refresh
from mysocial.api.responses import (
    Input,
    Limit,
    MessageSerializer,
    carry_out,
    parse,
    wrote,
)
from mysocial.api.viewsets import Endpoints
from mysocial.core import rate_limits
from mysocial.core.errors import NotAuthenticated
from mysocial.core.rate_limits import DAY, HOUR, MINUTE
from mysocial.store.json_templates import literal

BODY = "body"

# From one address, which many people may share.
SIGN_UPS = Limit("signup", 60, HOUR)
SIGN_INS = Limit("signin", 300, HOUR)
REFRESHES = Limit("refresh", 600, HOUR)
RESET_REQUESTS = Limit("forgot", 60, HOUR)
PROOFS = Limit("proof", 60, HOUR)
# Of one name from one address, so that nobody can lock somebody else out: a pause that grows from a
# quarter of an hour to a day. Then of one name at all.
GUESSES = (Limit("signin-here", 20, 15 * MINUTE), Limit("signin-here-day", 60, DAY))
ALL_GUESSES = Limit("signin-name", 200, HOUR)
# Of one person.
RESET_MAILS = Limit("forgot-mail", 3, HOUR)

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
    return Device(request.META.get("HTTP_USER_AGENT", ""), rate_limits.address_of(request))


class OpenViewSet(Endpoints):
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
        rate_limits.hit(SIGN_UPS, rate_limits.address_of(request))
        fields = parse(SignUpInput, request)
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
        fields = parse(SignInInput, request)
        name, place = fields["username"].lower(), fields["refresh_in"]
        device = device_of(request)
        here = f"{device.address} {name}"
        rate_limits.hit(SIGN_INS, device.address)
        for guesses in GUESSES:
            rate_limits.hit(guesses, here)
        # Last: what is refused here is not counted, or one address alone could lock a name.
        rate_limits.hit(ALL_GUESSES, name)
        password = fields["password"]
        answer = _sign_in(
            request,
            200,
            "Signed in",
            place,
            lambda: services.sign_in(name=name, password=password, device=device),
        )
        for guesses in GUESSES:
            rate_limits.forget(guesses, here)
        return answer

    @extend_schema(
        request=RefreshInput, responses=TokensSerializer, summary="Rotate the refresh token"
    )
    def refresh(self, request: Request) -> HttpResponse:
        rate_limits.hit(REFRESHES, rate_limits.address_of(request))
        sent = parse(RefreshInput, request).get("refresh")
        token = sent or cookies.read(request)
        if not token:
            raise NotAuthenticated("There is no refresh token, neither in the body nor a cookie.")
        answer = carry_out(
            request,
            200,
            _tokens,
            lambda: services.refresh(token=token),
            secret=True,
            who=digest(token),
        )
        return answer if sent else cookies.hand_over(answer)

    @extend_schema(request=EmailInput, responses=MessageSerializer, summary="Forgot the password")
    def forgot_password(self, request: Request) -> HttpResponse:
        email = parse(EmailInput, request)["email"]
        rate_limits.hit(RESET_REQUESTS, rate_limits.address_of(request))
        rate_limits.hit(RESET_MAILS, email.lower())
        return carry_out(
            request,
            200,
            wrote("If this address has an account, a mail is on its way."),
            lambda: services.request_reset(email=email),
        )

    @extend_schema(
        request=NewPasswordInput, responses=MessageSerializer, summary="Set a new password by mail"
    )
    def reset_password(self, request: Request, token: str) -> HttpResponse:
        rate_limits.hit(PROOFS, rate_limits.address_of(request))
        password = parse(NewPasswordInput, request)["password"]
        return carry_out(
            request,
            200,
            wrote("Password reset successful"),
            lambda: services.reset_password(token=token, password=password),
        )

    @extend_schema(request=None, responses=MessageSerializer, summary="Confirm the e-mail address")
    def verify_email(self, request: Request, token: str) -> HttpResponse:
        rate_limits.hit(PROOFS, rate_limits.address_of(request))
        parse(Input, request)
        return carry_out(
            request,
            200,
            wrote("E-mail address confirmed"),
            lambda: services.verify_email(token=token),
        )


def _sign_in(
    request: Request, code: int, message: str, place: str, verb: Callable[[], SignIn]
) -> HttpResponse:
    """Answer a sign-up or sign-in with its tokens."""

    def render(result: SignIn) -> list[Any]:
        access, refresh = make_access(result.session), make_refresh(result.session)
        return [
            b'{"message":' + literal(message),
            b',"user":',
            *self_template(result.user_id),
            b',"access":%s,"refresh":%s}' % (literal(access), literal(refresh)),
        ]

    answer = carry_out(request, code, render, verb, secret=True)
    return answer if place == BODY else cookies.hand_over(answer)


def _tokens(result: SignIn) -> list[Any]:
    access, refresh = make_access(result.session), make_refresh(result.session)
    body = {"message": "Token refreshed", "access": access, "refresh": refresh}
    return [literal(body)]
