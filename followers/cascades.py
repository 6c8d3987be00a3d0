"""What goes with a deleted member."""

from typing import ClassVar

from followers.services import remove_follow
from followers.store import blocks, follow_requests, follows, mutes
from mysocial.outbox import Cascade, delete_listed, delete_listed_with

STORES_WITHOUT_COUNTERS = (
    (follow_requests, ("requester", "target")),
    (blocks, ("blocker", "blocked")),
    (mutes, ("muter", "muted")),
)


class EdgeCascade(Cascade):
    """Follows both ways, which others count; requests, blocks and mutes both ways."""

    model_label: ClassVar[str] = "users.user"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        done = [
            delete_listed_with(
                follows, index, pk, lambda one: remove_follow(follow_id=one), limit=limit
            )
            for index in ("follower", "followee")
        ]
        done += [
            delete_listed(store, index, pk, limit=limit)
            for store, indexes in STORES_WITHOUT_COUNTERS
            for index in indexes
        ]
        return all(done)
