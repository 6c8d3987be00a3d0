"""What goes with a deleted post."""

from typing import ClassVar

from mysocial.cascades import Cascade, remove_listed
from reactions.store import reactions


class PostReactions(Cascade):
    """The reactions to a post; its totals go with it."""

    of: ClassVar[str] = "posts.post"

    @classmethod
    def remove(cls, pk: str, *, limit: int) -> bool:
        return remove_listed(reactions, "post", pk, limit=limit)
