"""The picture or video of a post, as a use of media."""

from typing import Any, ClassVar

from images.services import MediaUse
from mysocial.store.writes import Write
from posts import services


class PostMedia(MediaUse):
    """Seen by whoever sees the post."""

    of: ClassVar[str] = "post"

    @classmethod
    def settled(cls, w: Write, one: Any) -> None:
        services.tell_of_media(w, one)

    @classmethod
    def removed(cls, w: Write, one: Any) -> None:
        services.remove_media(w, one)
