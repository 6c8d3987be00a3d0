"""The feed's total, and the event of a post that disappears."""

from mysocial.core.errors import NotFound
from mysocial.store import Write
from posts.events import PostDeleted
from posts.models import FeedStats, Post
from posts.store import FEED_PRIVACIES, STATS_ID
from users.selectors import get_user


def post_deleted_event(post: Post) -> PostDeleted:
    """Return the event for members who can see the post now and cannot after the write."""
    try:
        is_private = get_user(post.author_id).is_private
    except NotFound:  # The post is deleted because its author is.
        is_private = False
    return PostDeleted(post.id, post.author_id, post.privacy, author_is_private=is_private)


def update_feed_total(w: Write, *, before: str | None, after: str | None) -> None:
    """Count a post in or out of the feed; None is the privacy of a post that does not exist."""
    delta = (after in FEED_PRIVACIES) - (before in FEED_PRIVACIES)
    if delta:
        w.increment(FeedStats, STATS_ID, init=FeedStats(id=STATS_ID), posts_count=delta)
