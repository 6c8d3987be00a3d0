"""The pictures of a profile, and what a member does with images of their own."""

from django.core.files.uploadedfile import UploadedFile

from images import selectors
from images.events import ImageDeleted
from images.models import Media, Purpose, State
from images.permissions import can_delete_image
from images.services.media import HANDLERS, create_media, delete_within, receive_upload
from images.store import media
from mysocial.core.errors import Conflict, Forbidden, NotFound
from mysocial.core.ids import now
from mysocial.core.upload_spool import delete_spooled
from mysocial.store import reads, run_with_retry, write
from users import services as users
from users.selectors import get_user

# What a profile calls the picture of each use.
NAMES = {Purpose.PROFILE.value: "avatar", Purpose.BACKGROUND.value: "background"}


def upload_profile_image(*, user_id: str, purpose: str, image: "UploadedFile[bytes]") -> Media:
    """Bring a picture for one's profile, which shows it once it is processed."""
    with receive_upload(image, owner_id=user_id, purpose=purpose) as one:
        run_with_retry(lambda: _add(one))
    return one


def choose_profile_image(*, user_id: str, purpose: str, image_id: str) -> Media:
    """Show an image of one's own on one's profile. `Conflict` while it is being processed."""
    return run_with_retry(lambda: _show(_own(user_id, image_id), purpose))


def delete_image(*, user_id: str, image_id: str) -> Media:
    """Delete an image of one's own, wherever it is shown."""
    return run_with_retry(lambda: _delete(_own(user_id, image_id)))


def delete_background(*, user_id: str, image_id: str) -> Media:
    """Show a background no longer; one that was brought to be it goes altogether. `NotFound`."""
    return run_with_retry(lambda: _delete_background(_own(user_id, image_id)))


def remove_media(*, media_id: str) -> Media:
    """Delete anybody's media, as staff."""
    return run_with_retry(lambda: _delete(reads.get_record(media, media_id)))


def _own(user_id: str, image_id: str) -> Media:
    one = selectors.get_visible_image(image_id, to=user_id)
    if not can_delete_image(user_id, owner_id=one.owner_id):
        raise Forbidden("Only its owner may do this.")
    return one


def _add(one: Media) -> None:
    user = get_user(one.owner_id)
    with write(Conflict) as w:
        users.require_not_silenced(w, one.owner_id)
        create_media(w, one)
        # Noted now: of two that are processed at once, the one that was brought last is shown.
        users.set_pictures(w, user, **{f"{NAMES[one.purpose]}_id": one.id})
        w.respond_with(one)


def _show(one: Media, purpose: str) -> Media:
    if one.state != State.READY:
        raise Conflict("This image is not ready.")
    user = get_user(one.owner_id)
    name = NAMES[purpose]
    with write(Conflict) as w:
        users.require_not_silenced(w, one.owner_id)
        w.update(one, check_revision=True, shown_at=now())
        users.set_pictures(w, user, **{f"{name}_id": one.id, f"{name}_url": one.url or ""})
        w.respond_with(one)
    return one


def _delete(one: Media) -> Media:
    with write(Conflict) as w:
        delete_within(w, one)
        HANDLERS[one.purpose].on_removed(w, one)
        w.announce(ImageDeleted(one.id, one.owner_id, one.subject_id))
        w.respond_with(one)
    delete_spooled(one.id)
    return one


def _delete_background(one: Media) -> Media:
    user = get_user(one.owner_id)
    if one.id != user.background_id and (not one.url or one.url != user.background_url):
        raise NotFound
    if one.purpose == Purpose.BACKGROUND and one.url != user.avatar_url:
        return _delete(one)
    with write(Conflict) as w:
        users.set_pictures(w, user, background_id="", background_url="")
        w.respond_with(one)
    return one
