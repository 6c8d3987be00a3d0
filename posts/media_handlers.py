"""The picture or video of a post, as a use of media."""

from typing import Any, ClassVar

from images.services import MediaHandler
from mysocial.store import Write
from posts import services


class PostMedia(MediaHandler):
    """Seen by whoever sees the post."""

    purpose: ClassVar[str] = "post"

    @classmethod
    def on_processed(cls, w: Write, one: Any) -> None:
        services.announce_processed_media(w, one)

    @classmethod
    def on_removed(cls, w: Write, one: Any) -> None:
        services.remove_deleted_media(w, one)
