"""What goes with a deleted post, and with a deleted member."""

from typing import ClassVar

from comments.services import remove_comment
from comments.store import comments
from mysocial.outbox import Cascade, delete_listed, delete_listed_with


class CommentsOfPost(Cascade):
    """The comments under it."""

    model_label: ClassVar[str] = "posts.post"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        return delete_listed(comments, "post", pk, limit=limit)


class CommentsOfMember(Cascade):
    """What they wrote under posts, which count less then."""

    model_label: ClassVar[str] = "users.user"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        return delete_listed_with(
            comments, "author", pk, lambda one: remove_comment(comment_id=one), limit=limit
        )
