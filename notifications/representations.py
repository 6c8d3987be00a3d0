"""JSON representations of notifications in responses and events, and their schema."""

from typing import Any

from rest_framework import serializers

from mysocial.store import Field, JsonTemplate, Row
from notifications.models import Notification
from notifications.store import inboxes, notifications
from users.representations import CARD_ONLY, AuthorSerializer, author_parts
from users.selectors import NOTIFICATION_TYPES


def _build_template(*post_id: bytes | Field) -> JsonTemplate:
    return JsonTemplate(
        notifications,
        Field("main"),
        b',"type":"',
        Field("kind"),
        b'","read":',
        Field("read"),
        b',"entity_id":"',
        Field("cause"),
        b'","post_id":',
        *post_id,
        b',"actor":',
        *author_parts("actor_id"),
        refs={"actor_id": CARD_ONLY},
    )


notification_template = _build_template(b'"', Field("post_id"), b'"')
_template_without_post = _build_template(b"null")
inbox_template = JsonTemplate(inboxes, Field("unread_count"))


def render(row: Row, read_mark: str) -> bytes:
    """Return the JSON object of a notification in an inbox with this mark."""
    if row.value("read_mark") != read_mark:
        row.set_value("read", b"true")
    template = notification_template if row.value("post_id") else _template_without_post
    return template.render(row)


def notification_placeholders(notification: Notification) -> list[Any]:
    """Return the placeholders of a notification in a response or event."""
    template = notification_template if notification.post_id else _template_without_post
    return template.placeholders(notification.id, actor_id=notification.actor_id)


def unread_count_placeholders(user_id: str) -> list[Any]:
    """Return the placeholders of a member's number of unread notifications."""
    return inbox_template.placeholders(user_id)[1:-1]  # without the braces


class NotificationSerializer(serializers.Serializer[Any]):
    """A notification."""

    id = serializers.CharField(help_text="The id of the notification.")
    created_at = serializers.DateTimeField(help_text="When the notification was created.")
    type = serializers.ChoiceField(
        [(kind, kind) for kind in NOTIFICATION_TYPES], help_text="The type of the notification."
    )
    read = serializers.BooleanField(help_text="Whether the notification is marked as read.")
    message = serializers.CharField(
        help_text="The moderator's message, for a warning; otherwise empty."
    )
    entity_id = serializers.CharField(
        help_text="The id of what the notification is about: the comment or reply, or for a "
        "mention in its text and the end of a poll the post; the reaction (`<post>:<member>` or "
        "`<comment>:<member>`); the follow or follow "
        "request (`<follower>:<followed>`); the conversation (`<recipient>:<sender>`); the closed "
        "report; or the warning. For a report, a warning and the end of your own poll, the "
        "actor is you."
    )
    post_id = serializers.CharField(
        allow_null=True, help_text="The post that the notification belongs to, if any."
    )
    actor = AuthorSerializer(help_text="The member who caused the notification.")
