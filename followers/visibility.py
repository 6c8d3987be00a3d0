"""Visibility of follows and follow requests, for notifications about them."""

from collections.abc import Sequence
from typing import Any, ClassVar

from followers.store import follow_requests, follows
from mysocial.core.ids import split_pair_id
from mysocial.policies import VisibilityPolicy
from mysocial.store import Store, reads


class _EdgeVisibility(VisibilityPolicy):
    """An edge, which a block deletes, is visible to the two members that it joins."""

    store: ClassVar[Store[Any]]

    @classmethod
    def viewers(cls, pk: str, candidates: set[str]) -> set[str]:
        return candidates & set(split_pair_id(pk)) if reads.get_records(cls.store, [pk]) else set()

    @classmethod
    def visible_ids(cls, pks: Sequence[str], viewer_id: str) -> set[str]:
        return {pk for pk in reads.get_records(cls.store, pks) if viewer_id in split_pair_id(pk)}


class FollowVisibility(_EdgeVisibility):
    """Visibility of a follow."""

    model_label: ClassVar[str] = "followers.follow"
    store = follows


class FollowRequestVisibility(_EdgeVisibility):
    """Visibility of a follow request."""

    model_label: ClassVar[str] = "followers.followrequest"
    store = follow_requests
