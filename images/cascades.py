"""Deletion of media together with a post or a member."""

from typing import ClassVar

from images.services import delete_media_of_owner, delete_media_of_subject
from mysocial.outbox import Cascade


class MediaOfPost(Cascade):
    """Delete the media of a deleted post, including those of its earlier versions."""

    model_label: ClassVar[str] = "posts.post"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        return delete_media_of_subject(pk, limit=limit)


class MediaOfMember(Cascade):
    """Delete all media of a deleted member, and queue the removal of the files."""

    model_label: ClassVar[str] = "users.user"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        return delete_media_of_owner(pk, limit=limit)
