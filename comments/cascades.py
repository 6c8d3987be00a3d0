"""Deletion of comments together with a post or a member."""

from typing import ClassVar

from comments.services import remove_comment
from comments.store import comments
from mysocial.outbox import Cascade, delete_listed, delete_listed_with


class CommentsOfPost(Cascade):
    """Delete the comments on a deleted post."""

    model_label: ClassVar[str] = "posts.post"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        return delete_listed(comments, "post", pk, limit=limit)


class CommentsOfMember(Cascade):
    """Delete a deleted member's comments and lower the counters of their posts."""

    model_label: ClassVar[str] = "users.user"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        return delete_listed_with(
            comments,
            "author",
            pk,
            lambda comment_id: remove_comment(comment_id=comment_id),
            limit=limit,
        )
