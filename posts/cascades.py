"""What goes with a deleted post, and with a deleted member."""

from typing import ClassVar

from mysocial.outbox import Cascade, delete_listed, delete_listed_with
from posts.services import remove_post
from posts.store import post_versions, posts


class PostVersions(Cascade):
    """What the post showed before its edits."""

    model_label: ClassVar[str] = "posts.post"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        return delete_listed(post_versions, "post", pk, limit=limit)


class PostsOfMember(Cascade):
    """What they wrote, with all that hangs on it."""

    model_label: ClassVar[str] = "users.user"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        return delete_listed_with(
            posts, "author", pk, lambda one: remove_post(post_id=one), limit=limit
        )
