"""Who may do what with a post: plain predicates, used by every exit."""

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
    """Tell whether the viewer may see a post.

    Public posts are for everyone signed in, unless the author's account is private: then, as with
    `followers`, for accepted followers. Private ones are for the author. A block hides all of it.
    One that staff withhold is for nobody.
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
    """Tell whether the user may change or delete a post."""
    return user_id == author_id
