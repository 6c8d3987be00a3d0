"""What goes with a deleted member."""

from typing import ClassVar

from mysocial.cascades import Cascade, each_listed
from posts.services import remove_post
from posts.store import posts


class PostsOfMember(Cascade):
    """What they wrote, with all that hangs on it."""

    of: ClassVar[str] = "users.user"

    @classmethod
    def remove(cls, pk: str, *, limit: int) -> bool:
        return each_listed(posts, "author", pk, lambda one: remove_post(post_id=one), limit=limit)
