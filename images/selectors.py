"""Reads of media. An image of a post is visible with the post."""

from collections.abc import Iterable, Sequence

from images.models import Kind, Media, Purpose
from images.representations import image_template
from images.store import GALLERY, media
from mysocial.core.addresses import absolute_address
from mysocial.core.errors import NotFound
from mysocial.policies import Audience, visible_ids
from mysocial.store import Entry, ListQuery, Row, filter_pages, reads
from users.selectors import get_profile, profile_query, viewer_audience

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
    viewer = viewer_audience(owner.result(), viewer_id=viewer_id)
    return filter_pages(listing, keep=lambda rows: _filter_visible(rows, viewer_id, viewer))


def get_media_urls(media_ids: Iterable[str]) -> dict[str, str]:
    """Return the URLs of those of the media that are ready, by id, regardless of the viewer."""
    records = reads.get_records(media, media_ids)
    return {pk: absolute_address(record.url) for pk, record in records.items() if record.url}


def get_visible_image(image_id: str, *, viewer_id: str) -> Media:
    """Return an image for a change of it.

    Raises:
        NotFound: It is in no gallery that the viewer may see.
    """
    image = reads.get_record(media, image_id)
    if image.kind != Kind.IMAGE or image.purpose not in GALLERY:
        raise NotFound
    owner = get_profile(image.owner_id, viewer_id=viewer_id)
    if image.purpose == Purpose.POST:
        viewer = viewer_audience(owner, viewer_id=viewer_id)
        visible = visible_ids(POST_LABEL, [image.subject_id], viewer_id)
        image = reads.get_record(media, image_id)  # after its post, as in `_filter_visible`
        if not (image.subject_id in visible and _was_visible(image.former_audience, viewer)):
            raise NotFound
    return image


def _was_visible(former_audience: str, viewer: int) -> bool:
    """Return whether a viewer could see the image of a post until the post replaced it."""
    return not former_audience or Audience.from_stored(former_audience) >= viewer


def _filter_visible(rows: Sequence[Row], viewer_id: str, viewer: int) -> list[Row]:
    """Return those of the images that are in no post, or in one that the viewer may see.

    An image that its post does not show any more must also have been visible when it did.
    """
    distinct_ids = list(dict.fromkeys(filter(None, (row.value("subject_id") for row in rows))))
    if not distinct_ids:
        return list(rows)
    visible = visible_ids(POST_LABEL, distinct_ids, viewer_id)
    # Read after the posts: the write that publishes a post may also replace its image.
    images = reads.get_rows(image_template, [row.id for row in rows])
    former_audiences = {image.id: image.value("former_audience") for image in images}
    return [
        row
        for row in rows
        if row.id in former_audiences
        and (
            not (post_id := row.value("subject_id"))
            or (post_id in visible and _was_visible(former_audiences[row.id], viewer))
        )
    ]
