"""What goes with a deleted post, and what a block parts."""

from typing import ClassVar

from mysocial.cascades import Cascade
from notifications.services import forget_listed


class NotificationsOfPost(Cascade):
    """What was told of it and of all that hung on it."""

    of: ClassVar[str] = "posts.post"

    @classmethod
    def remove(cls, pk: str, *, limit: int) -> bool:
        return forget_listed("post", pk, limit=limit)


class NotificationsBetween(Cascade):
    """What two members were told of one another; owed by the write that makes a block."""

    of: ClassVar[str] = "followers.block"

    @classmethod
    def remove(cls, pk: str, *, limit: int) -> bool:
        one, _, other = pk.partition(":")
        sides = (f"{one}:{other}", f"{other}:{one}")
        return all(forget_listed("between", side, limit=limit) for side in sides)
