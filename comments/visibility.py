"""Who sees a comment, for those below who tell of one."""

from collections.abc import Sequence
from typing import ClassVar

from comments import selectors
from mysocial.policies import VisibilityPolicy


class CommentVisibility(VisibilityPolicy):
    """A comment, by `can_see_comment`."""

    model_label: ClassVar[str] = "comments.comment"

    @classmethod
    def visible(cls, pks: Sequence[str], to: str) -> set[str]:
        return {row.id for row in selectors.get_rows(pks, to=to)}
