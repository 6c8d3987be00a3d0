"""Visibility of reactions, for the apps below."""

from collections.abc import Sequence
from typing import ClassVar

from mysocial.policies import VisibilityPolicy
from reactions import selectors


class ReactionVisibility(VisibilityPolicy):
    """A reaction is visible with its post, unless its author is blocked either way."""

    model_label: ClassVar[str] = "reactions.reaction"

    @classmethod
    def visible_ids(cls, pks: Sequence[str], viewer_id: str) -> set[str]:
        return {row.id for row in selectors.get_rows(pks, viewer_id=viewer_id)}
