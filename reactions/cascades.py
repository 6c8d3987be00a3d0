"""What goes with a deleted post."""

from typing import ClassVar

from mysocial.cascades import Cascade
from reactions import services


class PostReactions(Cascade):
    """The reactions to a post; its totals go with it."""

    of: ClassVar[str] = "posts.post"

    @classmethod
    def remove(cls, pk: str, *, limit: int) -> bool:
        return services.remove_reactions(post_id=pk, limit=limit)
