"""What goes with a deleted post or member, and what a block parts."""

from typing import ClassVar

from mysocial.outbox import Cascade
from notifications.services import delete_inbox, delete_listed_notifications, pair_list_values


class NotificationsOfPost(Cascade):
    """What was told of it and of all that hung on it."""

    model_label: ClassVar[str] = "posts.post"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        return delete_listed_notifications("post", pk, limit=limit)


class NotificationsBetween(Cascade):
    """What two members were told of one another: what the write that made the block has left."""

    model_label: ClassVar[str] = "followers.block"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        one, _, other = pk.partition(":")
        sides = pair_list_values(one, other)
        return all(delete_listed_notifications("between", side, limit=limit) for side in sides)


class NotificationsOfMember(Cascade):
    """What a member was told, and what others were told of them."""

    model_label: ClassVar[str] = "users.user"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        gone = all(delete_listed_notifications(side, pk, limit=limit) for side in ("user", "actor"))
        if gone:
            delete_inbox(pk)
        return gone
