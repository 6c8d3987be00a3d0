"""What is announced of notifications: to their owner, and to nobody else."""

from dataclasses import dataclass
from typing import Any, ClassVar

from mysocial.core.event_schemas import COUNT, FLAG, TEXT, Payload, list_of
from mysocial.core.events import About, OwnEvent
from mysocial.store.json_templates import literal
from notifications import selectors
from notifications.models import Notification
from notifications.representations import (
    NotificationSerializer,
    count_template,
    notification_template,
)


@dataclass(frozen=True)
class NotificationCreated(OwnEvent):
    """A member is told of something, and must still be shown who did it and on what."""

    type: ClassVar[str] = "notification.created"
    payload: ClassVar[Payload] = {"notification": NotificationSerializer, "unread_count": COUNT}
    told: Notification

    def about(self) -> About:
        told = self.told
        return {"user": told.user_id, "actor": told.actor_id, "post": told.post_id}

    def data(self) -> list[Any]:
        shown = [b'{"notification":', *notification_template(self.told)]
        return [*shown, b',"unread_count":', *count_template(self.user_id), b"}"]

    @classmethod
    def listeners(cls, about: About, viewers: set[str]) -> set[str]:
        owner, actor, post = about["user"], about["actor"], about["post"]
        told = owner in viewers and selectors.may_be_told(owner, actor_id=actor, post_id=post)
        return {owner} if told else set()


@dataclass(frozen=True)
class NotificationUpdated(OwnEvent):
    """Notifications were marked as read, or as unread: one, or many at once."""

    type: ClassVar[str] = "notification.updated"
    payload: ClassVar[Payload] = {"ids": list_of(TEXT), "read": FLAG, "unread_count": COUNT}
    ids: tuple[str, ...]
    read: bool

    def data(self) -> list[Any]:
        said = literal({"ids": self.ids, "read": self.read})
        return [said[:-1] + b',"unread_count":', *count_template(self.user_id), b"}"]


@dataclass(frozen=True)
class NotificationDeleted(OwnEvent):
    """A notification is gone; it says nothing of anybody, so that a block hides none of it."""

    type: ClassVar[str] = "notification.deleted"
    payload: ClassVar[Payload] = {"id": TEXT, "unread_count": COUNT}
    notification_id: str

    def data(self) -> list[Any]:
        said = b'{"id":%s,"unread_count":' % literal(self.notification_id)
        return [said, *count_template(self.user_id), b"}"]
