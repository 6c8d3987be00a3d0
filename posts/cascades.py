"""What goes with a deleted post."""

from typing import ClassVar

from mysocial.cascades import Cascade, remove_listed
from posts.store import post_versions


class PostVersions(Cascade):
    """What the post showed before its edits."""

    of: ClassVar[str] = "posts.post"

    @classmethod
    def remove(cls, pk: str, *, limit: int) -> bool:
        return remove_listed(post_versions, "post", pk, limit=limit)
