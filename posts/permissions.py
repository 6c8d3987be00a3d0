"""Permissions of posts: plain predicates, used wherever a post is shown or changed."""

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from followers.selectors import ViewerRelation
from mysocial.policies import Audience, account_audience, can_see
from posts.models import WITHHELD, CommentPolicy, Privacy

_AUDIENCES = {
    Privacy.PUBLIC.value: Audience.EVERYONE,
    Privacy.FOLLOWERS.value: Audience.FOLLOWERS,
    Privacy.PRIVATE.value: Audience.OWNER,
    WITHHELD: Audience.NOBODY,
}


def intended_audience(privacy: str) -> Audience:
    """Return the audience of a post by its own privacy, whatever the author's account is."""
    return _AUDIENCES[privacy]


def post_audience(privacy: str, *, author_is_private: bool) -> Audience:
    """Return the audience of a post.

    Everyone may see a public post, unless the author's account is private. The posts of a private
    account, and posts for followers, are for accepted followers. A private post is for its author.
    A withheld post is for nobody.
    """
    return min(intended_audience(privacy), account_audience(is_private=author_is_private))


def can_see_post(  # noqa: PLR0913 - keyword arguments name the parts of the rule
    viewer_id: str,
    *,
    author_id: str,
    privacy: str,
    author_is_private: bool,
    relation: ViewerRelation,
    earlier: Audience = Audience.EVERYONE,
) -> bool:
    """Return whether the viewer may see a post, or content that it had with the audience `earlier`.

    A block in either direction hides all posts.
    """
    return _can_see(viewer_id == author_id, privacy, author_is_private, relation, earlier)


@functools.cache  # of flags and few privacies, because it is called for each row of a page
def _can_see(
    is_author: bool,
    privacy: str,
    author_is_private: bool,
    relation: ViewerRelation,
    earlier: Audience,
) -> bool:
    return can_see(
        post_audience(privacy, author_is_private=author_is_private),
        earlier,
        is_owner=is_author,
        follows=relation.follows,
        blocked=relation.blocked,
    )


def can_comment(
    *, who_may_comment: str, is_author: bool, follows: bool, is_mentioned: bool
) -> bool:
    """Return whether a member who may see a post may comment on it.

    Args:
        who_may_comment: The author's choice, one of `CommentPolicy`.
        is_author: Whether the member is the author, who may always comment.
        follows: Whether the member follows the author.
        is_mentioned: Whether the text of the post mentions the member.
    """
    return (
        is_author
        or {
            CommentPolicy.EVERYONE.value: True,
            CommentPolicy.FOLLOWERS.value: follows,
            CommentPolicy.MENTIONED.value: is_mentioned,
            CommentPolicy.NOBODY.value: False,
        }[who_may_comment]
    )


def mentions(facets: Sequence[Mapping[str, Any]], member_id: str) -> bool:
    """Return whether the stored facets of a text mention a member."""
    return any(facet.get("mentioned_id") == member_id for facet in facets)


def can_edit_post(user_id: str, *, author_id: str) -> bool:
    """Return whether the user may change or delete a post."""
    return user_id == author_id
