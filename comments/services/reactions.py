"""Writes of reactions to comments and of a comment's totals."""

from typing import NamedTuple

from comments import selectors
from comments.events import CommentReactionChanged
from comments.models import Comment, CommentReaction, comment_reaction_id
from comments.services.threads import require_thread
from comments.store import comment_reactions
from followers.services import require_no_block
from mysocial.core.errors import NotFound
from mysocial.store import STALE_ERRORS, Row, Write, reads, retry_on_conflict, write
from notifications import services as notifications
from posts import selectors as post_selectors
from posts.services import require_visible
from users.services import require_not_silenced

KIND = "comment_reaction"  # of notifications


class CommentReactionState(NamedTuple):
    """A member's reaction to a comment after a write; `type` is None if there is none."""

    comment_id: str
    type: str | None
    sees_comment: bool = True


@retry_on_conflict
def set_comment_reaction(
    *, user_id: str, comment_id: str, reaction_type: str
) -> CommentReactionState:
    """React to a comment, or change the reaction; the same reaction again changes nothing.

    Raises:
        NotFound: The member may not see the comment.
        Silenced: The member may not write now.
    """
    comment, post = selectors.get_comment(comment_id, viewer_id=user_id)
    reaction = selectors.comment_reaction_query(comment_id, user_id).result()
    old_type = reaction.type if reaction else None
    state = CommentReactionState(comment_id, reaction_type)
    if old_type == reaction_type:
        return state
    # The author of the comment may no longer see the post.
    notified = {comment.author_id} if reaction is None else set()
    notified = selectors.current_viewers(
        comment.post_id, user_id, notified, thread_author_id=comment.thread_author_id
    )
    with write(*STALE_ERRORS) as w:
        require_not_silenced(w, user_id)
        _require_comment_visible(w, comment, post, viewer_id=user_id)
        if reaction:
            # The totals depend on the type that was read.
            w.update(reaction, check_revision=True, type=reaction_type)
        else:
            pk = comment_reaction_id(comment_id, user_id)
            w.create(
                CommentReaction(id=pk, comment_id=comment_id, user_id=user_id, type=reaction_type)
            )
        _update_totals(w, comment, post.value("author_id"), user_id, old_type, state)
        if not reaction:  # A changed reaction does not notify the author again.
            notifications.initialize_cause(w, pk, KIND)
            notifications.notify_many(
                w, to=notified, kind=KIND, actor_id=user_id, cause=pk, post_id=comment.post_id
            )
    return state


def _require_comment_visible(w: Write, comment: Comment, post: Row, *, viewer_id: str) -> None:
    """Make a write fail unless the viewer may still see a comment."""
    require_visible(w, post, viewer_id=viewer_id)
    require_thread(w, comment, viewer_id=viewer_id)
    if viewer_id != comment.author_id:
        require_no_block(w, viewer_id, comment.author_id)


@retry_on_conflict
def delete_comment_reaction(*, user_id: str, comment_id: str) -> CommentReactionState:
    """Delete a member's reaction to a comment; do nothing if there is none.

    Members may delete their reactions even if they may no longer see the comment.

    Raises:
        NotFound: The member may not see the comment, and has no reaction to it.
    """
    reaction = selectors.comment_reaction_query(comment_id, user_id).result()
    try:
        selectors.get_row(comment_id, viewer_id=user_id)
    except NotFound:
        if not reaction:
            raise
        return _delete(reaction, sees_comment=False)
    return _delete(reaction) if reaction else CommentReactionState(comment_id, None)


@retry_on_conflict
def remove_comment_reaction(*, reaction_id: str) -> CommentReactionState:
    """Delete any member's reaction to a comment, as staff."""
    return _delete(reads.get_record(comment_reactions, reaction_id))


def _delete(reaction: CommentReaction, *, sees_comment: bool = True) -> CommentReactionState:
    state = CommentReactionState(reaction.comment_id, None, sees_comment)
    comment = selectors.find_comment(reaction.comment_id)
    post_author_id = post_selectors.get_author_id(comment.post_id) if comment else ""
    with write(*STALE_ERRORS) as w:
        w.delete(reaction, check_revision=True)
        if comment:  # Otherwise its totals are gone.
            _update_totals(w, comment, post_author_id, reaction.user_id, reaction.type, state)
        w.respond_with(state)
        notifications.retract_all(w, kinds=(KIND,), cause=str(reaction.pk))
    return state


def _update_totals(  # noqa: PLR0913, PLR0917 - the parts of one change
    w: Write,
    comment: Comment,
    post_author_id: str,
    user_id: str,
    old_type: str | None,
    state: CommentReactionState,
) -> None:
    """Count and announce a change of a reaction, in the write that makes it."""
    changes = {
        f"reactions_{value}": change for value, change in ((old_type, -1), (state.type, 1)) if value
    }
    # A new reaction needs the comment; the removal of one does not.
    missing_ok = state.type is None
    w.increment(Comment, comment.id, missing_ok=missing_ok, init=None, only_if=None, **changes)
    w.announce(CommentReactionChanged(comment, post_author_id, user_id, state.type))
    w.respond_with(state)
