"""Deletion of comments and reactions to them together with a post, a comment or a member."""

from typing import ClassVar

from comments.services import remove_comment, remove_comment_reaction
from comments.store import REACTION_COUNTERS, comment_reactions, comments
from mysocial.outbox import Cascade, delete_listed, delete_listed_with
from mysocial.store import newest_records


class CommentsOfPost(Cascade):
    """Delete the comments on a deleted post, each after what depends on it."""

    model_label: ClassVar[str] = "posts.post"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        return _delete_silently("post", pk, limit=limit)


def _delete_silently(index: str, value: str, *, limit: int) -> bool:
    """Delete at most `limit` comments of a list, without counting and announcing it.

    Their replies and reactions are deleted first.
    """
    for comment in newest_records(comments, index, value, limit=limit)[0]:
        if comment.replies_count and not _delete_silently("replies", comment.id, limit=limit):
            return False
        has_reactions = any(getattr(comment, name) for name in REACTION_COUNTERS)
        if has_reactions and not delete_listed(
            comment_reactions, "comment", comment.id, limit=limit
        ):
            return False
    return delete_listed(comments, index, value, limit=limit)


class DependentsOfComment(Cascade):
    """Delete the replies in the thread of a deleted comment, and the reactions to the comment."""

    model_label: ClassVar[str] = "comments.comment"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        has_no_replies = delete_listed_with(
            comments,
            "replies",
            pk,
            lambda comment_id: remove_comment(comment_id=comment_id),
            limit=limit,
        )
        has_no_reactions = delete_listed_with(
            comment_reactions,
            "comment",
            pk,
            lambda reaction_id: remove_comment_reaction(reaction_id=reaction_id),
            limit=limit,
        )
        return has_no_replies and has_no_reactions


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


class CommentReactionsOfMember(Cascade):
    """Delete a deleted member's reactions to comments and lower the totals of these."""

    model_label: ClassVar[str] = "users.user"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        return delete_listed_with(
            comment_reactions,
            "user",
            pk,
            lambda reaction_id: remove_comment_reaction(reaction_id=reaction_id),
            limit=limit,
        )
