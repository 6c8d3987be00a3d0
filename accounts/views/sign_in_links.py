"""Endpoints to sign in with the link of an e-mail."""

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from accounts import services
from accounts.serializers import EmailInput, SignedInSerializer, SignInLinkInput
from accounts.views.public import SIGNED_IN, TOKEN_USES
from accounts.views.sign_in_responses import device_of, sign_in_response
from mysocial.api import (
    ApiViewSet,
    MessageSerializer,
    check_network_limit,
    validated_body,
    write_action,
)
from mysocial.core.rate_limits import HOUR, RateLimit, check_rate_limit

LINK_REQUESTED = (
    "If this is the confirmed address of an account, we have sent it a link to sign in."
)
LINK_REQUESTS = RateLimit("signin-link", 60, HOUR)  # per network
LINKS_PER_ADDRESSEE = RateLimit("signin-link-mail", 3, HOUR)


class SignInLinkViewSet(ApiViewSet):
    """Signing in without a password."""

    permission_classes = (AllowAny,)
    authentication_classes = ()

    @extend_schema(
        operation_id="requestSignInLink",
        request=EmailInput,
        responses=OpenApiResponse(MessageSerializer, LINK_REQUESTED),
        summary="Request an e-mail with a link to sign in",
        description="The e-mail is sent to confirmed addresses only. Its link is valid for 15 "
        "minutes, works once, and becomes invalid with the next sign-in. 404 if the site does not "
        "send such links.",
    )
    def request_link(self, request: Request) -> HttpResponse:
        """Send a link to sign in, if the address is the confirmed one of an account."""
        services.require_sign_in_links()
        email = validated_body(EmailInput, request)["email"]
        check_network_limit(LINK_REQUESTS, request)
        check_rate_limit(LINKS_PER_ADDRESSEE, email)
        return self._request_link(request, email)

    @write_action(LINK_REQUESTED)
    def _request_link(self, request: Request, email: str) -> None:
        services.request_sign_in_link(email=email)

    @extend_schema(
        operation_id="signInWithLink",
        request=SignInLinkInput,
        responses=OpenApiResponse(SignedInSerializer, SIGNED_IN),
        summary="Sign in with the link of an e-mail",
    )
    def sign_in(self, request: Request, token: str) -> HttpResponse:
        """Open a session with the token of the link, and return its tokens."""
        check_network_limit(TOKEN_USES, request)
        refresh_in = validated_body(SignInLinkInput, request)["refresh_in"]
        device = device_of(request)
        return sign_in_response(
            request,
            200,
            SIGNED_IN,
            lambda: services.sign_in_with_link(token=token, device=device),
            refresh_in=refresh_in,
        )
