"""What goes with a deleted member."""

from typing import ClassVar

from followers.services import remove_follow
from followers.store import blocks, follow_requests, follows, mutes
from mysocial.outbox.cascades import Cascade, each_listed, remove_listed

SILENT = (
    (follow_requests, ("requester", "target")),
    (blocks, ("blocker", "blocked")),
    (mutes, ("muter", "muted")),
)


class EdgesOfMember(Cascade):
    """Follows both ways, which others count; requests, blocks and mutes both ways."""

    of: ClassVar[str] = "users.user"

    @classmethod
    def remove(cls, pk: str, *, limit: int) -> bool:
        done = [
            each_listed(follows, index, pk, lambda one: remove_follow(follow_id=one), limit=limit)
            for index in ("follower", "followee")
        ]
        done += [
            remove_listed(store, index, pk, limit=limit)
            for store, indexes in SILENT
            for index in indexes
        ]
        return all(done)
