"""What goes with a deleted post, and with a deleted member."""

from typing import ClassVar

from mysocial.outbox.cascades import Cascade, each_listed, remove_listed
from posts.services import remove_post
from posts.store import post_versions, posts


class PostVersions(Cascade):
    """What the post showed before its edits."""

    of: ClassVar[str] = "posts.post"

    @classmethod
    def remove(cls, pk: str, *, limit: int) -> bool:
        return remove_listed(post_versions, "post", pk, limit=limit)


class PostsOfMember(Cascade):
    """What they wrote, with all that hangs on it."""

    of: ClassVar[str] = "users.user"

    @classmethod
    def remove(cls, pk: str, *, limit: int) -> bool:
        return each_listed(posts, "author", pk, lambda one: remove_post(post_id=one), limit=limit)
