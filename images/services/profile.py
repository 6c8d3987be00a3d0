"""Images of profiles, and what members do with their own images."""

from django.core.files.uploadedfile import UploadedFile

from images import selectors
from images.events import ImageDeleted
from images.models import Media, Purpose, State
from images.permissions import can_delete_image
from images.services.media import HANDLERS, create_media, delete_within, receive_upload
from images.store import media as media_store
from mysocial.core.errors import Conflict, Forbidden, NotFound
from mysocial.core.ids import now
from mysocial.core.upload_spool import delete_spooled
from mysocial.store import reads, retry_on_conflict, write
from users import services as users
from users.selectors import get_user

# The prefix of the profile's fields `<prefix>_id` and `<prefix>_url`, by purpose.
FIELD_PREFIXES = {Purpose.PROFILE.value: "avatar", Purpose.BACKGROUND.value: "background"}


def upload_profile_image(*, user_id: str, purpose: str, image: "UploadedFile[bytes]") -> Media:
    """Upload an image for the user's profile, which shows it when it is processed.

    Raises:
        Silenced: The user may not write now.
        TooLarge, UnsupportedMediaType: The file is not accepted.
    """
    with receive_upload(image, owner_id=user_id, purpose=purpose) as media:
        _create_profile_image(media)
    return media


@retry_on_conflict
def _create_profile_image(media: Media) -> None:
    user = get_user(media.owner_id)
    with write(Conflict) as w:
        users.require_not_silenced(w, media.owner_id)
        create_media(w, media)
        # Set at once: of two images that are processed together, the profile shows the later one.
        users.set_pictures(w, user, **{f"{FIELD_PREFIXES[media.purpose]}_id": media.id})
        w.respond_with(media)


@retry_on_conflict
def choose_profile_image(*, user_id: str, purpose: str, image_id: str) -> Media:
    """Show one of the user's images on their profile.

    Raises:
        Conflict: The image is not processed.
        Forbidden: The user does not own the image.
        NotFound: The user may not see the image.
        Silenced: The user may not write now.
    """
    media = _get_own_image(user_id, image_id)
    if media.state != State.READY:
        raise Conflict("This image is not ready.")
    user = get_user(media.owner_id)
    prefix = FIELD_PREFIXES[purpose]
    with write(Conflict) as w:
        users.require_not_silenced(w, media.owner_id)
        # Changes the image's revision, so that a concurrent deletion of it fails.
        w.update(media, check_revision=True, shown_at=now())
        address = media.avatar_url if purpose == Purpose.PROFILE else media.url or ""
        pictures = {f"{prefix}_id": media.id, f"{prefix}_url": address}
        users.set_pictures(w, user, **pictures)
        w.respond_with(media)
    return media


@retry_on_conflict
def delete_image(*, user_id: str, image_id: str) -> Media:
    """Delete one of the user's images, wherever it is shown.

    Raises:
        Conflict: The image is all that a post has.
        Forbidden: The user does not own the image.
        NotFound: The user may not see the image.
    """
    return _delete(_get_own_image(user_id, image_id))


@retry_on_conflict
def delete_background(*, user_id: str, image_id: str) -> Media:
    """Remove the background of the user's profile.

    The image itself is deleted only if it was uploaded as a background and is not the avatar.

    Raises:
        Forbidden: The user does not own the image.
        NotFound: The user may not see the image, or it is not the background.
    """
    media = _get_own_image(user_id, image_id)
    user = get_user(media.owner_id)
    if media.id != user.background_id and not media.is_shown_as(user.background_url):
        raise NotFound
    if media.purpose == Purpose.BACKGROUND and not media.is_shown_as(user.avatar_url):
        return _delete(media)
    with write(Conflict) as w:
        users.set_pictures(w, user, background_id="", background_url="")
        w.respond_with(media)
    return media


@retry_on_conflict
def remove_media(*, media_id: str) -> Media:
    """Delete any member's media, as staff."""
    return _delete(reads.get_record(media_store, media_id))


def _get_own_image(user_id: str, image_id: str) -> Media:
    media = selectors.get_visible_image(image_id, viewer_id=user_id)
    if not can_delete_image(user_id, owner_id=media.owner_id):
        raise Forbidden("Only the owner can do this.")
    return media


def _delete(media: Media) -> Media:
    with write(Conflict) as w:
        delete_within(w, media)
        HANDLERS[media.purpose].on_removed(w, media)
        w.announce(ImageDeleted(media.id, media.owner_id, media.subject_id, media.former_audience))
        w.respond_with(media)
    delete_spooled(media.id)
    return media
