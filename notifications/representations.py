"""What notifications look like in answers and events: as bytes, and as the schema they keep to."""

from typing import Any

from rest_framework import serializers

from mysocial.store import Field, JsonTemplate, Row
from notifications.models import Notification
from notifications.store import inboxes, notifications
from users.representations import CARD_ONLY, AuthorSerializer, author_parts
from users.selectors import NOTIFICATION_TYPES


def _build_template(*post: bytes | Field) -> JsonTemplate:
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
        *post,
        b',"actor":',
        *author_parts("actor_id"),
        refs={"actor_id": CARD_ONLY},
    )


notification_template = _build_template(b'"', Field("post_id"), b'"')
_postless_template = _build_template(b"null")
inbox_template = JsonTemplate(inboxes, Field("unread_count"))


def render(row: Row) -> bytes:
    """Return the JSON object of a notification."""
    return (notification_template if row.value("post_id") else _postless_template).render(row)


def notification_placeholders(told: Notification) -> list[Any]:
    """Return the pieces of a notification in an answer or event."""
    wire = notification_template if told.post_id else _postless_template
    return wire.placeholders(told.id, actor_id=told.actor_id)


def count_template(user_id: str) -> list[Any]:
    """Return the piece that is a member's number of unread notifications."""
    return inbox_template.placeholders(user_id)[1:-1]


class NotificationSerializer(serializers.Serializer[Any]):
    """What a member was told of."""

    id = serializers.CharField()
    created_at = serializers.DateTimeField()
    type = serializers.ChoiceField([(one, one) for one in NOTIFICATION_TYPES])
    read = serializers.BooleanField()
    message = serializers.CharField(
        help_text="The message of a moderator, for a warning; otherwise empty."
    )
    entity_id = serializers.CharField(
        help_text="What it tells of: a comment or, of a mention in its text, a post; a reaction "
        "(`<post>:<member>`); a follow or request (`<follower>:<followed>`); what chat names; a "
        "report that was closed; a warning. Of the last two the actor is oneself."
    )
    post_id = serializers.CharField(allow_null=True, help_text="The post it hangs on, if any.")
    actor = AuthorSerializer()
