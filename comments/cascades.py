"""What goes with a deleted post."""

from typing import ClassVar

from comments import services
from mysocial.cascades import Cascade


class CommentsOfPost(Cascade):
    """The comments under it."""

    of: ClassVar[str] = "posts.post"

    @classmethod
    def remove(cls, pk: str, *, limit: int) -> bool:
        return services.remove_of_post(post_id=pk, limit=limit)
