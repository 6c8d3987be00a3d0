"""How media begin and end, whatever they are for."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from images import hosts
from images.content import detect_content
from images.models import DeletedFile, Kind, Media
from images.store import media
from mysocial.core import rate_limits
from mysocial.core.errors import Conflict, NotFound, TooLarge, UnsupportedMediaType
from mysocial.core.ids import new_id, now
from mysocial.core.rate_limits import DAY, RateLimit
from mysocial.core.upload_spool import delete_spooled, spooled
from mysocial.outbox import QUEUED, delete_listed_with
from mysocial.store import Write, reads, run_with_retry, write
from mysocial.store.wakeups import MEDIA
from users import services as users
from users.selectors import get_user

HANDLERS: dict[str, "type[MediaHandler]"] = {}
# By then no worker is still handing over what was deleted under its hands.
MIN_AGE = timedelta(hours=1)
UPLOADS = RateLimit("upload", 300, DAY)  # of one member, whatever they are for


class MediaHandler:
    """What an app does with the media of one purpose; declare subclasses in `media_handlers.py`."""

    purpose: ClassVar[str] = ""

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        HANDLERS[cls.purpose] = cls

    @classmethod
    def on_processed(cls, w: Write, media: Media) -> None:
        """Show media that are ready, or failed, in the write that makes them so.

        The write is tried again after a `Conflict` or `NotFound`.
        """
        raise NotImplementedError

    @classmethod
    def on_removed(cls, w: Write, media: Media) -> None:
        """Show media no longer, in the write that deletes them by themselves."""


@contextmanager
def receive_upload(
    file: "UploadedFile[bytes]",
    *,
    owner_id: str,
    purpose: str,
    kind: str = Kind.IMAGE,
    subject_id: str = "",
) -> Iterator[Media]:
    """Look at a file and keep its bytes; the block must `add` the media in a write.

    `TooLarge` or `Unsupported`; of what is refused, here or in the block, no file is left.
    """
    rate_limits.enforce_in_write(UPLOADS, owner_id)
    form = Kind(kind)
    most = settings.IMAGE_MAX_BYTES if form == Kind.IMAGE else settings.VIDEO_MAX_BYTES
    size = file.size or 0
    try:
        if size > most:
            raise TooLarge(f"This {form} is larger than {most} bytes.")
        found = detect_content(file, form)
    except (TooLarge, UnsupportedMediaType) as error:
        error.errors = {form.value: error.detail}
        raise
    one = Media(
        id=new_id(),
        owner_id=owner_id,
        kind=form.value,
        purpose=purpose,
        subject_id=subject_id,
        content_type=found.content_type,
        size=size,
        host_ref=f"{secrets.token_hex(16)}.{found.extension}",
    )
    with spooled(one.id, file):
        yield one


def create_media(w: Write, one: Media) -> None:
    """Make the media that were received, within a write; their processing is owed by it."""
    w.create(one, new_id=True)
    w.wake_workers(MEDIA)


def delete_media_of_subject(subject_id: str, *, limit: int) -> bool:
    """Remove at most `limit` of what is in a thing that is gone; True when nothing is left."""
    return delete_listed_with(media, "subject", subject_id, delete_media, limit=limit)


def delete_media_of_owner(owner_id: str, *, limit: int) -> bool:
    """Remove at most `limit` of what a deleted member has brought; True when nothing is left."""
    return delete_listed_with(media, "owner", owner_id, delete_media, limit=limit)


def delete_media(pk: str) -> None:
    """Remove media, of whose thing nothing is left to show; the file at the host is owed."""
    run_with_retry(lambda: _discard(pk))


def _discard(pk: str) -> None:
    one = reads.get_record(media, pk)
    with write(Conflict) as w:
        delete_within(w, one)
    delete_spooled(pk)


def delete_within(w: Write, one: Media) -> None:
    """Delete media within a write, and owe the removal of their file.

    Strict: a profile that begins to show them meanwhile is a `Conflict`.
    """
    w.delete(one, check_revision=True)
    # Of what is not ready a worker may be handing over the file at this moment.
    due_at = now() + MIN_AGE if one.status == QUEUED else now()
    host = one.host or hosts.current_host().name
    w.create(
        DeletedFile(kind=one.kind, host=host, host_ref=one.host_ref, due_at=due_at), new_id=True
    )
    w.wake_workers(MEDIA)
    _hide_from_profile(w, one)


def _hide_from_profile(w: Write, one: Media) -> None:
    """Let the owner's profile show an image no longer, nor wait for it, within a write."""
    try:
        user = get_user(one.owner_id)
    except NotFound:
        return  # their profile is gone
    changes: dict[str, str] = {}
    for name, without in (("avatar", users.initial_avatar(user)), ("background", "")):
        if one.url and one.url == getattr(user, f"{name}_url"):
            changes[f"{name}_url"] = without
        if one.id == getattr(user, f"{name}_id"):
            changes[f"{name}_id"] = ""
    if changes:
        users.set_pictures(w, user, **changes)
