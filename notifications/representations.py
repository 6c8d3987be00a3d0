"""What notifications look like in answers and events: as bytes, and as the schema they keep to."""

from typing import Any

from rest_framework import serializers

from mysocial.store.json_templates import Own, Row, Wire
from notifications.models import Notification
from notifications.store import inboxes, notifications
from users.representations import SHOWN, AuthorSerializer, author
from users.selectors import NOTICES


def _wire(*post: bytes | Own) -> Wire:
    return Wire(
        notifications,
        Own("main"),
        b',"type":"',
        Own("kind"),
        b'","read":',
        Own("read"),
        b',"entity_id":"',
        Own("cause"),
        b'","post_id":',
        *post,
        b',"actor":',
        *author("actor_id"),
        refs={"actor_id": SHOWN},
    )


notification_wire = _wire(b'"', Own("post_id"), b'"')
_postless_wire = _wire(b"null")
inbox_wire = Wire(inboxes, Own("unread_count"))


def render(row: Row) -> bytes:
    """Return the JSON object of a notification."""
    return (notification_wire if row.value("post_id") else _postless_wire).render(row)


def notification_template(told: Notification) -> list[Any]:
    """Return the pieces of a notification in an answer or event."""
    wire = notification_wire if told.post_id else _postless_wire
    return wire.template(told.id, actor_id=told.actor_id)


def count_template(user_id: str) -> list[Any]:
    """Return the piece that is a member's number of unread notifications."""
    return inbox_wire.template(user_id)[1:-1]


class NotificationSerializer(serializers.Serializer[Any]):
    """What a member was told of."""

    id = serializers.CharField()
    created_at = serializers.DateTimeField()
    type = serializers.ChoiceField([(one, one) for one in NOTICES])
    read = serializers.BooleanField()
    words = serializers.CharField(help_text="Of a warning, what a moderator says; else empty.")
    entity_id = serializers.CharField(
        help_text="What it tells of: a comment or, of a mention in its text, a post; a reaction "
        "(`<post>:<member>`); a follow or request (`<follower>:<followed>`); what chat names; a "
        "report that was closed; a warning. Of the last two the actor is oneself."
    )
    post_id = serializers.CharField(allow_null=True, help_text="The post it hangs on, if any.")
    actor = AuthorSerializer()
