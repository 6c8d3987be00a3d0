"""Verbs of posts: the only writers."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from followers.selectors import ViewerRelation
from followers.services import require_relation
from images import services as images
from mysocial.core.errors import Conflict, Forbidden, Invalid, NotFound
from mysocial.core.ids import new_id, now
from mysocial.outbox import queue_cascade
from mysocial.policies import check_text
from mysocial.store import STALE_ERRORS, Row, Write, reads, run_with_retry, write
from notifications import services as notifications
from notifications.selectors import find_mentioned
from posts import selectors
from posts.events import PostCreated, PostDeleted, PostUpdated
from posts.models import WITHHELD, FeedStats, MediaKind, Post, PostVersion
from posts.permissions import can_edit_post
from posts.store import FEED, STATS_ID, posts
from users import services as users
from users.selectors import get_user

IMAGE, VIDEO, GIF = "image", "video", "gif_url"
# What may be given beside the text, one at a time.
KINDS = {IMAGE: MediaKind.IMAGES.value, VIDEO: MediaKind.VIDEOS.value, GIF: MediaKind.IMAGES.value}
LABEL = "posts.post"
# What an edit keeps of what was there.
KEPT = ("text", "bg_color", "feelings", "gif_url", "media_id")


def create_post(*, author_id: str, **fields: Any) -> Post:
    """Write a post, which may show a picture, a video or a GIF. `Invalid`: nothing is in it."""
    post = Post(id=new_id(), author_id=author_id)
    with _received(fields, post) as one:
        _set_fields(post, _changes(post, fields, one))
        _check(post)
        mentioned, _ = _mentioned(post)
        with write() as w:
            users.require_not_silenced(w, author_id)
            if one:
                images.create_media(w, one)
            check_text(w, label=LABEL, pk=post.id, author_id=author_id, texts={"text": post.text})
            w.create(post, new_id=True)
            users.increment_user_counters(w, author_id, posts_count=1)
            _count_in_feed(w, before=None, after=post.privacy)
            w.announce(PostCreated(post.id, author_id, post.privacy, post.media_id))
            if mentioned:
                notifications.initialise_cause(w, post.id, "mention")
            notifications.notify_mentioned(
                w, to=mentioned, actor_id=post.author_id, cause=post.id, post_id=post.id
            )
            w.respond_with(post)
    return post


def update_post(*, user_id: str, post_id: str, **changes: Any) -> Post:
    """Change one's own post. Whoever may no longer see it is told that it is gone.

    Whom it newly mentions is told; whom it mentions no longer is told no more.
    """
    with _received(changes, _own_post(user_id, post_id)) as one:
        return run_with_retry(
            lambda: _update(_own_post(user_id, post_id), changes, one, by=user_id)
        )


def delete_post(*, user_id: str, post_id: str) -> Post:
    """Delete one's own post."""
    return run_with_retry(lambda: _delete(_own_post(user_id, post_id)))


def moderate_post(*, post_id: str, **changes: Any) -> Post:
    """Change anybody's post, as staff."""
    return run_with_retry(lambda: _update(reads.get_record(posts, post_id), changes))


def withhold_post(*, post_id: str) -> Post:
    """Show anybody's post to nobody, as staff, until it is restored; it keeps all it has."""
    return run_with_retry(lambda: _withhold(reads.get_record(posts, post_id)))


def restore_post(*, post_id: str) -> Post:
    """Show a withheld post again, as staff, where and as it was; a second time changes nothing."""
    return run_with_retry(lambda: _restore(reads.get_record(posts, post_id)))


def remove_post(*, post_id: str) -> Post:
    """Delete anybody's post, as staff."""
    return run_with_retry(lambda: _delete(reads.get_record(posts, post_id)))


def increment_post_counters(w: Write, post_id: str, *, missing_ok: bool = False, **by: int) -> None:
    """Add to a post's counters within a write. `NotFound`, unless `lenient` passes over it."""
    w.increment(Post, post_id, missing_ok=missing_ok, init=None, **by)


def increment_reaction_totals(w: Write, post_id: str, **by: int) -> None:
    """Add to a post's totals by kind, within a write; a post that is gone is passed over."""
    counters = {f"reactions_{kind}": change for kind, change in by.items()}
    increment_post_counters(w, post_id, missing_ok=True, **counters)


def require_visible(w: Write, row: Row, *, to: str) -> None:
    """Hold a write to what let `to` see the post in `row`: whoever writes must see it then, too.

    `NotFound` or a `Conflict` when any of it has changed: look again.
    """
    w.require(Post, row.id, privacy=row.values["privacy"])
    author_id = row.value("author_id")
    if author_id != to:
        users.require_privacy(w, author_id, row.related("author_id").value("is_private"))
        require_relation(
            w, to, author_id, ViewerRelation.from_flags(row.related("author_id").checks)
        )


def announce_processed_media(w: Write, one: Any) -> None:
    """Announce, in the write that settles them, that the media of a post are ready or failed."""
    post = selectors.find_post(one.subject_id)
    if post and post.media_id == one.id:
        # What is told must still be so: who sees the post, and that these are its media.
        w.require(Post, post.id, privacy=post.privacy.encode(), media_id=one.id.encode())
        w.announce(PostUpdated(post.id, post.author_id, post.privacy, post.media_id))


def remove_deleted_media(w: Write, one: Any) -> None:
    """Show deleted media in their post no longer, within a write. `Conflict`: nothing is left."""
    post = selectors.find_post(one.subject_id)
    if post and post.media_id == one.id:
        w.update(post, check_revision=True, media_id="", media_kind="")
        if not post.text.strip():
            raise Conflict("The post has nothing else: delete the post.")
        w.announce(PostUpdated(post.id, post.author_id, post.privacy, was=post.privacy))


def _own_post(user_id: str, post_id: str) -> Post:
    post = selectors.get_post(post_id, to=user_id)
    if not can_edit_post(user_id, author_id=post.author_id):
        raise Forbidden("Only its author may do this.")
    return post


def _update(post: Post, given: dict[str, Any], one: Any = None, *, by: str = "") -> Post:
    if not given:
        raise Invalid("There is nothing to change.")
    changes = _changes(post, given, one)
    if not changes:
        return post  # what is to be removed is not there
    was, text = post.privacy, post.text
    gone = _retraction(post)
    with write(*STALE_ERRORS) as w:
        if by:
            users.require_not_silenced(w, by)
            texts = {"text": changes["text"]} if "text" in changes else {}
            check_text(w, label=LABEL, pk=post.id, author_id=by, texts=texts)
        if one:
            images.create_media(w, one)
        if any(getattr(post, name) != changes.get(name, getattr(post, name)) for name in KEPT):
            w.create(_version(post), new_id=True)
        # Strict: the feed's total and the retraction follow from the privacy that was read.
        w.update(post, check_revision=True, **changes, edited_at=now())
        _check(post)
        if post.privacy != was:
            _count_in_feed(w, before=was, after=post.privacy)
            w.announce(gone)
        w.announce(PostUpdated(post.id, post.author_id, post.privacy, post.media_id, was=was))
        mentioned, unmentioned = _mentioned(post, was=text)
        notifications.notify_mentioned(
            w, to=mentioned, actor_id=post.author_id, cause=post.id, post_id=post.id
        )
        notifications.retract_all(w, kinds=("mention",), cause=post.id, to=unmentioned)
        w.respond_with(post)
    return post


def _delete(post: Post) -> Post:
    gone = _retraction(post)
    with write(Conflict) as w:
        w.delete(post, check_revision=True)
        queue_cascade(w, post)
        if post.privacy != WITHHELD:
            users.increment_user_counters(w, post.author_id, posts_count=-1)
        _count_in_feed(w, before=post.privacy, after=None)
        w.announce(gone)
        w.respond_with(post)
    return post


def _withhold(post: Post) -> Post:
    was, gone = post.privacy, _retraction(post)
    if was == WITHHELD:
        return post
    with write(*STALE_ERRORS) as w:
        w.update(post, check_revision=True, privacy=WITHHELD, privacy_was=was)
        users.increment_user_counters(w, post.author_id, posts_count=-1)
        _count_in_feed(w, before=was, after=None)
        w.announce(gone)
    return post


def _restore(post: Post) -> Post:
    if post.privacy != WITHHELD:
        return post
    with write(*STALE_ERRORS) as w:
        w.update(post, check_revision=True, privacy=post.privacy_was, privacy_was="")
        users.increment_user_counters(w, post.author_id, posts_count=1)
        _count_in_feed(w, before=None, after=post.privacy)
        w.announce(PostUpdated(post.id, post.author_id, post.privacy, post.media_id, was=WITHHELD))
    return post


def _retraction(post: Post) -> PostDeleted:
    """Return the news that the post, as it is now, is gone: for those who could see it."""
    try:
        is_private = get_user(post.author_id).is_private
    except NotFound:  # the post goes because its author is gone
        is_private = False
    return PostDeleted(post.id, post.author_id, post.privacy, author_is_private=is_private)


def _mentioned(post: Post, *, was: str = "") -> tuple[set[str], set[str]]:
    """Return who is newly mentioned and may see the post, and who is mentioned no longer."""
    named, unnamed = find_mentioned(post.text, was=was)
    if not named:
        return named, unnamed
    see = selectors.filter_viewers(
        named,
        author_id=post.author_id,
        privacy=post.privacy,
        author_is_private=get_user(post.author_id).is_private,
    )
    return see, unnamed


def _check(post: Post) -> None:
    if not post.text.strip() and not post.media_kind:
        raise Invalid("A post needs a text or media.", errors={"text": "This may not be empty."})


def _received(given: dict[str, Any], post: Post) -> AbstractContextManager[Any]:
    """Receive the picture or video among what is given, if any."""
    for kind in (IMAGE, VIDEO):
        if given.get(kind) is not None:
            return images.receive_upload(
                given[kind], owner_id=post.author_id, purpose="post", kind=kind, subject_id=post.id
            )
    return nullcontext()


def _changes(post: Post, given: dict[str, Any], one: Any) -> dict[str, Any]:
    """Return the fields of a post that what is given stands for.

    A picture, a video or a GIF takes the place of what was there; null removes what is of its kind.
    """
    changes = {name: value for name, value in given.items() if name not in KINDS}
    brought = one.kind if one else GIF if given.get(GIF) else ""
    if brought or _attached(post) in given:
        changes["media_id"] = one.id if one else ""
        changes["media_kind"] = KINDS.get(brought, "")
        changes["gif_url"] = given.get(GIF) or ""
    return changes


def _attached(post: Post) -> str:
    """Return what a post shows beside its text, as it is given; empty for nothing."""
    if post.media_kind == MediaKind.IMAGES:
        return GIF if post.gif_url else IMAGE
    return VIDEO if post.media_kind else ""


def _set_fields(post: Post, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        setattr(post, name, value)


def _version(post: Post) -> PostVersion:
    """Return what the post shows, to be kept when that changes."""
    shown = {name: getattr(post, name) for name in KEPT}
    return PostVersion(post_id=post.id, written_at=post.edited_at or post.created_at, **shown)


def _count_in_feed(w: Write, *, before: str | None, after: str | None) -> None:
    change = (after in FEED) - (before in FEED)
    if change:
        w.increment(FeedStats, STATS_ID, init=FeedStats(id=STATS_ID), posts_count=change)
