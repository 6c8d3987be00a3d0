"""Visibility of reactions, for the apps below."""

from collections.abc import Sequence
from typing import ClassVar

from mysocial.policies import VisibilityPolicy
from reactions import selectors


class ReactionVisibility(VisibilityPolicy):
    """A reaction is visible with its post, unless its author is blocked either way."""

    model_label: ClassVar[str] = "reactions.reaction"

    @classmethod
    def visible(cls, pks: Sequence[str], to: str) -> set[str]:
        return {row.id for row in selectors.get_rows(pks, viewer_id=to)}
