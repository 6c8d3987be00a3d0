"""Visibility policies of chat."""

from collections.abc import Sequence
from typing import ClassVar

from chat import selectors
from followers.selectors import who_can_interact
from mysocial.core.ids import split_pair_id
from mysocial.policies import VisibilityPolicy
from users.selectors import PRESENCE_LABEL


class ParticipantVisibility(VisibilityPolicy):
    """A participant is visible to its member, unless a block separates the two members."""

    model_label: ClassVar[str] = "chat.participant"

    @classmethod
    def viewers(cls, pk: str, candidates: set[str]) -> set[str]:
        user_id, other_id = split_pair_id(pk)
        return selectors.current_members(user_id, other_id, candidates & {user_id})

    @classmethod
    def visible_ids(cls, pks: Sequence[str], viewer_id: str) -> set[str]:
        return selectors.visible_participants(pks, viewer_id=viewer_id)


class PresenceVisibility(VisibilityPolicy):
    """The online status of a member is visible to the members that know them."""

    model_label: ClassVar[str] = PRESENCE_LABEL

    @classmethod
    def viewers(cls, pk: str, candidates: set[str]) -> set[str]:
        # Also checks whether the member is suspended; the others are those that know the member.
        return who_can_interact(pk, selectors.filter_acquainted(pk, candidates))

    @classmethod
    def visible_ids(cls, pks: Sequence[str], viewer_id: str) -> set[str]:
        return selectors.filter_acquainted(viewer_id, set(pks))
