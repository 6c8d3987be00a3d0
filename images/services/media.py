"""How media begin and end, whatever they are for."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from images import hosts
from images.content import look
from images.models import DeadFile, Kind, Media
from images.store import media
from mysocial.api.uploads import drop, kept
from mysocial.core import rate_limits
from mysocial.core.errors import Conflict, NotFound, TooLarge, Unsupported
from mysocial.core.ids import new_id, now
from mysocial.core.rate_limits import DAY, Limit
from mysocial.outbox.cascades import each_listed
from mysocial.outbox.items import QUEUED
from mysocial.store import reads
from mysocial.store.wakeups import MEDIA
from mysocial.store.writes import Write, again, write
from users import services as users
from users.selectors import get_user

USES: dict[str, "type[MediaUse]"] = {}
# By then no worker is still handing over what was deleted under its hands.
HANDED_OVER = timedelta(hours=1)
UPLOADS = Limit("upload", 300, DAY)  # of one member, whatever they are for


class MediaUse:
    """What media are brought for; subclasses, in `<app>/uses.py`, are registered by being made."""

    of: ClassVar[str] = ""  # as `post`

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        USES[cls.of] = cls

    @classmethod
    def settled(cls, w: Write, one: Media) -> None:
        """Show media that are ready, or failed, in the write that makes them so.

        The write is tried again after a `Conflict` or `NotFound`.
        """
        raise NotImplementedError

    @classmethod
    def removed(cls, w: Write, one: Media) -> None:
        """Show media no longer, in the write that deletes them by themselves."""


@contextmanager
def received(
    file: "UploadedFile[bytes]",
    *,
    owner_id: str,
    use: str,
    kind: str = Kind.IMAGE,
    subject_id: str = "",
) -> Iterator[Media]:
    """Look at a file and keep its bytes; the block must `add` the media in a write.

    `TooLarge` or `Unsupported`; of what is refused, here or in the block, no file is left.
    """
    rate_limits.enforce(UPLOADS, owner_id)
    form = Kind(kind)
    most = settings.IMAGE_MAX_BYTES if form == Kind.IMAGE else settings.VIDEO_MAX_BYTES
    size = file.size or 0
    try:
        if size > most:
            raise TooLarge(f"This {form} is larger than {most} bytes.")
        found = look(file, form)
    except (TooLarge, Unsupported) as error:
        error.errors = {form.value: error.detail}
        raise
    one = Media(
        id=new_id(),
        owner_id=owner_id,
        kind=form.value,
        use=use,
        subject_id=subject_id,
        content_type=found.content_type,
        size=size,
        host_ref=f"{secrets.token_hex(16)}.{found.extension}",
    )
    with kept(one.id, file):
        yield one


def add(w: Write, one: Media) -> None:
    """Make the media that were received, within a write; their processing is owed by it."""
    w.create(one, fresh=True)
    w.wake(MEDIA)


def remove_of(subject_id: str, *, limit: int) -> bool:
    """Remove at most `limit` of what is in a thing that is gone; True when nothing is left."""
    return each_listed(media, "subject", subject_id, discard, limit=limit)


def remove_all(owner_id: str, *, limit: int) -> bool:
    """Remove at most `limit` of what a deleted member has brought; True when nothing is left."""
    return each_listed(media, "owner", owner_id, discard, limit=limit)


def discard(pk: str) -> None:
    """Remove media, of whose thing nothing is left to show; the file at the host is owed."""
    again(lambda: _discard(pk))


def _discard(pk: str) -> None:
    one = reads.get(media, pk)
    with write(Conflict) as w:
        delete(w, one)
    drop(pk)


def delete(w: Write, one: Media) -> None:
    """Delete media within a write, and owe the removal of their file.

    Strict: a profile that begins to show them meanwhile is a `Conflict`.
    """
    w.delete(one, strict=True)
    # Of what is not ready a worker may be handing over the file at this moment.
    due_at = now() + HANDED_OVER if one.status == QUEUED else now()
    host = one.host or hosts.current().name
    w.create(DeadFile(kind=one.kind, host=host, host_ref=one.host_ref, due_at=due_at), fresh=True)
    w.wake(MEDIA)
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
