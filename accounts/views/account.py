"""Endpoints of the member's own account and sessions."""

from typing import cast

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request

from accounts import cookies, selectors, services
from accounts.representations import (
    render_self,
    render_session,
    self_representation,
    sign_in_template,
)
from accounts.serializers import (
    AccountResponseSerializer,
    AccountSerializer,
    ChangeEmailInput,
    ChangePasswordInput,
    EraseAccountInput,
    SessionPageSerializer,
    SignInPageSerializer,
)
from accounts.views.public import CONFIRMATION_EMAILS_PER_ADDRESSEE
from mysocial.api import (
    PAGINATION_PARAMETERS,
    ApiViewSet,
    MessageSerializer,
    StrictSerializer,
    current_user_id,
    json_response,
    page_response,
    pagination_params,
    validated_body,
    write_action,
)
from mysocial.core.rate_limits import HOUR, RateLimit, check_rate_limit, count_rate_limit_in_write
from mysocial.realtime.auth import AuthenticatedSession

# Limits per member.
VERIFICATION_EMAILS = RateLimit("verify-mail", 5, HOUR)
PASSWORD_CHECKS = RateLimit("password", 20, HOUR)
EMAIL_REQUESTED = "E-mail address saved. It is used when the link in the e-mail to it is opened."
CHANGED = "Password changed. All other sessions have ended."


def current_session_id(request: Request) -> str:
    """Return the id of the session of the request."""
    return cast("AuthenticatedSession", request.auth).session_id


class AccountViewSet(ApiViewSet):
    """Your account and sessions."""

    @extend_schema(
        operation_id="getAccount",
        responses=AccountSerializer,
        summary="Get your profile and contact details",
    )
    def account(self, request: Request) -> HttpResponse:
        """Return your profile with your e-mail address."""
        return json_response(render_self(*selectors.get_self(current_user_id(request))))

    @extend_schema(
        operation_id="eraseAccount",
        request=EraseAccountInput,
        responses={200: OpenApiResponse(MessageSerializer, "Account erased")},
        summary="Erase your account and all your data",
    )
    def erase(self, request: Request) -> HttpResponse:
        """Erase your account. This cannot be undone."""
        password = validated_body(EraseAccountInput, request)["password"]
        check_rate_limit(PASSWORD_CHECKS, current_user_id(request))
        return cookies.delete_refresh_cookie(self._erase(request, password))

    @write_action("Account erased")
    def _erase(self, request: Request, password: str) -> None:
        services.erase_own_account(user_id=current_user_id(request), password=password)

    @extend_schema(
        operation_id="signOut",
        request=None,
        responses=OpenApiResponse(MessageSerializer, "Session ended"),
        summary="Sign out",
    )
    def signout(self, request: Request) -> HttpResponse:
        """End the session of this request."""
        response = self._end_session(request, current_session_id(request))
        return cookies.delete_refresh_cookie(response)

    @extend_schema(
        operation_id="sendVerificationEmail",
        request=None,
        responses=MessageSerializer,
        summary="Send the confirmation e-mail again",
    )
    @write_action("We have sent you an e-mail.", limit=VERIFICATION_EMAILS)
    def send_verification(self, request: Request) -> None:
        """Send another link to confirm your e-mail address, or your new one."""
        validated_body(StrictSerializer, request)
        user_id = current_user_id(request)
        account = selectors.get_account(user_id)
        address = account.pending_email or account.email
        count_rate_limit_in_write(CONFIRMATION_EMAILS_PER_ADDRESSEE, address)
        services.request_verification(user_id=user_id)

    @extend_schema(
        operation_id="changeEmail",
        request=ChangeEmailInput,
        responses=OpenApiResponse(AccountResponseSerializer, EMAIL_REQUESTED),
        summary="Change your e-mail address",
        description="The new address is `pending_email` until the link in an e-mail to it is "
        "opened. The former address, if it was confirmed, gets an e-mail that revokes the change "
        "for a week. Send your current address to cancel a change that is pending.",
    )
    def change_email(self, request: Request) -> HttpResponse:
        """Keep the new address until it is confirmed."""
        fields = validated_body(ChangeEmailInput, request)
        check_rate_limit(PASSWORD_CHECKS, current_user_id(request))
        count_rate_limit_in_write(CONFIRMATION_EMAILS_PER_ADDRESSEE, fields["email"])
        return self._change_email(request, fields)

    @write_action(EMAIL_REQUESTED, limit=VERIFICATION_EMAILS, user=self_representation)
    def _change_email(self, request: Request, fields: dict[str, str]) -> str:
        return services.request_email_change(user_id=current_user_id(request), **fields)

    @extend_schema(
        operation_id="changePassword",
        request=ChangePasswordInput,
        responses=OpenApiResponse(MessageSerializer, CHANGED),
        summary="Change your password",
    )
    def change_password(self, request: Request) -> HttpResponse:
        """Change your password and end all other sessions."""
        fields = validated_body(ChangePasswordInput, request)
        check_rate_limit(PASSWORD_CHECKS, current_user_id(request))
        return self._change_password(request, fields)

    @write_action(CHANGED)
    def _change_password(self, request: Request, fields: dict[str, str]) -> None:
        services.change_password(
            user_id=current_user_id(request),
            session_id=current_session_id(request),
            current=fields["current_password"],
            new=fields["new_password"],
        )

    @extend_schema(
        operation_id="listSessions",
        parameters=PAGINATION_PARAMETERS,
        responses=SessionPageSerializer,
        summary="List your sessions, newest first",
    )
    def sessions(self, request: Request) -> HttpResponse:
        """Return a page of the sessions in which you are signed in."""
        limit, after = pagination_params(request)
        rows, next_after = selectors.session_page(
            current_user_id(request), limit=limit, after=after
        )
        current_id = current_session_id(request)
        items = [render_session(row, current=row.id == current_id) for row in rows]
        return page_response(request, "sessions", items, next_after)

    @extend_schema(
        operation_id="listSignIns",
        parameters=PAGINATION_PARAMETERS,
        responses=SignInPageSerializer,
        summary="List your sign-ins, newest first",
        description="Of the last 90 days, or as many as `SECURITY_LOG_DAYS` says. `network` is a "
        "part of the address.",
    )
    def sign_ins(self, request: Request) -> HttpResponse:
        """Return a page of your sign-ins, also of sessions that have ended."""
        limit, after = pagination_params(request)
        rows, next_after = selectors.sign_in_page(
            current_user_id(request), limit=limit, after=after
        )
        items = [sign_in_template.render(row) for row in rows]
        return page_response(request, "sign_ins", items, next_after)

    @extend_schema(
        operation_id="endSession",
        request=None,
        responses={200: OpenApiResponse(MessageSerializer, "Session ended")},
        summary="End one of your sessions",
    )
    def end_session(self, request: Request, pk: str) -> HttpResponse:
        """Sign out the device of this session."""
        return self._end_session(request, pk)

    @write_action("Session ended")
    def _end_session(self, request: Request, session_id: str) -> None:
        validated_body(StrictSerializer, request)
        services.end_own_session(user_id=current_user_id(request), session_id=session_id)

    @extend_schema(
        operation_id="endAllSessions",
        request=None,
        responses={200: OpenApiResponse(MessageSerializer, "Sessions ended")},
        summary="End all your sessions",
    )
    def end_sessions(self, request: Request) -> HttpResponse:
        """Sign out all devices, including the one that sends this request."""
        return cookies.delete_refresh_cookie(self._end_all_sessions(request))

    @write_action("Sessions ended")
    def _end_all_sessions(self, request: Request) -> None:
        validated_body(StrictSerializer, request)
        services.end_all_sessions(user_id=current_user_id(request))
