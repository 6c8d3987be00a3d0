"""What goes with a deleted post."""

from typing import ClassVar

from comments.store import comments
from mysocial.cascades import Cascade, remove_listed


class CommentsOfPost(Cascade):
    """The comments under it."""

    of: ClassVar[str] = "posts.post"

    @classmethod
    def remove(cls, pk: str, *, limit: int) -> bool:
        return remove_listed(comments, "post", pk, limit=limit)
