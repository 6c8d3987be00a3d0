"""What goes with a deleted post, and with a deleted member."""

from typing import ClassVar

from mysocial.outbox.cascades import Cascade, each_listed, remove_listed
from reactions.services import remove_reaction
from reactions.store import reactions


class PostReactions(Cascade):
    """The reactions to a post; its totals go with it."""

    of: ClassVar[str] = "posts.post"

    @classmethod
    def remove(cls, pk: str, *, limit: int) -> bool:
        return remove_listed(reactions, "post", pk, limit=limit)


class ReactionsOfMember(Cascade):
    """How they reacted to posts, whose totals count less then."""

    of: ClassVar[str] = "users.user"

    @classmethod
    def remove(cls, pk: str, *, limit: int) -> bool:
        return each_listed(
            reactions, "user", pk, lambda one: remove_reaction(reaction_id=one), limit=limit
        )
