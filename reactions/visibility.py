"""Who sees a reaction, for those below who tell of one."""

from collections.abc import Sequence
from typing import ClassVar

from mysocial.policies import VisibilityPolicy
from reactions import selectors


class ReactionVisibility(VisibilityPolicy):
    """A reaction: it follows its post, and a block hides it."""

    model_label: ClassVar[str] = "reactions.reaction"

    @classmethod
    def visible(cls, pks: Sequence[str], to: str) -> set[str]:
        return {row.id for row in selectors.get_rows(pks, to=to)}
