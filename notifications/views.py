"""HTTP endpoints of notifications, and the page that switches off their mails."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render as render_page
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
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
    message_envelope,
    page_response,
    pagination_params,
    validated_body,
    write_response,
)
from mysocial.core.errors import Invalid, NotFound
from mysocial.core.rate_limits import HOUR, MINUTE, RateLimit
from notifications import selectors, services
from notifications.models import Notification
from notifications.representations import count_template, notification_placeholders, render
from notifications.serializers import (
    CountSerializer,
    NotificationAnswerSerializer,
    NotificationInput,
    NotificationPageSerializer,
)
from users.selectors import NOTIFICATION_TYPES

CHANGES = RateLimit("notification", 300, MINUTE)
UNSUBSCRIBES = RateLimit("unsubscribe", 60, HOUR)
TYPE = OpenApiParameter("type", enum=NOTIFICATION_TYPES, description="Only those of this kind.")


def owner_count_template(told: Notification) -> list[Any]:
    """Return the piece that is how many the owner of a notification has not read."""
    return count_template(told.user_id)


def kind_wanted(request: Request) -> str:
    """Return the `type` that a list is asked for; empty for all."""
    kind = request.query_params.get("type")
    if kind is not None and kind not in NOTIFICATION_TYPES:
        raise Invalid(errors={"type": f"This must be one of: {', '.join(NOTIFICATION_TYPES)}."})
    return kind or ""


class NotificationViewSet(ApiViewSet):
    """What one was told."""

    @extend_schema(
        parameters=[*PAGINATION_PARAMETERS, TYPE],
        responses=NotificationPageSerializer,
        summary="One's notifications, newest first, and how many are unread",
        description="Nothing of whom one blocks, mutes or is blocked by, nor of a post that one "
        "does not see: it is hidden at once. `unread_count` also counts what a mute or a change of "
        "privacy hides.",
    )
    def list(self, request: Request) -> HttpResponse:
        limit, after = pagination_params(request)
        owner = current_user_id(request)
        found, following = selectors.list_notifications(
            owner, kind=kind_wanted(request), limit=limit, after=after
        )
        count = selectors.get_unread_count(owner)
        shown = map(render, found)
        return page_response(request, "notifications", shown, following, unread_count=count)

    @extend_schema(
        request=NotificationInput,
        responses=NotificationAnswerSerializer,
        summary="Mark a notification as read, or as unread",
        examples=[OpenApiExample("Read", {"read": True}, request_only=True)],
    )
    def partial_update(self, request: Request, pk: str) -> HttpResponse:
        read = validated_body(NotificationInput, request)["read"]
        return write_response(
            request,
            200,
            message_envelope(
                "Notification updated",
                notification=notification_placeholders,
                unread_count=owner_count_template,
            ),
            lambda: services.mark_read(
                user_id=current_user_id(request), notification_id=pk, read=read
            ),
            limit=CHANGES,
        )

    @extend_schema(
        request=None, responses={200: CountSerializer}, summary="Mark all notifications as read"
    )
    def read_all(self, request: Request) -> HttpResponse:
        validated_body(StrictSerializer, request)
        return write_response(
            request,
            200,
            message_envelope("Notifications read", unread_count=count_template),
            lambda: services.mark_all_read(user_id=current_user_id(request)),
            limit=CHANGES,
        )

    @extend_schema(
        request=None, responses={200: MessageSerializer}, summary="Delete a notification"
    )
    def destroy(self, request: Request, pk: str) -> HttpResponse:
        validated_body(StrictSerializer, request)
        return write_response(
            request,
            200,
            message_envelope("Notification deleted"),
            lambda: services.delete_notification(
                user_id=current_user_id(request), notification_id=pk
            ),
            limit=CHANGES,
        )


class UnsubscribeViewSet(ApiViewSet):
    """The link of a mail; whoever holds it may use it."""

    permission_classes = (AllowAny,)
    authentication_classes = ()
    # A mail provider sends a form (RFC 8058); what it says is not needed.
    parser_classes = (StrictJSONParser, IgnoredFormParser, IgnoredMultipartParser)

    @extend_schema(
        request=None,
        responses={200: MessageSerializer},
        summary="Switch off the mails of one kind, by the link of such a mail",
    )
    def unsubscribe(self, request: Request, token: str) -> HttpResponse:
        owner, _ = selectors.read_token(token)  # an address would be that of a mail provider
        return write_response(
            request,
            200,
            message_envelope("Unsubscribed"),
            lambda: services.unsubscribe(token=token),
            limit=UNSUBSCRIBES,
            who=owner,
        )


@never_cache
@csrf_exempt  # the token is the proof, and a mail provider has no cookie of ours
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe_page(request: HttpRequest) -> HttpResponse:
    """Ask whether mails shall be switched off, and do so when the button is pressed.

    Looking changes nothing: mail providers follow links.
    """
    token, done = request.GET.get("token", ""), request.method == "POST"
    try:
        selectors.read_token(token)
        if done:
            services.unsubscribe(token=token)
    except NotFound:
        raise Http404 from None
    return render_page(request, "unsubscribe.html", {"done": done})
