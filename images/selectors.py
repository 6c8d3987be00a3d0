"""Reads of media. An image of a post is visible with the post."""

from collections.abc import Iterable, Sequence

from images.models import Kind, Media, Purpose
from images.representations import image_template
from images.store import GALLERY, media
from mysocial.core.errors import NotFound
from mysocial.policies import visible_ids
from mysocial.store import Entry, ListQuery, Row, filter_pages, reads
from users.selectors import get_profile, profile_query

POST_LABEL = "posts.post"


def gallery_page(
    owner_id: str, *, viewer_id: str, limit: int, after: Entry | None = None
) -> tuple[list[Row], Entry | None]:
    """Return a page of a member's images that the viewer may see, newest first.

    Returns:
        The images, and the entry to continue after; None on the last page.

    Raises:
        NotFound: There is no such member, or the viewer may not see the profile.
    """
    owner = profile_query(owner_id, viewer_id=viewer_id)
    listing = ListQuery(image_template, "gallery", owner_id, limit=limit, after=after)
    reads.gather(owner, listing)
    owner.result()
    return filter_pages(listing, keep=lambda rows: _filter_visible(rows, viewer_id))


def get_media_urls(media_ids: Iterable[str]) -> dict[str, str]:
    """Return the URLs of those of the media that are ready, by id, regardless of the viewer."""
    records = reads.get_records(media, media_ids)
    return {pk: record.url for pk, record in records.items() if record.url}


def get_visible_image(image_id: str, *, viewer_id: str) -> Media:
    """Return an image for a change of it.

    Raises:
        NotFound: It is in no gallery that the viewer may see.
    """
    image = reads.get_record(media, image_id)
    if image.kind != Kind.IMAGE or image.purpose not in GALLERY:
        raise NotFound
    get_profile(image.owner_id, viewer_id=viewer_id)
    if image.purpose == Purpose.POST:
        post_id = image.subject_id
        if post_id not in visible_ids(POST_LABEL, [post_id], viewer_id):
            raise NotFound
    return image


def _filter_visible(rows: Sequence[Row], viewer_id: str) -> list[Row]:
    """Return those of the images that are in no post, or in one that the viewer may see."""
    post_ids = [row.value("subject_id") for row in rows]
    distinct_ids = list(dict.fromkeys(filter(None, post_ids)))
    visible = visible_ids(POST_LABEL, distinct_ids, viewer_id)
    return [
        row
        for row, post_id in zip(rows, post_ids, strict=True)
        if not post_id or post_id in visible
    ]
