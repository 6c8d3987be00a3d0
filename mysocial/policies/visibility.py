"""Visibility policies: who may see a record now.

`notifications`, `images` and `realtime` show records of apps above them. Each app declares a
`VisibilityPolicy` per model in its `visibility.py`. A record without a policy is visible to nobody.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

POLICIES: dict[str, "type[VisibilityPolicy]"] = {}


class VisibilityPolicy:
    """Who may see the records of one model. Defining a subclass registers it."""

    model_label: ClassVar[str] = ""  # such as `posts.post`

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        POLICIES[cls.model_label] = cls

    @classmethod
    def viewers(cls, pk: str, candidates: set[str]) -> set[str]:
        """Return the members of `candidates` that may see the record; none when it is gone.

        Override this where one query can answer for all of them.
        """
        return {viewer_id for viewer_id in candidates if cls.visible_ids([pk], viewer_id)}

    @classmethod
    def event_parts(cls, pk: str, owner_id: str) -> list[Any]:
        """Return `Event.audience_parts` of an event about the record of an owner.

        They are for `event_viewers`, for models whose records become visible and hidden.
        """
        raise NotImplementedError

    @classmethod
    def event_viewers(cls, context: Mapping[str, str], candidates: set[str]) -> set[str]:
        """Return the candidates that may see the record of an event now, and could see it then."""
        raise NotImplementedError

    @classmethod
    def visible_ids(cls, pks: Sequence[str], viewer_id: str) -> set[str]:
        """Return the ids of those records that the viewer may see."""
        raise NotImplementedError


def filter_viewers(label: str, pk: str, candidates: set[str]) -> set[str]:
    """Return the members of `candidates` that may see this record."""
    policy = POLICIES.get(label)
    return policy.viewers(pk, candidates) if policy and candidates else set()


def visible_ids(label: str, pks: Sequence[str], viewer_id: str) -> set[str]:
    """Return the ids of those records that the viewer may see."""
    policy = POLICIES.get(label)
    return policy.visible_ids(pks, viewer_id) if policy and pks else set()


def event_parts(label: str, pk: str, owner_id: str) -> list[Any]:
    """Return `VisibilityPolicy.event_parts` for an event about this record."""
    return POLICIES[label].event_parts(pk, owner_id)


def event_viewers(label: str, context: Mapping[str, str], candidates: set[str]) -> set[str]:
    """Return `VisibilityPolicy.event_viewers` for an event about a record of this model."""
    return POLICIES[label].event_viewers(context, candidates)
