"""Counts of posts, and the event of a post that disappears."""

from mysocial.core.errors import NotFound
from mysocial.policies import Audience
from mysocial.store import Write
from posts.events import PostDeleted
from posts.models import WITHHELD, Post
from posts.permissions import intended_audience
from users import services as users
from users.selectors import get_user


def post_deleted_event(post: Post) -> PostDeleted:
    """Return the event for members who can see the post now and cannot after the write."""
    privacy, is_private = post.privacy, False
    try:
        is_private = get_user(post.author_id).is_private
    except NotFound:
        privacy = WITHHELD  # Nobody sees the post since its author was deleted.
    return PostDeleted(post.id, post.author_id, privacy, author_is_private=is_private)


def update_post_counts(w: Write, author_id: str, *, before: str | None, after: str | None) -> None:
    """Update the counts of posts; None is the privacy of a post that does not exist."""
    users.count_post(w, author_id, before=_counted_audience(before), after=_counted_audience(after))


def _counted_audience(privacy: str | None) -> Audience:
    return Audience.NOBODY if privacy is None else intended_audience(privacy)
