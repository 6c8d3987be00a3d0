"""Who sees what of chat, for those who show it."""

from collections.abc import Sequence
from typing import ClassVar

from chat import selectors
from chat.models import side_ends
from mysocial.policies.visibility import Sight
from users.selectors import PRESENCE


class SideSight(Sight):
    """A side of a conversation: whose it is sees it, unless a block parts the two."""

    of: ClassVar[str] = "chat.side"

    @classmethod
    def viewers(cls, pk: str, among: set[str]) -> set[str]:
        user_id, other_id = side_ends(pk)
        return selectors.members_now(user_id, other_id, among & {user_id})

    @classmethod
    def visible(cls, pks: Sequence[str], to: str) -> set[str]:
        return selectors.sides_seen(pks, to=to)


class PresenceSight(Sight):
    """Whether a member is online: those who know them may know it, if the member shows it."""

    of: ClassVar[str] = PRESENCE

    @classmethod
    def viewers(cls, pk: str, among: set[str]) -> set[str]:
        return selectors.acquainted(pk, among)

    @classmethod
    def visible(cls, pks: Sequence[str], to: str) -> set[str]:
        return selectors.acquainted(to, set(pks))
