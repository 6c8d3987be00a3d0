"""Endpoints that need no access token."""

from functools import partial

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from accounts import cookies, services
from accounts.representations import ChallengeSerializer
from accounts.serializers import (
    EmailInput,
    NewPasswordInput,
    RefreshInput,
    SignedInSerializer,
    SignInInput,
    SignUpInput,
    SignUpOptionsSerializer,
    TokensSerializer,
)
from accounts.tokens import hash_token
from accounts.views.sign_in_responses import device_of, sign_in_response, tokens_representation
from mysocial.api import (
    ApiViewSet,
    MessageSerializer,
    StrictSerializer,
    check_network_limit,
    json_response,
    message_envelope,
    validated_body,
    write_action,
    write_response,
)
from mysocial.core.errors import NotAuthenticated
from mysocial.core.rate_limits import (
    DAY,
    HOUR,
    RateLimit,
    check_rate_limit,
    count_rate_limit_in_write,
)
from mysocial.store import to_json

# The `message` of each response.
AWAITS_APPROVAL = "Your sign-up waits for an approval. You get an e-mail when you can sign in."
SIGNED_UP, SIGNED_IN, REFRESHED = "User created", "Signed in", "Token refreshed"
RESET_REQUESTED = "If this address belongs to an account, we have sent it an e-mail."
RESET = "Password changed. You can sign in with it now."
VERIFIED = "E-mail address confirmed"
REVOKED = "E-mail address restored. You can sign in with the new password now."

# Limits per network, which many people may share.
SIGN_UPS = RateLimit("signup", 60, HOUR)
CHALLENGES = RateLimit("challenge", 600, HOUR)
REFRESHES = RateLimit("refresh", 600, HOUR)
RESET_REQUESTS = RateLimit("forgot", 60, HOUR)
TOKEN_USES = RateLimit("proof", 60, HOUR)
# Limits per e-mail address, whose owner may not have asked for anything.
RESET_EMAILS_PER_ADDRESSEE = RateLimit("forgot-mail", 3, HOUR)
CONFIRMATION_EMAILS_PER_ADDRESSEE = RateLimit("confirm-mail", 10, DAY)

SIGN_UP_EXAMPLE = OpenApiExample(
    "A new user",
    {"username": "ada", "email": "ada@example.com", "password": "correct-horse-battery"},
    request_only=True,
)
SIGN_IN_EXAMPLE = OpenApiExample(
    "By username", {"username": "ada", "password": "correct-horse-battery"}, request_only=True
)


class PublicViewSet(ApiViewSet):
    """Signing up, signing in, and the links of e-mails."""

    permission_classes = (AllowAny,)
    authentication_classes = ()

    @extend_schema(
        operation_id="signUp",
        request=SignUpInput,
        responses={
            201: OpenApiResponse(SignedInSerializer, SIGNED_UP),
            202: OpenApiResponse(MessageSerializer, AWAITS_APPROVAL),
        },
        examples=[SIGN_UP_EXAMPLE],
        summary="Sign up",
        description="`GET signup` says what the site needs. The response is 202, without tokens, "
        "if staff must approve the sign-up.",
    )
    def signup(self, request: Request) -> HttpResponse:
        """Create an account and sign in."""
        services.require_open()
        check_network_limit(SIGN_UPS, request)
        fields = validated_body(SignUpInput, request)
        refresh_in = fields.pop("refresh_in")
        device = device_of(request)
        count_rate_limit_in_write(CONFIRMATION_EMAILS_PER_ADDRESSEE, fields["email"])
        if services.needs_approval():
            return write_response(
                request,
                202,
                message_envelope(AWAITS_APPROVAL),
                lambda: services.sign_up(**fields, device=device),
            )
        return sign_in_response(
            request,
            201,
            SIGNED_UP,
            lambda: services.sign_up(**fields, device=device),
            refresh_in=refresh_in,
        )

    @extend_schema(
        operation_id="getSignUpOptions",
        responses=SignUpOptionsSerializer,
        summary="Get what a sign-up needs",
    )
    def sign_up_options(self, _request: Request) -> HttpResponse:
        """Return who may sign up, and which fields the sign-up needs."""
        return json_response(to_json(services.sign_up_options()))

    @extend_schema(
        operation_id="getSignUpChallenge",
        responses=ChallengeSerializer,
        summary="Get a challenge to solve for a sign-up",
        description="A proof of work of ALTCHA, which its widgets solve. It is valid for 20 "
        "minutes and one sign-up. 404 if the site needs none.",
    )
    def captcha_challenge(self, request: Request) -> HttpResponse:
        """Return a new challenge."""
        check_network_limit(CHALLENGES, request)
        return json_response(to_json(services.create_captcha_challenge()))

    @extend_schema(
        operation_id="signIn",
        request=SignInInput,
        responses=OpenApiResponse(SignedInSerializer, SIGNED_IN),
        examples=[SIGN_IN_EXAMPLE],
        summary="Sign in with a username or e-mail address",
    )
    def signin(self, request: Request) -> HttpResponse:
        """Open a session and return its tokens."""
        fields = validated_body(SignInInput, request)
        device = device_of(request)
        attempt = services.count_attempt(name=fields["username"], address=device.address)
        response = sign_in_response(
            request,
            200,
            SIGNED_IN,
            lambda: services.sign_in(attempt=attempt, password=fields["password"], device=device),
            refresh_in=fields["refresh_in"],
        )
        services.accept_attempt(attempt)
        return response

    @extend_schema(
        operation_id="refreshTokens",
        request=RefreshInput,
        responses=OpenApiResponse(TokensSerializer, REFRESHED),
        summary="Refresh your access token",
    )
    def refresh(self, request: Request) -> HttpResponse:
        """Return a new access token, and a refresh token that replaces the one sent."""
        check_network_limit(REFRESHES, request)
        token_in_body = validated_body(RefreshInput, request).get("refresh")
        token = token_in_body or cookies.read_refresh_cookie(request)
        if not token:
            raise NotAuthenticated("Send a refresh token in the body or as a cookie.")
        response = write_response(
            request,
            200,
            partial(tokens_representation, REFRESHED),
            lambda: services.refresh(token=token),
            secret=True,
            client_id=hash_token(token),
        )
        return response if token_in_body else cookies.move_refresh_to_cookie(response)

    @extend_schema(
        operation_id="requestPasswordReset",
        request=EmailInput,
        responses=OpenApiResponse(MessageSerializer, RESET_REQUESTED),
        summary="Request an e-mail to reset your password",
    )
    def forgot_password(self, request: Request) -> HttpResponse:
        """Send a link to set a new password, if the address belongs to an account."""
        email = validated_body(EmailInput, request)["email"]
        check_network_limit(RESET_REQUESTS, request)
        check_rate_limit(RESET_EMAILS_PER_ADDRESSEE, email)
        return self._request_reset(request, email)

    @write_action(RESET_REQUESTED)
    def _request_reset(self, request: Request, email: str) -> None:
        services.request_reset(email=email)

    @extend_schema(
        operation_id="resetPassword",
        request=NewPasswordInput,
        responses=OpenApiResponse(MessageSerializer, RESET),
        summary="Set a new password with the link of an e-mail",
    )
    def reset_password(self, request: Request, token: str) -> HttpResponse:
        """Set a new password and end all sessions."""
        check_network_limit(TOKEN_USES, request)
        password = validated_body(NewPasswordInput, request)["password"]
        return self._reset_password(request, token, password)

    @write_action(RESET)
    def _reset_password(self, request: Request, token: str, password: str) -> None:
        services.reset_password(token=token, password=password)

    @extend_schema(
        operation_id="verifyEmail",
        request=None,
        responses=OpenApiResponse(MessageSerializer, VERIFIED),
        summary="Confirm your e-mail address with the link of an e-mail",
    )
    def verify_email(self, request: Request, token: str) -> HttpResponse:
        """Mark the address of your account as confirmed; a new address replaces the former one."""
        check_network_limit(TOKEN_USES, request)
        validated_body(StrictSerializer, request)
        return self._verify_email(request, token)

    @write_action(VERIFIED)
    def _verify_email(self, request: Request, token: str) -> None:
        services.verify_email(token=token)

    @extend_schema(
        operation_id="revokeEmailChange",
        request=NewPasswordInput,
        responses=OpenApiResponse(MessageSerializer, REVOKED),
        summary="Restore your former e-mail address with the link of an e-mail",
        description="The e-mail goes to the former address; its link is valid for a week.",
    )
    def revoke_email_change(self, request: Request, token: str) -> HttpResponse:
        """Restore the address, set a new password and end all sessions."""
        check_network_limit(TOKEN_USES, request)
        password = validated_body(NewPasswordInput, request)["password"]
        return self._revoke_email_change(request, token, password)

    @write_action(REVOKED)
    def _revoke_email_change(self, request: Request, token: str, password: str) -> None:
        services.revoke_email_change(token=token, password=password)
