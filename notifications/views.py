"""HTTP endpoints of notifications, and the page to unsubscribe from their e-mails."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render as render_page
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
)
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from mysocial.api import (
    PAGINATION_PARAMETERS,
    ApiViewSet,
    IgnoredFormParser,
    IgnoredMultipartParser,
    MessageSerializer,
    StrictJSONParser,
    StrictSerializer,
    current_user_id,
    fast_read,
    filter_param,
    message_envelope,
    page_response,
    pagination_params,
    validated_body,
    write_action,
    write_response,
)
from mysocial.core.errors import NotFound
from mysocial.core.rate_limits import HOUR, MINUTE, RateLimit
from notifications import selectors, services
from notifications.models import Notification
from notifications.representations import (
    notification_placeholders,
    render,
    unread_count_placeholders,
)
from notifications.serializers import (
    NotificationInput,
    NotificationPageSerializer,
    NotificationResponseSerializer,
    UnreadCountSerializer,
)
from users.selectors import NOTIFICATION_TYPES

NOTIFICATION_CHANGES = RateLimit("notification", 300, MINUTE)
UNSUBSCRIBES = RateLimit("unsubscribe", 60, HOUR)
UNSUBSCRIBED = "Unsubscribed"
COOKIE_SECONDS = 15 * 60  # of the token after its link was opened
TYPE = OpenApiParameter(
    "type", enum=NOTIFICATION_TYPES, description="Return only notifications of this type."
)


def owner_unread_count(notification: Notification) -> list[Any]:
    """Return the placeholders of the unread count of a notification's recipient."""
    return unread_count_placeholders(notification.user_id)


class NotificationViewSet(ApiViewSet):
    """The notifications of the current user."""

    @extend_schema(
        operation_id="listNotifications",
        parameters=[*PAGINATION_PARAMETERS, TYPE],
        responses=NotificationPageSerializer,
        summary="List your notifications",
        description="The newest come first. Notifications from members that you mute or block, or "
        "that block you, are hidden, and so are notifications about posts that you may not see. "
        "`unread_count` includes notifications that a mute or a change of privacy hides.",
    )
    @fast_read
    def list(self, request: Request) -> HttpResponse:
        limit, after = pagination_params(request)
        user_id = current_user_id(request)
        page = selectors.list_notifications(
            user_id,
            kind=filter_param(request, "type", NOTIFICATION_TYPES),
            limit=limit,
            after=after,
        )
        items = (render(row, page.inbox.read_mark) for row in page.rows)
        return page_response(
            request, "notifications", items, page.next, unread_count=page.inbox.unread_count
        )

    @extend_schema(
        operation_id="updateNotification",
        request=NotificationInput,
        responses=NotificationResponseSerializer,
        summary="Mark a notification as read or unread",
        examples=[OpenApiExample("Read", {"read": True}, request_only=True)],
    )
    @write_action(
        "Notification updated",
        limit=NOTIFICATION_CHANGES,
        notification=notification_placeholders,
        unread_count=owner_unread_count,
    )
    def partial_update(self, request: Request, pk: str) -> Notification:
        read = validated_body(NotificationInput, request)["read"]
        return services.mark_read(user_id=current_user_id(request), notification_id=pk, read=read)

    @extend_schema(
        operation_id="markAllNotificationsRead",
        request=None,
        responses={200: UnreadCountSerializer},
        summary="Mark all notifications as read",
    )
    @write_action(
        "Notifications read", limit=NOTIFICATION_CHANGES, unread_count=unread_count_placeholders
    )
    def read_all(self, request: Request) -> str:
        validated_body(StrictSerializer, request)
        return services.mark_all_read(user_id=current_user_id(request))

    @extend_schema(
        operation_id="deleteNotification",
        request=None,
        responses={200: MessageSerializer},
        summary="Delete a notification",
    )
    @write_action("Notification deleted", limit=NOTIFICATION_CHANGES)
    def destroy(self, request: Request, pk: str) -> None:
        validated_body(StrictSerializer, request)
        services.delete_notification(user_id=current_user_id(request), notification_id=pk)


class UnsubscribeViewSet(ApiViewSet):
    """The unsubscribe link of an e-mail; the token in it is the only authentication."""

    permission_classes = (AllowAny,)
    authentication_classes = ()
    # E-mail providers send a form (RFC 8058). Its content is not needed.
    parser_classes = (StrictJSONParser, IgnoredFormParser, IgnoredMultipartParser)

    @extend_schema(
        operation_id="unsubscribeFromEmails",
        request=None,
        responses={200: OpenApiResponse(MessageSerializer, UNSUBSCRIBED)},
        summary="Unsubscribe from e-mails of one type, or of all, with the token from an e-mail",
    )
    def unsubscribe(self, request: Request, token: str) -> HttpResponse:
        # Count by member: the client's address would be that of an e-mail provider.
        user_id, _ = selectors.read_token(token)
        return write_response(
            request,
            200,
            message_envelope(UNSUBSCRIBED),
            lambda: services.unsubscribe(token=token),
            limit=UNSUBSCRIBES,
            client_id=user_id,
        )


@never_cache
@csrf_exempt  # the token is the authorization, and an e-mail provider has no cookie
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe_page(request: HttpRequest) -> HttpResponse:
    """Ask for confirmation, and unsubscribe from e-mails when the form is submitted.

    GET changes nothing, because e-mail providers follow links. A browser that opens the link loads
    the page again without the token in the address. The token is kept in a cookie for that, and in
    the form. The link itself answers 200, because some programs do not follow redirects.
    """
    link_token = request.GET.get("token", "")
    cookie_token = request.COOKIES.get(settings.UNSUBSCRIBE_COOKIE_NAME, "")
    is_confirmed = request.method == "POST"
    # Another site cannot send the form without the token, although browsers may send the cookie.
    token = link_token or (request.POST.get("token", "") if is_confirmed else cookie_token)
    context: dict[str, Any] = {"token": token, "is_confirmed": is_confirmed}
    try:
        _, kind = selectors.read_token(token)
        if is_confirmed:
            services.unsubscribe(token=token)
    except NotFound:
        response = render_page(request, "unsubscribe.html", {"is_invalid": True}, status=404)
    else:
        context["is_all"] = kind == selectors.ALL_TYPES
        context["is_link"] = bool(link_token)
        response = render_page(request, "unsubscribe.html", context)
        if link_token and not is_confirmed:
            _keep_token(response, token)
    if is_confirmed:
        response.delete_cookie(settings.UNSUBSCRIBE_COOKIE_NAME, samesite="Lax")
    return response


def _keep_token(response: HttpResponse, token: str) -> None:
    """Keep the token of a link in a cookie for the page without it."""
    response.set_cookie(
        settings.UNSUBSCRIBE_COOKIE_NAME,
        token,
        max_age=COOKIE_SECONDS,
        secure=not settings.DEBUG,
        httponly=True,
        samesite="Lax",  # a strict cookie would not be sent after a click in a mail program
    )
