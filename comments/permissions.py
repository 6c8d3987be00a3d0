"""Who may do what with a comment: plain predicates, used by every exit."""

from followers.selectors import ViewerRelation


def can_see_comment(
    viewer_id: str, *, author_id: str, sees_post: bool, relation: ViewerRelation
) -> bool:
    """Tell whether the viewer may see a comment: with its post, unless a block is in between."""
    return sees_post and (viewer_id == author_id or not relation.blocked)


def can_edit_comment(user_id: str, *, author_id: str) -> bool:
    """Tell whether the user may change a comment."""
    return user_id == author_id


def can_delete_comment(user_id: str, *, author_id: str, post_author_id: str) -> bool:
    """Tell whether the user may delete a comment: one's own, or one under one's own post."""
    return user_id in {author_id, post_author_id}
