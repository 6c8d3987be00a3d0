"""Events of notifications. Each one is sent only to the recipient of the notification."""

from dataclasses import dataclass
from typing import Any, ClassVar

import orjson

from mysocial.core.event_schemas import COUNT, FLAG, TEXT, TEXT_OR_NULL, Payload, list_of
from mysocial.core.events import AudienceContext, UserEvent
from mysocial.store import to_json
from notifications import selectors
from notifications.models import Notification
from notifications.representations import (
    NotificationSerializer,
    notification_placeholders,
    unread_count_placeholders,
)


@dataclass(frozen=True)
class NotificationCreated(UserEvent):
    """A notification was created. It is sent only while the recipient may see actor and post."""

    type: ClassVar[str] = "notification.created"
    payload: ClassVar[Payload] = {"notification": NotificationSerializer, "unread_count": COUNT}
    notification: Notification

    def audience_context(self) -> AudienceContext:
        notification = self.notification
        return {
            "user": notification.user_id,
            "actor": notification.actor_id,
            "post": notification.post_id,
        }

    def data(self) -> list[Any]:
        return [
            b'{"notification":',
            *notification_placeholders(self.notification),
            b',"unread_count":',
            *unread_count_placeholders(self.user_id),
            b"}",
        ]

    @classmethod
    def current_query(cls, context: AudienceContext, data: bytes) -> Any:
        notification_id = orjson.loads(data)["notification"]["id"]
        return selectors.json_query(notification_id, context["user"])

    @classmethod
    def audience(cls, context: AudienceContext, viewers: set[str]) -> set[str]:
        owner_id = context["user"]
        if owner_id in viewers and selectors.can_be_notified(
            owner_id, actor_id=context["actor"], post_id=context["post"]
        ):
            return {owner_id}
        return set()


@dataclass(frozen=True)
class NotificationUpdated(UserEvent):
    """One or more notifications were marked as read or as unread.

    With `up_to`, all were that the member had: the newest has this id, and `ids` names only the
    newest ones.
    """

    type: ClassVar[str] = "notification.updated"
    payload: ClassVar[Payload] = {
        "ids": list_of(TEXT),
        "up_to": TEXT_OR_NULL,
        "read": FLAG,
        "unread_count": COUNT,
    }
    ids: tuple[str, ...]
    read: bool
    up_to: str | None = None

    def data(self) -> list[Any]:
        fields = to_json({"ids": self.ids, "up_to": self.up_to, "read": self.read})
        count = unread_count_placeholders(self.user_id)
        return [fields[:-1] + b',"unread_count":', *count, b"}"]


@dataclass(frozen=True)
class NotificationDeleted(UserEvent):
    """A notification was deleted. The event names nobody, so a block does not hide it."""

    type: ClassVar[str] = "notification.deleted"
    payload: ClassVar[Payload] = {"id": TEXT, "unread_count": COUNT}
    notification_id: str

    def data(self) -> list[Any]:
        start = b'{"id":%s,"unread_count":' % to_json(self.notification_id)
        return [start, *unread_count_placeholders(self.user_id), b"}"]
