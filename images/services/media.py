"""Creation and deletion of media of any purpose."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from images import hosts
from images.content import Content, detect_content
from images.models import DeletedFile, Kind, Media
from images.store import media as media_store
from mysocial.core import rate_limits
from mysocial.core.errors import Conflict, NotFound, TooLarge, UnsupportedMediaType
from mysocial.core.ids import new_id, now
from mysocial.core.rate_limits import DAY, RateLimit
from mysocial.core.upload_spool import delete_spooled, spooled
from mysocial.core.wakeup_names import MEDIA
from mysocial.outbox import QUEUED, delete_listed_with
from mysocial.policies import Audience
from mysocial.store import Write, reads, retry_on_conflict, write
from users import services as users
from users.selectors import get_user

HANDLERS: dict[str, "type[MediaHandler]"] = {}  # By purpose.
# The file of media that were deleted while a worker processed them is removed after this delay. By
# then the worker has stored it.
REMOVAL_DELAY = timedelta(hours=1)
UPLOADS = RateLimit("upload", 300, DAY)  # Per member, for all purposes together.


class MediaHandler:
    """What an app does with the media of one purpose; declare subclasses in `media_handlers.py`."""

    purpose: ClassVar[str] = ""

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        HANDLERS[cls.purpose] = cls

    @classmethod
    def on_processed(cls, w: Write, media: Media) -> None:
        """Extend the write that marks media as ready or failed.

        The write is retried after a `Conflict` or `NotFound`.
        """
        raise NotImplementedError

    @classmethod
    def on_removed(cls, w: Write, media: Media) -> None:
        """Extend the write that deletes media but not their subject."""


@contextmanager
def receive_upload(
    file: "UploadedFile[bytes]",
    *,
    owner_id: str,
    purpose: str,
    kind: str = Kind.IMAGE,
    subject_id: str = "",
) -> Iterator[Media]:
    """Validate a file and spool it for the workers.

    The block must pass the media to `create_media` in a write. If the block raises, the spooled
    file is deleted.

    Args:
        file: The uploaded file.
        owner_id: The member who uploads it.
        purpose: One of `Purpose`.
        kind: One of `Kind`.
        subject_id: The post or message that the media belong to.

    Raises:
        TooLarge: The file has too many bytes or pixels.
        UnsupportedMediaType: The file has none of the accepted formats of this kind.
    """
    rate_limits.count_rate_limit_in_write(UPLOADS, owner_id)
    content = _validate(file, Kind(kind))
    media = Media(
        id=new_id(),
        owner_id=owner_id,
        kind=content.kind.value,
        purpose=purpose,
        subject_id=subject_id,
        content_type=content.content_type,
        size=file.size or 0,
        host_ref=f"{secrets.token_hex(16)}.{content.extension}",
    )
    with spooled(media.id, file):
        yield media


def _validate(file: "UploadedFile[bytes]", kind: Kind) -> Content:
    max_bytes = settings.IMAGE_MAX_BYTES if kind == Kind.IMAGE else settings.VIDEO_MAX_BYTES
    try:
        if (file.size or 0) > max_bytes:
            raise TooLarge(f"This {kind} is larger than {max_bytes} bytes.")
        return detect_content(file, kind)
    except (TooLarge, UnsupportedMediaType) as error:
        error.errors = {kind.value: error.detail}
        raise


def create_media(w: Write, media: Media) -> None:
    """Create received media within a write, and queue their processing."""
    w.create(media, new_id=True)
    w.wake_workers(MEDIA)


def note_replaced(w: Write, media_id: str, audience: Audience) -> None:
    """Note within a write that a post no longer shows media, and who could see them until then."""
    for media in reads.get_records(media_store, [media_id]).values():
        w.update(media, former_audience=audience.stored)


def delete_media_of_subject(subject_id: str, *, limit: int) -> bool:
    """Delete at most `limit` media of a deleted post or message; return whether none are left."""
    return delete_listed_with(media_store, "subject", subject_id, delete_media, limit=limit)


def delete_media_of_owner(owner_id: str, *, limit: int) -> bool:
    """Delete at most `limit` media of a deleted member; return whether none are left."""
    return delete_listed_with(media_store, "owner", owner_id, delete_media, limit=limit)


@retry_on_conflict
def delete_media(pk: str) -> None:
    """Delete media whose subject is deleted, and queue the removal of their file."""
    media = reads.get_record(media_store, pk)
    with write(Conflict) as w:
        delete_within(w, media)
    delete_spooled(pk)


def delete_within(w: Write, media: Media) -> None:
    """Delete media within a write, and queue the removal of their file from the host.

    The write fails with `Conflict` if a profile has started to show the media since they were read.
    """
    w.delete(media, check_revision=True)
    # A worker may be storing the file of media that are not processed.
    due_at = now() + REMOVAL_DELAY if media.status == QUEUED else now()
    host = media.host or hosts.current_host().name
    w.create(
        DeletedFile(kind=media.kind, host=host, host_ref=media.host_ref, due_at=due_at),
        new_id=True,
    )
    w.wake_workers(MEDIA)
    _remove_from_profile(w, media)


def _remove_from_profile(w: Write, media: Media) -> None:
    """Reset the owner's profile if it shows the media or waits for them, within a write."""
    try:
        user = get_user(media.owner_id)
    except NotFound:
        return  # The profile is deleted.
    changes: dict[str, str] = {}
    for name, default_url in (("avatar", users.initial_avatar(user)), ("background", "")):
        if media.is_shown_as(getattr(user, f"{name}_url")):
            changes[f"{name}_url"] = default_url
        if media.id == getattr(user, f"{name}_id"):
            changes[f"{name}_id"] = ""
    if changes:
        users.set_pictures(w, user, **changes)
