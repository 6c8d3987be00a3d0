"""Steps of other apps' writes."""

from typing import Any

from followers.selectors import ViewerRelation
from followers.services import require_relation
from mysocial.core.errors import Conflict, Forbidden
from mysocial.store import Row, Write
from posts import selectors
from posts.events import PostUpdated
from posts.models import CommentPolicy, Post
from posts.permissions import can_comment, mentions
from users import services as users

COMMENT_REFUSALS = {
    CommentPolicy.FOLLOWERS.value: "Only followers of the author can comment on this post.",
    CommentPolicy.MENTIONED.value: "Only members that the post mentions can comment on it.",
    CommentPolicy.NOBODY.value: "Only the author can comment on this post.",
}


def increment_post_counters(
    w: Write, post_id: str, *, missing_ok: bool = False, **deltas: int
) -> None:
    """Add to a post's counters within a write.

    Raises:
        NotFound: The post is deleted, unless `missing_ok`. Raised by the write.
    """
    w.increment(Post, post_id, missing_ok=missing_ok, init=None, only_if=None, **deltas)


def increment_reaction_totals(w: Write, post_id: str, **deltas: int) -> None:
    """Add to a post's totals by reaction type within a write; do nothing if it is deleted."""
    counters = {f"reactions_{reaction_type}": delta for reaction_type, delta in deltas.items()}
    increment_post_counters(w, post_id, missing_ok=True, **counters)


def require_visible(w: Write, row: Row, *, viewer_id: str) -> None:
    """Make a write fail unless the viewer may still see the post in `row`.

    Raises:
        AlreadyExists, Conflict, NotFound: What makes the post visible has changed since it was
            read; read it again. Raised by the write.
    """
    w.require(Post, row.id, privacy=row.values["privacy"])
    author_id, author = row.value("author_id"), row.related("author_id")
    if author_id != viewer_id:
        users.require_privacy(w, author_id, author.value("is_private"))
        require_relation(w, viewer_id, author_id, ViewerRelation.from_flags(author.checks))


def require_may_comment(w: Write, row: Row, *, viewer_id: str) -> None:
    """Make a write fail unless the viewer may comment on the post in `row`.

    Call it after `require_visible`, with the row of `visible_row_query`.

    Raises:
        Forbidden: The viewer may not.
        Conflict, NotFound: What permits the comment has changed since it was read. Raised by the
            write.
    """
    policy, author_id = row.value("who_may_comment"), row.value("author_id")
    if viewer_id == author_id:
        return
    w.require(Post, row.id, who_may_comment=policy.encode())
    post = selectors.find_post(row.id) if policy == CommentPolicy.MENTIONED else None
    if post:
        w.require_revision(post)
    relation = ViewerRelation.from_flags(row.related("author_id").checks)
    if not can_comment(
        who_may_comment=policy,
        is_author=False,
        follows=relation.follows,
        is_mentioned=post is not None and mentions(post.facets, viewer_id),
    ):
        raise Forbidden(COMMENT_REFUSALS[policy])


def announce_processed_media(w: Write, media: Any) -> None:
    """Announce that a post's media are ready or failed, in the write that stores this."""
    post = selectors.find_post(media.subject_id)
    if post and post.media_id == media.id:
        # The event must be true when it is sent: the post has this privacy and these media.
        w.require(Post, post.id, privacy=post.privacy.encode(), media_id=media.id.encode())
        w.announce(
            PostUpdated(post.id, post.author_id, post.privacy, post.media_id, poll_id=post.poll_id)
        )


def remove_deleted_media(w: Write, media: Any) -> None:
    """Remove deleted media from their post, in the write that deletes them.

    Raises:
        Conflict: The post has no text, so it would have no content.
    """
    post = selectors.find_post(media.subject_id)
    if post and post.media_id == media.id:
        w.update(post, check_revision=True, media_id="", media_kind="")
        if not post.text.strip():
            raise Conflict("The post has nothing else. Delete the post instead.")
        w.announce(
            PostUpdated(
                post.id,
                post.author_id,
                post.privacy,
                poll_id=post.poll_id,
                old_privacy=post.privacy,
            )
        )
