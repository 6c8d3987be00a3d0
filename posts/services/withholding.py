"""Withholding of posts by staff."""

from mysocial.store import STALE_ERRORS, reads, retry_on_conflict, write
from posts.events import PostUpdated
from posts.models import WITHHELD, Post
from posts.services.counts import post_deleted_event, update_post_counts
from posts.store import posts


@retry_on_conflict
def withhold_post(*, post_id: str) -> Post:
    """Hide a post from everybody, as staff, until `restore_post`. Nothing of it is deleted."""
    post = reads.get_record(posts, post_id)
    if post.privacy == WITHHELD:
        return post
    old_privacy, deleted_event = post.privacy, post_deleted_event(post)
    with write(*STALE_ERRORS) as w:
        w.update(post, check_revision=True, privacy=WITHHELD, original_privacy=old_privacy)
        update_post_counts(w, post.author_id, before=old_privacy, after=WITHHELD)
        w.announce(deleted_event)
    return post


@retry_on_conflict
def restore_post(*, post_id: str) -> Post:
    """Show a withheld post again with its original privacy, as staff.

    A post that is not withheld is not changed.
    """
    post = reads.get_record(posts, post_id)
    if post.privacy != WITHHELD:
        return post
    with write(*STALE_ERRORS) as w:
        w.update(post, check_revision=True, privacy=post.original_privacy, original_privacy="")
        update_post_counts(w, post.author_id, before=WITHHELD, after=post.privacy)
        w.announce(
            PostUpdated(
                post.id,
                post.author_id,
                post.privacy,
                post.media_id,
                post.poll_id,
                old_privacy=WITHHELD,
            )
        )
    return post
