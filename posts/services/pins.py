"""Pinned posts: those that a member shows first on their profile."""

from typing import Any

from mysocial.core.errors import Conflict
from mysocial.core.ids import now
from mysocial.store import STALE_ERRORS, Write, respond_unchanged, retry_on_conflict, write
from posts.events import PostUpdated
from posts.models import Post
from posts.services.posts import get_own_post
from users import services as users
from users.selectors import get_user

MAX_PINNED_POSTS = 5


@retry_on_conflict
def pin_post(*, user_id: str, post_id: str) -> Post:
    """Pin a post of the user to their profile; a pinned post moves to the first place.

    Raises:
        Conflict: The user has pinned `MAX_PINNED_POSTS` other posts.
        Forbidden: The user is not the author.
        NotFound: The user may not see the post.
        Silenced: The user may not write now.
    """
    post, author = get_own_post(user_id, post_id), get_user(user_id)
    if not post.is_pinned and author.pinned_posts_count >= MAX_PINNED_POSTS:
        raise Conflict(f"You can pin {MAX_PINNED_POSTS} posts. Unpin another one first.")
    with write(*STALE_ERRORS) as w:
        users.require_not_silenced(w, user_id)
        if not post.is_pinned:
            users.count_pinned_post(w, author)
        _update(w, post, is_pinned=True, pinned_at=now())
    return post


@retry_on_conflict
def unpin_post(*, user_id: str, post_id: str) -> Post:
    """Unpin a post of the user; a post that is not pinned is not changed.

    Raises:
        Forbidden: The user is not the author.
        NotFound: The user may not see the post.
    """
    post = get_own_post(user_id, post_id)
    if not post.is_pinned:
        respond_unchanged(post)
        return post
    with write(*STALE_ERRORS) as w:
        users.increment_user_counters(w, user_id, pinned_posts_count=-1)
        _update(w, post, is_pinned=False, pinned_at=None)
    return post


def _update(w: Write, post: Post, **changes: Any) -> None:
    # The number of pinned posts depends on what was read.
    w.update(post, check_revision=True, **changes)
    w.announce(
        PostUpdated(post.id, post.author_id, post.privacy, post.media_id, poll_id=post.poll_id)
    )
    w.respond_with(post)
