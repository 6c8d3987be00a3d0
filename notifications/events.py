"""What is announced of notifications: to their owner, and to nobody else."""

from dataclasses import dataclass
from typing import Any, ClassVar

from mysocial.core.event_schemas import COUNT, FLAG, TEXT, Payload, list_of
from mysocial.core.events import AudienceContext, UserEvent
from mysocial.store import to_json
from notifications import selectors
from notifications.models import Notification
from notifications.representations import (
    NotificationSerializer,
    count_template,
    notification_placeholders,
)


@dataclass(frozen=True)
class NotificationCreated(UserEvent):
    """A member is told of something, and must still be shown who did it and on what."""

    type: ClassVar[str] = "notification.created"
    payload: ClassVar[Payload] = {"notification": NotificationSerializer, "unread_count": COUNT}
    notification: Notification

    def audience_context(self) -> AudienceContext:
        told = self.notification
        return {"user": told.user_id, "actor": told.actor_id, "post": told.post_id}

    def data(self) -> list[Any]:
        shown = [b'{"notification":', *notification_placeholders(self.notification)]
        return [*shown, b',"unread_count":', *count_template(self.user_id), b"}"]

    @classmethod
    def audience(cls, context: AudienceContext, viewers: set[str]) -> set[str]:
        owner, actor, post = context["user"], context["actor"], context["post"]
        told = owner in viewers and selectors.can_be_notified(owner, actor_id=actor, post_id=post)
        return {owner} if told else set()


@dataclass(frozen=True)
class NotificationUpdated(UserEvent):
    """Notifications were marked as read, or as unread: one, or many at once."""

    type: ClassVar[str] = "notification.updated"
    payload: ClassVar[Payload] = {"ids": list_of(TEXT), "read": FLAG, "unread_count": COUNT}
    ids: tuple[str, ...]
    read: bool

    def data(self) -> list[Any]:
        said = to_json({"ids": self.ids, "read": self.read})
        return [said[:-1] + b',"unread_count":', *count_template(self.user_id), b"}"]


@dataclass(frozen=True)
class NotificationDeleted(UserEvent):
    """A notification is gone; it says nothing of anybody, so that a block hides none of it."""

    type: ClassVar[str] = "notification.deleted"
    payload: ClassVar[Payload] = {"id": TEXT, "unread_count": COUNT}
    notification_id: str

    def data(self) -> list[Any]:
        said = b'{"id":%s,"unread_count":' % to_json(self.notification_id)
        return [said, *count_template(self.user_id), b"}"]
