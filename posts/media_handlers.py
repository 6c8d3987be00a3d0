"""Handler of the image or video of a post."""

from typing import Any, ClassVar

from images.services import MediaHandler
from mysocial.store import Write
from posts import services


class PostMedia(MediaHandler):
    """Keeps a post and its media consistent. The media are visible with the post."""

    purpose: ClassVar[str] = "post"

    @classmethod
    def on_processed(cls, w: Write, media: Any) -> None:
        services.announce_processed_media(w, media)

    @classmethod
    def on_removed(cls, w: Write, media: Any) -> None:
        services.remove_deleted_media(w, media)
