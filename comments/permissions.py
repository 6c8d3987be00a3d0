"""Permissions of comments: plain predicates, used wherever a comment is shown or changed."""

from followers.selectors import ViewerRelation


def can_see_comment(
    viewer_id: str,
    *,
    author_id: str,
    sees_post: bool,
    relation: ViewerRelation,
    sees_thread: bool = True,
) -> bool:
    """Return whether the viewer may see a comment.

    They see its post and, if it is a reply, the top-level comment of its thread, and no block
    separates them from its author.
    """
    return sees_post and sees_thread and (viewer_id == author_id or not relation.blocked)


def can_edit_comment(user_id: str, *, author_id: str) -> bool:
    """Return whether the user may change a comment."""
    return user_id == author_id


def can_delete_comment(user_id: str, *, author_id: str, post_author_id: str) -> bool:
    """Return whether the user may delete a comment: they wrote the comment or its post."""
    return user_id in {author_id, post_author_id}
