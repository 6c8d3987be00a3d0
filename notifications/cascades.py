"""Notifications deleted together with a post, a block or a member."""

from typing import ClassVar

from mysocial.outbox import Cascade
from notifications.services import (
    delete_inbox,
    delete_listed_notifications,
    pair_list_values,
)


class NotificationsOfPost(Cascade):
    """The notifications about a deleted post, its comments and its reactions."""

    model_label: ClassVar[str] = "posts.post"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        return delete_listed_notifications("post", pk, limit=limit)


class NotificationsBetween(Cascade):
    """The notifications between two members that the write of the block did not delete."""

    model_label: ClassVar[str] = "followers.block"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        blocker_id, _, blocked_id = pk.partition(":")
        values = pair_list_values(blocker_id, blocked_id)
        return all(delete_listed_notifications("between", value, limit=limit) for value in values)


class NotificationsOfMember(Cascade):
    """The notifications that a deleted member received or caused, and their inbox."""

    model_label: ClassVar[str] = "users.user"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        is_done = all(
            delete_listed_notifications(index, pk, limit=limit) for index in ("user", "actor")
        )
        if is_done:
            delete_inbox(pk)
        return is_done
