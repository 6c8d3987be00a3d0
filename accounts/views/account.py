"""Endpoints of one's own account and sessions."""

from typing import cast

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from accounts import cookies, selectors, services
from accounts.representations import render_self, render_session
from accounts.serializers import (
    ChangePasswordInput,
    EraseAccountInput,
    SelfSerializer,
    SessionPageSerializer,
)
from mysocial.api import (
    PAGINATION_PARAMETERS,
    ApiViewSet,
    MessageSerializer,
    StrictSerializer,
    current_user_id,
    json_response,
    message_envelope,
    page_response,
    pagination_params,
    validated_body,
    write_response,
)
from mysocial.core import rate_limits
from mysocial.core.rate_limits import HOUR, RateLimit
from mysocial.realtime.auth import AuthenticatedSession

# Of one person.
VERIFICATION_EMAILS = RateLimit("verify-mail", 5, HOUR)
PASSWORD_CHECKS = RateLimit("password", 20, HOUR)


def current_session_id(request: Request) -> str:
    """Return the id of the session that calls."""
    return cast("AuthenticatedSession", request.auth).session_id


class AccountViewSet(ApiViewSet):
    """One's own account and sessions."""

    @extend_schema(responses=SelfSerializer, summary="One's own profile and contact details")
    def currentuser(self, request: Request) -> HttpResponse:
        return json_response(render_self(*selectors.get_self(current_user_id(request))))

    @extend_schema(
        request=EraseAccountInput,
        responses={200: MessageSerializer},
        summary="Erase one's account and all that hangs on it",
    )
    def erase(self, request: Request) -> HttpResponse:
        password = validated_body(EraseAccountInput, request)["password"]
        rate_limits.check_rate_limit(PASSWORD_CHECKS, current_user_id(request))
        answer = write_response(
            request,
            200,
            message_envelope("Account erased"),
            lambda: services.erase_own_account(user_id=current_user_id(request), password=password),
        )
        return cookies.delete_refresh_cookie(answer)

    @extend_schema(request=None, responses=MessageSerializer, summary="Sign out: end this session")
    def signout(self, request: Request) -> HttpResponse:
        return cookies.delete_refresh_cookie(_end(request, current_session_id(request)))

    @extend_schema(request=None, responses=MessageSerializer, summary="Send the confirmation again")
    def send_verification(self, request: Request) -> HttpResponse:
        validated_body(StrictSerializer, request)
        return write_response(
            request,
            200,
            message_envelope("A mail is on its way."),
            lambda: services.request_verification(user_id=current_user_id(request)),
            limit=VERIFICATION_EMAILS,
        )

    @extend_schema(
        request=ChangePasswordInput, responses=MessageSerializer, summary="Change the password"
    )
    def change_password(self, request: Request) -> HttpResponse:
        fields = validated_body(ChangePasswordInput, request)
        rate_limits.check_rate_limit(PASSWORD_CHECKS, current_user_id(request))
        return write_response(
            request,
            200,
            message_envelope("Password changed; every other session has ended."),
            lambda: services.change_password(
                user_id=current_user_id(request),
                session_id=current_session_id(request),
                current=fields["current_password"],
                new=fields["new_password"],
            ),
        )

    @extend_schema(
        parameters=PAGINATION_PARAMETERS,
        responses=SessionPageSerializer,
        summary="One's live sessions, newest first",
    )
    def sessions(self, request: Request) -> HttpResponse:
        limit, after = pagination_params(request)
        rows, more = selectors.session_page(current_user_id(request), limit=limit, after=after)
        mine = current_session_id(request)
        items = [render_session(row, current=row.id == mine) for row in rows]
        return page_response(request, "sessions", items, more)

    @extend_schema(
        request=None, responses={200: MessageSerializer}, summary="End one of one's sessions"
    )
    def end_session(self, request: Request, pk: str) -> HttpResponse:
        return _end(request, pk)

    @extend_schema(
        request=None,
        responses={200: MessageSerializer},
        summary="End all of one's sessions, this one included",
    )
    def end_sessions(self, request: Request) -> HttpResponse:
        validated_body(StrictSerializer, request)
        answer = write_response(
            request,
            200,
            message_envelope("Sessions ended"),
            lambda: services.end_all_sessions(user_id=current_user_id(request)),
        )
        return cookies.delete_refresh_cookie(answer)


def _end(request: Request, session_id: str) -> HttpResponse:
    validated_body(StrictSerializer, request)
    return write_response(
        request,
        200,
        message_envelope("Session ended"),
        lambda: services.end_own_session(user_id=current_user_id(request), session_id=session_id),
    )
