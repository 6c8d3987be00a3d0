"""Who sees what of chat, for those who show it."""

from collections.abc import Sequence
from typing import ClassVar

from chat import selectors
from mysocial.core.ids import split_pair_id
from mysocial.policies import VisibilityPolicy
from users.selectors import PRESENCE_LABEL


class ParticipantVisibility(VisibilityPolicy):
    """A side of a conversation: whose it is sees it, unless a block parts the two."""

    model_label: ClassVar[str] = "chat.participant"

    @classmethod
    def viewers(cls, pk: str, among: set[str]) -> set[str]:
        user_id, other_id = split_pair_id(pk)
        return selectors.current_members(user_id, other_id, among & {user_id})

    @classmethod
    def visible(cls, pks: Sequence[str], to: str) -> set[str]:
        return selectors.visible_participants(pks, to=to)


class PresenceVisibility(VisibilityPolicy):
    """Whether a member is online: those who know them may know it, if the member shows it."""

    model_label: ClassVar[str] = PRESENCE_LABEL

    @classmethod
    def viewers(cls, pk: str, among: set[str]) -> set[str]:
        return selectors.acquainted(pk, among)

    @classmethod
    def visible(cls, pks: Sequence[str], to: str) -> set[str]:
        return selectors.acquainted(to, set(pks))
