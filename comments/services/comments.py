"""Creation, changes and deletion of comments."""

from typing import Any, NamedTuple

from comments import selectors
from comments.events import CommentCreated, CommentDeleted, CommentUpdated
from comments.models import Comment
from comments.permissions import can_delete_comment, can_edit_comment
from comments.services.threads import (
    delete_with_dependents,
    join_thread,
    require_thread,
    set_parent,
)
from comments.store import comments
from mysocial.core.errors import Forbidden, Invalid
from mysocial.core.ids import new_id, now
from mysocial.core.text import is_same_value
from mysocial.policies import check_text
from mysocial.store import (
    STALE_ERRORS,
    Row,
    Write,
    reads,
    respond_unchanged,
    retry_on_conflict,
    write,
)
from notifications import services as notifications
from notifications.selectors import Recipients, describe_text
from posts import selectors as post_selectors
from posts import services as posts
from users.services import require_not_silenced

LABEL = "comments.comment"
# The kinds of notifications that a comment can cause, and those of a reply.
NOTIFICATION_KINDS = ("comment", "mention")
REPLY_NOTIFICATION_KINDS = ("reply", *NOTIFICATION_KINDS)


class Notified(NamedTuple):
    """The members to notify of a new comment; empty for nobody."""

    of_reply: str  # the author of the parent
    of_comment: str  # the author of the post
    of_mention: set[str]


@retry_on_conflict
def create_comment(*, author_id: str, post_id: str, text: str, parent_id: str = "") -> Comment:
    """Create a comment on a post, or a reply to a comment on it.

    The post's author, the author of the parent, and the mentioned members are notified.

    Raises:
        Forbidden: The author of the post lets only others comment.
        Invalid: The text is empty or contains a forbidden phrase, or there is no such parent.
        NotFound: The author may not see the post, or it was deleted meanwhile.
        Silenced: The author may not write now.
    """
    post, recipients = post_selectors.post_and_recipients_query(
        post_id, actor_id=author_id
    ).result()
    _require_text(text)
    comment = Comment(id=new_id(), post_id=post_id, author_id=author_id, text=text)
    parent = _get_parent(post_id, parent_id, viewer_id=author_id)
    if parent:
        set_parent(comment, parent)
    description = describe_text(text, author_id=author_id)
    comment.facets = description.facets
    post_author_id = post.value("author_id")
    notified = _find_notified(comment, parent, post_author_id, description.added)
    with write(*STALE_ERRORS) as w:
        require_not_silenced(w, author_id)
        posts.require_visible(w, post, viewer_id=author_id)
        posts.require_may_comment(w, post, viewer_id=author_id)
        check_text(w, label=LABEL, pk=comment.id, author_id=author_id, texts={"text": text})
        w.create(comment, new_id=True)
        posts.increment_post_counters(w, post_id, comments_count=1)
        if parent:
            join_thread(w, comment, parent)
        w.announce(CommentCreated(comment, post_author_id))
        _notify_of_comment(w, comment, notified, recipients)
        w.respond_with(comment)
    return comment


@retry_on_conflict
def update_comment(*, user_id: str, comment_id: str, **changes: Any) -> Comment:
    """Change a comment of the user.

    Newly mentioned members are notified; the notifications of members who are no longer mentioned
    are retracted.

    Raises:
        Forbidden: The user is not the author.
        Invalid: There is nothing to change, or the text is empty or contains a forbidden phrase.
        NotFound: The user may not see the comment.
    """
    comment, post = selectors.get_comment(comment_id, viewer_id=user_id)
    if not can_edit_comment(user_id, author_id=comment.author_id):
        raise Forbidden("Only the author can do this.")
    return _update(comment, post.value("author_id"), changes, post_of_editor=post)


@retry_on_conflict
def delete_comment(*, user_id: str, comment_id: str) -> Comment:
    """Delete a comment of the user, or any comment on a post of the user.

    Users may delete their own comments even if they may no longer see the post.

    Raises:
        Forbidden: The user is neither the author of the comment nor of the post.
        NotFound: The user may not see the comment, and is not its author.
    """
    own_comment = selectors.find_comment(comment_id)
    if own_comment and own_comment.author_id == user_id:
        return _delete(own_comment)
    comment, post = selectors.get_comment(comment_id, viewer_id=user_id)
    post_author_id = post.value("author_id")
    if not can_delete_comment(user_id, author_id=comment.author_id, post_author_id=post_author_id):
        raise Forbidden("Only the author of the comment or of the post can do this.")
    return _delete(comment)


@retry_on_conflict
def moderate_comment(*, comment_id: str, **changes: Any) -> Comment:
    """Change any member's comment, as staff."""
    comment = reads.get_record(comments, comment_id)
    return _update(comment, post_selectors.get_author_id(comment.post_id), changes)


@retry_on_conflict
def remove_comment(*, comment_id: str) -> Comment:
    """Delete any member's comment, as staff."""
    return _delete(reads.get_record(comments, comment_id))


def _update(
    comment: Comment,
    post_author_id: str,
    changes: dict[str, Any],
    *,
    post_of_editor: Row | None = None,
) -> Comment:
    """Apply changes.

    Args:
        comment: The comment.
        post_author_id: The author of its post.
        changes: The new values of fields.
        post_of_editor: The post as the author of the comment sees it; None for an edit by staff,
            who are not restricted.
    """
    if not changes:
        raise Invalid("There is nothing to change.")
    text = changes.get("text", comment.text)
    _require_text(text)
    if is_same_value(comment.text, text):
        respond_unchanged(comment)
        return comment
    description = describe_text(text, author_id=comment.author_id, was=comment.text)
    changes = {**changes, "facets": description.facets, "edited_at": now()}
    added = _filter_viewers(comment, description.added - {post_author_id})
    with write(*STALE_ERRORS) as w:
        if post_of_editor:
            author_id = comment.author_id
            require_not_silenced(w, author_id)
            posts.require_visible(w, post_of_editor, viewer_id=author_id)
            require_thread(w, comment, viewer_id=author_id)
            check_text(w, label=LABEL, pk=comment.id, author_id=author_id, texts={"text": text})
        # The new mentions depend on the text that was read.
        w.update(comment, check_revision=True, **changes)
        w.announce(CommentUpdated(comment, post_author_id))
        _notify_mentioned(w, comment, added)
        notifications.retract_all(w, kinds=("mention",), cause=comment.id, to=description.removed)
        w.respond_with(comment)
    return comment


def _delete(comment: Comment) -> Comment:
    """Delete a comment; a cascade deletes the replies of its thread, which are hidden at once."""
    post_author_id = post_selectors.get_author_id(comment.post_id)
    with write(*STALE_ERRORS) as w:
        delete_with_dependents(w, comment)
        posts.increment_post_counters(w, comment.post_id, missing_ok=True, comments_count=-1)
        w.announce(CommentDeleted(comment, post_author_id))
        notifications.retract_all(w, kinds=_notification_kinds(comment), cause=comment.id)
        w.respond_with(comment)
    return comment


def _notification_kinds(comment: Comment) -> tuple[str, ...]:
    return REPLY_NOTIFICATION_KINDS if comment.is_reply else NOTIFICATION_KINDS


def _get_parent(post_id: str, parent_id: str, *, viewer_id: str) -> Row | None:
    """Return the row of the comment to reply to; None without one.

    Raises:
        Invalid: The viewer sees no such comment on the post.
    """
    if not parent_id:
        return None
    rows = selectors.get_rows([parent_id], viewer_id=viewer_id)
    if not rows or rows[0].value("post_id") != post_id:
        raise Invalid(errors={"parent_id": "There is no such comment on this post."})
    return rows[0]


def _find_notified(
    comment: Comment, parent: Row | None, post_author_id: str, mentioned: set[str]
) -> Notified:
    """Return the members to notify of a new comment, each once.

    They see it: the author of the parent may no longer see the post.
    """
    parent_author_id = parent.value("author_id") if parent else ""
    viewers = _filter_viewers(comment, (mentioned | {parent_author_id}) - {post_author_id, ""})
    is_shown = parent_author_id in viewers | {post_author_id}
    return Notified(
        of_reply=parent_author_id if is_shown else "",
        of_comment="" if parent_author_id == post_author_id else post_author_id,
        of_mention=viewers - {parent_author_id},
    )


def _notify_of_comment(
    w: Write, comment: Comment, notified: Notified, recipients: Recipients
) -> None:
    """Notify members of a new comment; `recipients` is the author of the post, if reachable."""
    notifications.initialize_cause(w, comment.id, *_notification_kinds(comment))
    for to, kind, known in (
        (notified.of_reply, "reply", None),
        (notified.of_comment, "comment", recipients),
    ):
        if to:
            notifications.notify(
                w,
                to=to,
                kind=kind,
                actor_id=comment.author_id,
                cause=comment.id,
                post_id=comment.post_id,
                recipients=known,
            )
    _notify_mentioned(w, comment, notified.of_mention)


def _filter_viewers(comment: Comment, mentioned: set[str]) -> set[str]:
    """Return those of the mentioned members who may see the comment.

    The caller leaves out those that are notified of the comment itself.
    """
    if not mentioned:
        return mentioned
    return selectors.current_viewers(
        comment.post_id,
        comment.author_id,
        mentioned,
        thread_author_id=comment.thread_author_id,
    )


def _notify_mentioned(w: Write, comment: Comment, mentioned: set[str]) -> None:
    notifications.notify_mentioned(
        w,
        to=mentioned,
        actor_id=comment.author_id,
        cause=comment.id,
        post_id=comment.post_id,
    )


def _require_text(text: str) -> None:
    if not text.strip():
        raise Invalid("A comment needs a text.", errors={"text": "This may not be empty."})
