"""The image of a message, as a use of media."""

from typing import Any, ClassVar

from chat import services
from images.services import MediaUse
from mysocial.store.writes import Write


class MessageImage(MediaUse):
    """Seen by the two, and in no gallery; it goes with its message only, never by itself."""

    of: ClassVar[str] = "message"

    @classmethod
    def settled(cls, w: Write, one: Any) -> None:
        services.tell_of_media(w, one)
