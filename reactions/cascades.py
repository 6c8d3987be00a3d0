"""What goes with a deleted post, and with a deleted member."""

from typing import ClassVar

from mysocial.outbox import Cascade, delete_listed, delete_listed_with
from reactions.services import remove_reaction
from reactions.store import reactions


class PostReactions(Cascade):
    """The reactions to a post; its totals go with it."""

    model_label: ClassVar[str] = "posts.post"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        return delete_listed(reactions, "post", pk, limit=limit)


class ReactionsOfMember(Cascade):
    """How they reacted to posts, whose totals count less then."""

    model_label: ClassVar[str] = "users.user"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        return delete_listed_with(
            reactions, "user", pk, lambda one: remove_reaction(reaction_id=one), limit=limit
        )
