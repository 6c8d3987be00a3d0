"""Visibility of posts, for the apps below."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from mysocial.policies import VisibilityPolicy
from posts import selectors


class PostVisibility(VisibilityPolicy):
    """A post is visible as `can_see_post` says."""

    model_label: ClassVar[str] = "posts.post"

    @classmethod
    def viewers(cls, pk: str, candidates: set[str]) -> set[str]:
        return selectors.current_viewers(pk, candidates)

    @classmethod
    def event_parts(cls, pk: str, owner_id: str) -> list[Any]:
        return selectors.event_audience_parts(pk, owner_id)

    @classmethod
    def event_viewers(cls, context: Mapping[str, str], candidates: set[str]) -> set[str]:
        return selectors.event_viewers(context, candidates)

    @classmethod
    def visible_ids(cls, pks: Sequence[str], viewer_id: str) -> set[str]:
        return {row.id for row in selectors.get_rows(pks, viewer_id=viewer_id)}
