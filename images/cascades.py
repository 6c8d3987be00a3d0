"""What goes with a deleted post, and with a deleted member."""

from typing import ClassVar

from images.services import delete_media_of_owner, delete_media_of_subject
from mysocial.outbox import Cascade


class PostMedia(Cascade):
    """The pictures and videos of a post, those of its earlier versions too."""

    model_label: ClassVar[str] = "posts.post"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        return delete_media_of_subject(pk, limit=limit)


class MediaOfMember(Cascade):
    """Everything they have brought; the files at the host are owed."""

    model_label: ClassVar[str] = "users.user"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        return delete_media_of_owner(pk, limit=limit)
