"""Handlers of the images of a profile."""

from typing import ClassVar

from images.events import ImageFailed
from images.models import Media, State
from images.services import MediaHandler
from mysocial.store import Write
from users import services as users
from users.selectors import get_user


class ProfilePicture(MediaHandler):
    """Shows a processed image as the member's avatar."""

    purpose: ClassVar[str] = "profile"

    @classmethod
    def on_processed(cls, w: Write, media: Media) -> None:
        if media.state == State.FAILED:
            w.announce(ImageFailed(media.id, media.owner_id, media.purpose, media.error or ""))
            return
        user = get_user(media.owner_id)
        if user.avatar_id == media.id:
            users.set_pictures(w, user, avatar_url=media.avatar_url)


class Background(MediaHandler):
    """Shows a processed image as the background of the member's profile."""

    purpose: ClassVar[str] = "background"

    @classmethod
    def on_processed(cls, w: Write, media: Media) -> None:
        if media.state == State.FAILED:
            w.announce(ImageFailed(media.id, media.owner_id, media.purpose, media.error or ""))
            return
        user = get_user(media.owner_id)
        if user.background_id == media.id:
            users.set_pictures(w, user, background_url=media.url or "")
