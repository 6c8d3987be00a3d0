"""Media handler for the images of messages."""

from typing import Any, ClassVar

from chat import services
from images.services import MediaHandler
from mysocial.store import Write


class MessageImage(MediaHandler):
    """The image of a message. It is in no gallery and is deleted only with its message."""

    purpose: ClassVar[str] = "message"

    @classmethod
    def on_processed(cls, w: Write, media: Any) -> None:
        services.announce_image(w, media)
