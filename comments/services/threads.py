"""Steps of writes in threads of comments."""

from comments.models import Comment
from comments.store import REACTION_COUNTERS
from followers.services import require_no_block
from mysocial.outbox import queue_cascade
from mysocial.store import Row, Write


def set_parent(comment: Comment, parent: Row) -> None:
    """Make a new comment a reply to another one."""
    comment.is_reply, comment.parent_id = True, parent.id
    comment.thread_id = parent.value("thread_id") or parent.id
    comment.thread_author_id = parent.value("thread_author_id") or parent.value("author_id")


def join_thread(w: Write, comment: Comment, parent: Row) -> None:
    """Count a reply in its thread; the write fails unless the author may still see the parent.

    It fails with `AlreadyExists` after a block, and with `NotFound` if the parent or the thread
    was deleted.
    """
    w.require(Comment, parent.id)
    if parent.value("author_id") not in {comment.author_id, comment.thread_author_id}:
        require_no_block(w, comment.author_id, parent.value("author_id"))
    require_thread(w, comment, viewer_id=comment.author_id)
    w.increment(Comment, comment.thread_id, replies_count=1)


def require_thread(w: Write, comment: Comment, *, viewer_id: str) -> None:
    """Make a write fail unless the viewer may still see the thread of a reply."""
    if comment.is_reply:
        w.require(Comment, comment.thread_id)
        if comment.thread_author_id != viewer_id:
            require_no_block(w, viewer_id, comment.thread_author_id)


def delete_with_dependents(w: Write, comment: Comment) -> None:
    """Delete a comment in a write, and queue the deletion of replies and reactions, if any.

    The write fails with `Conflict` if the comment was edited since it was read, or if it got its
    first reply or reaction meanwhile.
    """
    counts = {name: getattr(comment, name) for name in ("replies_count", *REACTION_COUNTERS)}
    if any(counts.values()):
        queue_cascade(w, comment)
    else:
        w.require(Comment, comment.id, **dict.fromkeys(counts, b"0"))
    # A concurrent edit may have sent notifications, which must be retracted as well.
    w.delete(comment, check_revision=True)
    if comment.is_reply:
        w.increment(Comment, comment.thread_id, missing_ok=True, replies_count=-1)
