"""Reads of media. A picture of a post is seen by whoever sees the post."""

from collections.abc import Iterable, Sequence

from images.models import Kind, Media, Purpose
from images.representations import image_template
from images.store import GALLERY, media
from mysocial.core.errors import NotFound
from mysocial.policies import visible_ids
from mysocial.store import Entry, Row, pagination, reads
from users.selectors import get_profile, profile_query


def gallery_page(
    owner_id: str, *, to: str, limit: int, after: Entry | None = None
) -> tuple[list[Row], Entry | None]:
    """Return a member's images that `to` may see, newest first; `NotFound` for no such member."""
    owner = profile_query(owner_id, viewer_id=to)
    listing = pagination.ListQuery(image_template, "gallery", owner_id, limit=limit, after=after)
    reads.gather(owner, listing)
    owner.result()
    return pagination.filter_pages(listing, keep=lambda rows: _seen(rows, to))


def get_media_urls(media_ids: Iterable[str]) -> dict[str, str]:
    """Return where those of the media are that are ready, by id, whoever may see them."""
    found = reads.get_records(media, media_ids)
    return {pk: one.url for pk, one in found.items() if one.url}


def get_visible_image(image_id: str, *, to: str) -> Media:
    """Return an image to work with; `NotFound` when it is not in a gallery that `to` may see."""
    found = reads.get_record(media, image_id)
    if found.kind != Kind.IMAGE or found.purpose not in GALLERY:
        raise NotFound
    get_profile(found.owner_id, viewer_id=to)
    in_post = found.purpose == Purpose.POST
    if in_post and found.subject_id not in visible_ids("posts.post", [found.subject_id], to):
        raise NotFound
    return found


def _seen(rows: Sequence[Row], viewer_id: str) -> list[Row]:
    def post_of(row: Row) -> str:
        return row.value("subject_id")

    posts = list(dict.fromkeys(post_of(row) for row in rows if post_of(row)))
    visible = visible_ids("posts.post", posts, viewer_id)
    return [row for row in rows if not post_of(row) or post_of(row) in visible]
