"""Verbs of comments: the only writers."""

from typing import Any

from comments import selectors
from comments.events import CommentCreated, CommentDeleted, CommentUpdated
from comments.models import Comment
from comments.permissions import can_delete_comment, can_edit_comment
from comments.store import comments
from mysocial import reads
from mysocial.errors import Forbidden, Invalid
from mysocial.ids import new_id, now
from mysocial.writes import write
from posts import selectors as post_selectors
from posts import services as posts


def create_comment(*, author_id: str, post_id: str, text: str) -> Comment:
    """Write a comment under a post. `NotFound` when the post is not visible, or gone meanwhile."""
    post_selectors.get_row(post_id, to=author_id)
    comment = Comment(id=new_id(), post_id=post_id, author_id=author_id, text=text)
    _check(comment)
    with write() as w:
        w.create(comment, fresh=True)
        # Strict: under a post that was deleted since we looked, nothing may begin to hang.
        posts.count(w, post_id, comments_count=1)
        w.announce(CommentCreated(comment.id, post_id, author_id))
        w.returns(comment)
    return comment


def update_comment(*, user_id: str, comment_id: str, **changes: Any) -> Comment:
    """Change one's own comment."""
    comment = selectors.get_comment(comment_id, to=user_id).comment
    if not can_edit_comment(user_id, author_id=comment.author_id):
        raise Forbidden("Only its author may do this.")
    return _update(comment, changes)


def delete_comment(*, user_id: str, comment_id: str) -> Comment:
    """Delete one's own comment, or anybody's under one's own post."""
    comment, post_author_id = selectors.get_comment(comment_id, to=user_id)
    if not can_delete_comment(user_id, author_id=comment.author_id, post_author_id=post_author_id):
        raise Forbidden("Only its author and the author of the post may do this.")
    return _delete(comment)


def moderate_comment(*, comment_id: str, **changes: Any) -> Comment:
    """Change anybody's comment, as staff."""
    return _update(reads.get(comments, comment_id), changes)


def remove_comment(*, comment_id: str) -> Comment:
    """Delete anybody's comment, as staff."""
    return _delete(reads.get(comments, comment_id))


def _update(comment: Comment, changes: dict[str, Any]) -> Comment:
    if not changes:
        raise Invalid("There is nothing to change.")
    with write() as w:
        w.update(comment, **changes, edited_at=now())
        _check(comment)
        w.announce(CommentUpdated(comment.id, comment.post_id, comment.author_id))
        w.returns(comment)
    return comment


def _delete(comment: Comment) -> Comment:
    with write() as w:
        w.delete(comment)
        posts.count(w, comment.post_id, lenient=True, comments_count=-1)
        w.announce(CommentDeleted(comment.id, comment.post_id, comment.author_id))
        w.returns(comment)
    return comment


def _check(comment: Comment) -> None:
    if not comment.text.strip():
        raise Invalid("A comment needs a text.", errors={"text": "This may not be empty."})
