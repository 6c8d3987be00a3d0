"""Permissions of posts: plain predicates, used wherever a post is shown or changed."""

from followers.selectors import ViewerRelation
from posts.models import WITHHELD, Privacy


def can_see_post(
    viewer_id: str,
    *,
    author_id: str,
    privacy: str,
    author_is_private: bool,
    relation: ViewerRelation,
) -> bool:
    """Return whether the viewer may see a post.

    Every member may see a public post, unless the author's account is private. The posts of a
    private account, and posts for followers, are visible to accepted followers. A private post is
    visible to its author. A block in either direction hides all posts. A withheld post is visible
    to nobody.
    """
    if privacy == WITHHELD:
        return False
    if viewer_id == author_id:
        return True
    if relation.blocked or privacy == Privacy.PRIVATE:
        return False
    if privacy == Privacy.PUBLIC and not author_is_private:
        return True
    return relation.follows


def can_edit_post(user_id: str, *, author_id: str) -> bool:
    """Return whether the user may change or delete a post."""
    return user_id == author_id
