"""Verbs of comments: the only writers."""

from typing import Any

from comments import selectors
from comments.events import CommentCreated, CommentDeleted, CommentUpdated
from comments.models import Comment
from comments.permissions import can_delete_comment, can_edit_comment
from comments.store import comments
from mysocial.core.errors import Forbidden, Invalid
from mysocial.core.ids import new_id, now
from mysocial.policies import check_text
from mysocial.store import STALE_ERRORS, reads, run_with_retry, write
from notifications import services as notifications
from notifications.selectors import find_mentioned, recipient_query, single_recipient
from posts import selectors as post_selectors
from posts import services as posts
from users.services import require_not_silenced

LABEL = "comments.comment"
TOLD = ("comment", "mention")  # what a comment may tell


def create_comment(*, author_id: str, post_id: str, text: str) -> Comment:
    """Write a comment under a post. `NotFound` when the post is not visible, or gone meanwhile."""
    sight = post_selectors.visible_row_query(post_id, to=author_id)
    via = post_selectors.author_through(post_id)
    listener = recipient_query(via, actor_id=author_id)
    reads.gather(sight, listener)
    post = sight.result()
    comment = Comment(id=new_id(), post_id=post_id, author_id=author_id, text=text)
    _check(comment)
    post_author_id = post.value("author_id")
    mentioned, _ = _mentioned(comment, post_author_id, text)
    audience = single_recipient(post_author_id, listener.result(), actor_id=author_id)
    with write() as w:
        require_not_silenced(w, author_id)
        check_text(w, label=LABEL, pk=comment.id, author_id=author_id, texts={"text": text})
        w.create(comment, new_id=True)
        # Strict: under a post that was deleted since we looked, nothing may begin to hang.
        posts.increment_post_counters(w, post_id, comments_count=1)
        w.announce(CommentCreated(comment.id, post_id, author_id))
        notifications.initialise_cause(w, comment.id, *TOLD)
        notifications.notify(
            w,
            to=post_author_id,
            kind="comment",
            actor_id=author_id,
            cause=comment.id,
            post_id=post_id,
            recipients=audience,
        )
        notifications.notify_mentioned(
            w,
            to=mentioned,
            actor_id=comment.author_id,
            cause=comment.id,
            post_id=comment.post_id,
        )
        w.respond_with(comment)
    return comment


def update_comment(*, user_id: str, comment_id: str, **changes: Any) -> Comment:
    """Change one's own comment.

    Whom it newly mentions is told; whom it mentions no longer is told no more.
    """
    return run_with_retry(lambda: _update(*_own_comment(user_id, comment_id), changes, by=user_id))


def delete_comment(*, user_id: str, comment_id: str) -> Comment:
    """Delete one's own comment, or anybody's under one's own post."""
    return run_with_retry(lambda: _delete(_deletable(user_id, comment_id)))


def _own_comment(user_id: str, comment_id: str) -> selectors.Found:
    found = selectors.get_comment(comment_id, to=user_id)
    if not can_edit_comment(user_id, author_id=found.comment.author_id):
        raise Forbidden("Only its author may do this.")
    return found


def _deletable(user_id: str, comment_id: str) -> Comment:
    comment, post_author_id = selectors.get_comment(comment_id, to=user_id)
    if not can_delete_comment(user_id, author_id=comment.author_id, post_author_id=post_author_id):
        raise Forbidden("Only its author and the author of the post may do this.")
    return comment


def moderate_comment(*, comment_id: str, **changes: Any) -> Comment:
    """Change anybody's comment, as staff."""
    return run_with_retry(lambda: _moderate(comment_id, changes))


def remove_comment(*, comment_id: str) -> Comment:
    """Delete anybody's comment, as staff."""
    return run_with_retry(lambda: _delete(reads.get_record(comments, comment_id)))


def _moderate(comment_id: str, changes: dict[str, Any]) -> Comment:
    comment = reads.get_record(comments, comment_id)
    return _update(comment, post_selectors.get_author_id(comment.post_id), changes)


def _update(
    comment: Comment, post_author_id: str, changes: dict[str, Any], *, by: str = ""
) -> Comment:
    if not changes:
        raise Invalid("There is nothing to change.")
    text = changes.get("text", comment.text)
    mentioned, unmentioned = _mentioned(comment, post_author_id, text, was=comment.text)
    with write(*STALE_ERRORS) as w:
        if by:
            require_not_silenced(w, by)
            check_text(w, label=LABEL, pk=comment.id, author_id=by, texts={"text": text})
        # Strict: whom it newly mentions follows from the text that was read.
        w.update(comment, check_revision=True, **changes, edited_at=now())
        _check(comment)
        w.announce(CommentUpdated(comment.id, comment.post_id, comment.author_id))
        notifications.notify_mentioned(
            w,
            to=mentioned,
            actor_id=comment.author_id,
            cause=comment.id,
            post_id=comment.post_id,
        )
        notifications.retract_all(w, kinds=("mention",), cause=comment.id, to=unmentioned)
        w.respond_with(comment)
    return comment


def _delete(comment: Comment) -> Comment:
    with write(*STALE_ERRORS) as w:
        # Strict: an edit meanwhile may have told others, who are to be taken back, too.
        w.delete(comment, check_revision=True)
        posts.increment_post_counters(w, comment.post_id, missing_ok=True, comments_count=-1)
        w.announce(CommentDeleted(comment.id, comment.post_id, comment.author_id))
        notifications.retract_all(w, kinds=TOLD, cause=comment.id)
        w.respond_with(comment)
    return comment


def _mentioned(
    comment: Comment, post_author_id: str, text: str, *, was: str = ""
) -> tuple[set[str], set[str]]:
    """Return who is newly mentioned and may see it, and who is mentioned no longer.

    The post's author is told of the comment itself.
    """
    named, unnamed = (some - {post_author_id} for some in find_mentioned(text, was=was))
    see = selectors.current_viewers(comment.post_id, comment.author_id, named) if named else set()
    return see, unnamed


def _check(comment: Comment) -> None:
    if not comment.text.strip():
        raise Invalid("A comment needs a text.", errors={"text": "This may not be empty."})
