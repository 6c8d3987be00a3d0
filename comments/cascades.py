"""What goes with a deleted post, and with a deleted member."""

from typing import ClassVar

from comments.services import remove_comment
from comments.store import comments
from mysocial.outbox.cascades import Cascade, each_listed, remove_listed


class CommentsOfPost(Cascade):
    """The comments under it."""

    of: ClassVar[str] = "posts.post"

    @classmethod
    def remove(cls, pk: str, *, limit: int) -> bool:
        return remove_listed(comments, "post", pk, limit=limit)


class CommentsOfMember(Cascade):
    """What they wrote under posts, which count less then."""

    of: ClassVar[str] = "users.user"

    @classmethod
    def remove(cls, pk: str, *, limit: int) -> bool:
        return each_listed(
            comments, "author", pk, lambda one: remove_comment(comment_id=one), limit=limit
        )
