"""The image of a message, as a use of media."""

from typing import Any, ClassVar

from chat import services
from images.services import MediaHandler
from mysocial.store import Write


class MessageImage(MediaHandler):
    """Seen by the two, and in no gallery; it goes with its message only, never by itself."""

    purpose: ClassVar[str] = "message"

    @classmethod
    def on_processed(cls, w: Write, one: Any) -> None:
        services.announce_image(w, one)
