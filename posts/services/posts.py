"""Creation, changes and deletion of posts."""

from typing import Any

from images import services as images
from mysocial.core.errors import Conflict, Forbidden, Invalid
from mysocial.core.ids import new_id, now
from mysocial.core.text import is_same_value
from mysocial.outbox import queue_cascade
from mysocial.policies import check_text
from mysocial.store import STALE_ERRORS, Write, reads, respond_unchanged, retry_on_conflict, write
from notifications import services as notifications
from notifications.selectors import TextDescription, describe_text
from posts import selectors
from posts.events import PostCreated, PostDeleted, PostUpdated
from posts.models import Post
from posts.permissions import can_edit_post, post_audience
from posts.services.content import (
    changes_content,
    field_changes,
    keep_version,
    receive_post_upload,
    require_content,
)
from posts.services.counts import post_deleted_event, update_post_counts
from posts.services.polls import (
    NO_CHANGE,
    PollChange,
    change_poll,
    delete_poll,
    plan_poll_change,
)
from posts.store import posts
from users import services as users
from users.selectors import get_user

LABEL = "posts.post"
SAME_TEXT = TextDescription([], set(), set())  # of an edit that does not change the text


def create_post(*, author_id: str, **body: Any) -> Post:
    """Create a post with a text, with an image, a video or a GIF, and with a poll.

    Args:
        author_id: The author.
        body: The validated fields of `PostInput`.

    Raises:
        Invalid: The post has no content, a text contains a forbidden phrase, or the poll would end
            too early or too late.
        Silenced: The author may not write now.
        TooLarge, UnsupportedMediaType: The file is not accepted.
    """
    post = Post(id=new_id(), author_id=author_id)
    poll = plan_poll_change(post, body)
    with receive_post_upload(body, post) as media:
        for name, value in field_changes(post, body, media).items():
            setattr(post, name, value)
        post.poll_id = post.id if poll.new else ""
        require_content(post.text, post.media_kind)
        description = describe_text(post.text, author_id=author_id)
        post.facets = description.facets
        mentioned = _filter_viewers(post, description.added)
        with write() as w:
            users.require_not_silenced(w, author_id)
            if media:
                images.create_media(w, media)
            texts = {"text": post.text, **poll.texts}
            check_text(w, label=LABEL, pk=post.id, author_id=author_id, texts=texts)
            w.create(post, new_id=True)
            change_poll(w, post, poll, is_new_post=True)
            update_post_counts(w, author_id, before=None, after=post.privacy)
            w.announce(PostCreated(post.id, author_id, post.privacy, post.media_id, post.poll_id))
            if mentioned:
                notifications.initialize_cause(w, post.id, "mention")
            _notify_mentioned(w, post, mentioned)
            w.respond_with(post)
    return post


def update_post(*, user_id: str, post_id: str, **body: Any) -> Post:
    """Change a post of the user.

    Members who may no longer see the post receive `post.deleted`. Newly mentioned members are
    notified; the notifications of members who are no longer mentioned are retracted.

    Raises:
        Conflict: Members have voted in the poll that would change.
        Forbidden: The user is not the author.
        Invalid: There is nothing to change, or the post would have no content.
        NotFound: The user may not see the post.
    """
    with receive_post_upload(body, get_own_post(user_id, post_id)) as media:
        return _update_own_post(user_id, post_id, body, media)


@retry_on_conflict
def _update_own_post(user_id: str, post_id: str, body: dict[str, Any], media: Any) -> Post:
    return _update(get_own_post(user_id, post_id), body, media, editor_id=user_id)


@retry_on_conflict
def delete_post(*, user_id: str, post_id: str) -> Post:
    """Delete a post of the user.

    Raises:
        Forbidden: The user is not the author.
        NotFound: The user may not see the post.
    """
    return _delete(get_own_post(user_id, post_id))


def get_own_post(user_id: str, post_id: str) -> Post:
    """Return a post for a change by its author.

    Raises:
        Forbidden: The user is not the author.
        NotFound: The user may not see the post.
    """
    post = selectors.get_post(post_id, viewer_id=user_id)
    if not can_edit_post(user_id, author_id=post.author_id):
        raise Forbidden("Only the author can do this.")
    return post


@retry_on_conflict
def moderate_post(*, post_id: str, **body: Any) -> Post:
    """Change any member's post, as staff."""
    return _update(reads.get_record(posts, post_id), body)


@retry_on_conflict
def remove_post(*, post_id: str) -> Post:
    """Delete any member's post, as staff."""
    return _delete(reads.get_record(posts, post_id))


def _update(post: Post, body: dict[str, Any], media: Any = None, *, editor_id: str = "") -> Post:
    """Apply the fields of a request; `editor_id` is empty for staff, who are not restricted."""
    if not body:
        raise Invalid("There is nothing to change.")
    poll = plan_poll_change(post, body)
    changes = _changes(post, body, media, poll)
    if not changes:
        respond_unchanged(post)
        return post
    description = SAME_TEXT
    if "text" in changes:
        description = describe_text(changes["text"], author_id=post.author_id, was=post.text)
        changes["facets"] = description.facets
    require_content(changes.get("text", post.text), changes.get("media_kind", post.media_kind))
    old_privacy = post.privacy
    deleted_event = post_deleted_event(post)
    audience = post_audience(old_privacy, author_is_private=deleted_event.author_is_private)
    with write(*STALE_ERRORS) as w:
        if editor_id:
            users.require_not_silenced(w, editor_id)
            texts = {"text": changes["text"]} if "text" in changes else {}
            texts |= poll.texts
            check_text(w, label=LABEL, pk=post.id, author_id=editor_id, texts=texts)
        if media:
            images.create_media(w, media)
        keep_version(w, post, changes, audience)
        # The counts of posts and `post.deleted` depend on the privacy that was read.
        w.update(post, check_revision=True, **changes)
        change_poll(w, post, poll)
        _announce_update(w, post, old_privacy, deleted_event)
        _update_mentions(w, post, description)
        w.respond_with(post)
    return post


def _changes(post: Post, body: dict[str, Any], media: Any, poll: PollChange) -> dict[str, Any]:
    """Return the fields of a post that a request changes."""
    changes = {
        name: value
        for name, value in field_changes(post, body, media).items()
        if not is_same_value(getattr(post, name), value)
    }
    if poll != NO_CHANGE:
        changes["poll_id"] = post.id if poll.new else ""
    if changes_content(post, changes):
        changes["edited_at"] = now()
    return changes


def _announce_update(w: Write, post: Post, old_privacy: str, deleted_event: PostDeleted) -> None:
    if post.privacy != old_privacy:
        update_post_counts(w, post.author_id, before=old_privacy, after=post.privacy)
        w.announce(deleted_event)
    w.announce(
        PostUpdated(post.id, post.author_id, post.privacy, post.media_id, post.poll_id, old_privacy)
    )


def _delete(post: Post) -> Post:
    deleted_event = post_deleted_event(post)
    with write(Conflict) as w:
        w.delete(post, check_revision=True)
        queue_cascade(w, post)
        if post.poll_id:
            delete_poll(w, post)
        update_post_counts(w, post.author_id, before=post.privacy, after=None)
        if post.is_pinned:
            users.increment_user_counters(w, post.author_id, pinned_posts_count=-1)
        w.announce(deleted_event)
        w.respond_with(post)
    return post


def _filter_viewers(post: Post, mentioned: set[str]) -> set[str]:
    """Return those of the mentioned members who may see the post."""
    if not mentioned:
        return mentioned
    return selectors.filter_viewers(
        mentioned,
        author_id=post.author_id,
        privacy=post.privacy,
        author_is_private=get_user(post.author_id).is_private,
    )


def _update_mentions(w: Write, post: Post, description: TextDescription) -> None:
    _notify_mentioned(w, post, _filter_viewers(post, description.added))
    notifications.retract_all(w, kinds=("mention",), cause=post.id, to=description.removed)


def _notify_mentioned(w: Write, post: Post, mentioned: set[str]) -> None:
    notifications.notify_mentioned(
        w, to=mentioned, actor_id=post.author_id, cause=post.id, post_id=post.id
    )
