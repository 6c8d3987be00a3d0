"""The content of a post: fields of requests, uploads and earlier versions."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from images import services as images
from mysocial.core.errors import Invalid
from mysocial.policies import Audience
from mysocial.store import Write
from posts.models import MediaKind, Post, PostVersion

IMAGE, VIDEO, GIF = "image", "video", "gif_url"
POLL = "poll"  # a record of its own: see `posts.services.polls`
# The request fields with media, of which a post has at most one, and the `media_kind` of each.
MEDIA_KINDS = {
    IMAGE: MediaKind.IMAGES.value,
    VIDEO: MediaKind.VIDEOS.value,
    GIF: MediaKind.IMAGES.value,
}
# An edit that changes one of these keeps the earlier values as a version.
VERSIONED_FIELDS = ("text", "facets", "bg_color", "feelings", "gif_url", "media_id")


def receive_post_upload(body: dict[str, Any], post: Post) -> AbstractContextManager[Any]:
    """Receive the image or video of a request; the context is its media, or None without a file."""
    for field in (IMAGE, VIDEO):
        if body.get(field) is not None:
            return images.receive_upload(
                body[field],
                owner_id=post.author_id,
                purpose="post",
                kind=field,
                subject_id=post.id,
            )
    return nullcontext()


def field_changes(post: Post, body: dict[str, Any], media: Any) -> dict[str, Any]:
    """Return the fields of a post that a request sets, without its poll.

    An image, a video or a GIF replaces the media of the post. Null removes them if they are of
    that kind.
    """
    changes = {name: value for name, value in body.items() if name not in {*MEDIA_KINDS, POLL}}
    new_field = _attached_field(body, media)
    if new_field or _current_field(post) in body:
        changes["media_id"] = media.id if media else ""
        changes["media_kind"] = MEDIA_KINDS.get(new_field, "")
        changes["gif_url"] = body.get(GIF) or ""
    return changes


def _attached_field(body: dict[str, Any], media: Any) -> str:
    """Return the request field with new media; empty if there are none."""
    if media:
        return str(media.kind)  # The fields of files have the names of the kinds.
    return GIF if body.get(GIF) else ""


def _current_field(post: Post) -> str:
    """Return the request field that the media of a post belong to; empty if there are none."""
    if post.media_kind == MediaKind.IMAGES:
        return GIF if post.gif_url else IMAGE
    return VIDEO if post.media_kind else ""


def require_content(text: str, media_kind: str) -> None:
    """Require that a post has text or media.

    Raises:
        Invalid: It has neither.
    """
    if not text.strip() and not media_kind:
        raise Invalid("A post needs text or media.", errors={"text": "This may not be empty."})


def changes_content(post: Post, changes: dict[str, Any]) -> bool:
    """Return whether the changes differ from what the post shows, so that a version is kept."""
    return any(changes[name] != getattr(post, name) for name in VERSIONED_FIELDS if name in changes)


def keep_version(w: Write, post: Post, changes: dict[str, Any], audience: Audience) -> None:
    """Keep the content that changes replace, with the audience that it has until then."""
    if not changes_content(post, changes):
        return
    content = {name: getattr(post, name) for name in VERSIONED_FIELDS}
    version = PostVersion(
        post_id=post.id,
        written_at=post.edited_at or post.created_at,
        audience=audience.stored,
        **content,
    )
    w.create(version, new_id=True)
    if post.media_id and changes.get("media_id", post.media_id) != post.media_id:
        images.note_replaced(w, post.media_id, audience)
