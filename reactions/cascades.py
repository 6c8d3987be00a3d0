"""Deletion of reactions together with a post or a member."""

from typing import ClassVar

from mysocial.outbox import Cascade, delete_listed, delete_listed_with
from reactions.services import remove_reaction
from reactions.store import reactions


class ReactionsOfPost(Cascade):
    """Delete the reactions to a deleted post. Its totals were deleted with it."""

    model_label: ClassVar[str] = "posts.post"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        return delete_listed(reactions, "post", pk, limit=limit)


class ReactionsOfMember(Cascade):
    """Delete a deleted member's reactions and lower the totals of their posts."""

    model_label: ClassVar[str] = "users.user"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        return delete_listed_with(
            reactions,
            "user",
            pk,
            lambda reaction_id: remove_reaction(reaction_id=reaction_id),
            limit=limit,
        )
