"""What goes with a deleted post."""

from typing import ClassVar

from images.services import remove_of
from mysocial.cascades import Cascade


class PostMedia(Cascade):
    """The pictures and videos of a post, those of its earlier versions too."""

    of: ClassVar[str] = "posts.post"

    @classmethod
    def remove(cls, pk: str, *, limit: int) -> bool:
        return remove_of(pk, limit=limit)
