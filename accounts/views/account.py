"""Endpoints of one's own account and sessions."""

from typing import cast

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from accounts import cookies, selectors, services
from accounts.representations import render_self, render_session
from accounts.serializers import (
    ChangePasswordInput,
    EraseInput,
    SelfSerializer,
    SessionPageSerializer,
)
from mysocial.api.responses import (
    CURSORS,
    Input,
    Limit,
    MessageSerializer,
    caller,
    carry_out,
    json_answer,
    page_answer,
    page_bounds,
    parse,
    wrote,
)
from mysocial.api.viewsets import Endpoints
from mysocial.core import rate_limits
from mysocial.core.rate_limits import HOUR
from mysocial.realtime.auth import SignedIn

# Of one person.
VERIFY_MAILS = Limit("verify-mail", 5, HOUR)
PASSWORDS = Limit("password", 20, HOUR)


def session_of(request: Request) -> str:
    """Return the id of the session that calls."""
    return cast("SignedIn", request.auth).session_id


class AccountViewSet(Endpoints):
    """One's own account and sessions."""

    @extend_schema(responses=SelfSerializer, summary="One's own profile and contact details")
    def currentuser(self, request: Request) -> HttpResponse:
        return json_answer(render_self(*selectors.get_self(caller(request))))

    @extend_schema(
        request=EraseInput,
        responses={200: MessageSerializer},
        summary="Erase one's account and all that hangs on it",
    )
    def erase(self, request: Request) -> HttpResponse:
        password = parse(EraseInput, request)["password"]
        rate_limits.hit(PASSWORDS, caller(request))
        answer = carry_out(
            request,
            200,
            wrote("Account erased"),
            lambda: services.erase_own_account(user_id=caller(request), password=password),
        )
        return cookies.forget(answer)

    @extend_schema(request=None, responses=MessageSerializer, summary="Sign out: end this session")
    def signout(self, request: Request) -> HttpResponse:
        return cookies.forget(_end(request, session_of(request)))

    @extend_schema(request=None, responses=MessageSerializer, summary="Send the confirmation again")
    def send_verification(self, request: Request) -> HttpResponse:
        parse(Input, request)
        return carry_out(
            request,
            200,
            wrote("A mail is on its way."),
            lambda: services.request_verification(user_id=caller(request)),
            limit=VERIFY_MAILS,
        )

    @extend_schema(
        request=ChangePasswordInput, responses=MessageSerializer, summary="Change the password"
    )
    def change_password(self, request: Request) -> HttpResponse:
        fields = parse(ChangePasswordInput, request)
        rate_limits.hit(PASSWORDS, caller(request))
        return carry_out(
            request,
            200,
            wrote("Password changed; every other session has ended."),
            lambda: services.change_password(
                user_id=caller(request),
                session_id=session_of(request),
                current=fields["current_password"],
                new=fields["new_password"],
            ),
        )

    @extend_schema(
        parameters=CURSORS,
        responses=SessionPageSerializer,
        summary="One's live sessions, newest first",
    )
    def sessions(self, request: Request) -> HttpResponse:
        limit, after = page_bounds(request)
        rows, more = selectors.session_page(caller(request), limit=limit, after=after)
        mine = session_of(request)
        items = [render_session(row, current=row.id == mine) for row in rows]
        return page_answer(request, "sessions", items, more)

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
        parse(Input, request)
        answer = carry_out(
            request,
            200,
            wrote("Sessions ended"),
            lambda: services.end_all_sessions(user_id=caller(request)),
        )
        return cookies.forget(answer)


def _end(request: Request, session_id: str) -> HttpResponse:
    parse(Input, request)
    return carry_out(
        request,
        200,
        wrote("Session ended"),
        lambda: services.end_own_session(user_id=caller(request), session_id=session_id),
    )
