"""The pictures of a profile, as uses of media."""

from typing import ClassVar

from images.models import Media, State
from images.services import MediaHandler
from mysocial.store import Write
from users import services as users
from users.selectors import get_user


class ProfilePicture(MediaHandler):
    """The picture that is shown beside what a member wrote."""

    purpose: ClassVar[str] = "profile"

    @classmethod
    def on_processed(cls, w: Write, one: Media) -> None:
        user = get_user(one.owner_id)
        if one.state == State.READY and user.avatar_id == one.id:
            users.set_pictures(w, user, avatar_url=one.url or "")


class Background(MediaHandler):
    """The picture behind a profile."""

    purpose: ClassVar[str] = "background"

    @classmethod
    def on_processed(cls, w: Write, one: Media) -> None:
        user = get_user(one.owner_id)
        if one.state == State.READY and user.background_id == one.id:
            users.set_pictures(w, user, background_url=one.url or "")
