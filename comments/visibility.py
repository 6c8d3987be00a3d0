"""Visibility of comments and of reactions to them, for the apps below."""

from collections.abc import Sequence
from typing import ClassVar

from comments import selectors
from mysocial.policies import VisibilityPolicy


class CommentVisibility(VisibilityPolicy):
    """A comment is visible as `can_see_comment` says."""

    model_label: ClassVar[str] = "comments.comment"

    @classmethod
    def visible_ids(cls, pks: Sequence[str], viewer_id: str) -> set[str]:
        return {row.id for row in selectors.get_rows(pks, viewer_id=viewer_id)}


class CommentReactionVisibility(VisibilityPolicy):
    """A reaction is visible with its comment, unless its author is blocked either way."""

    model_label: ClassVar[str] = "comments.commentreaction"

    @classmethod
    def visible_ids(cls, pks: Sequence[str], viewer_id: str) -> set[str]:
        return selectors.get_visible_reaction_ids(pks, viewer_id=viewer_id)
