"""Who sees a follow and a request, for those below who tell of one: the two, while no block parts
them."""

from collections.abc import Sequence
from typing import Any, ClassVar

from followers.store import follow_requests, follows
from mysocial.core.ids import split_pair_id
from mysocial.policies import VisibilityPolicy
from mysocial.store import Store, reads


class _EdgeVisibility(VisibilityPolicy):
    """An edge that ends with a block; those whom it joins see it."""

    store: ClassVar[Store[Any]]

    @classmethod
    def viewers(cls, pk: str, among: set[str]) -> set[str]:
        return among & set(split_pair_id(pk)) if reads.get_records(cls.store, [pk]) else set()

    @classmethod
    def visible(cls, pks: Sequence[str], to: str) -> set[str]:
        return {pk for pk in reads.get_records(cls.store, pks) if to in split_pair_id(pk)}


class FollowVisibility(_EdgeVisibility):
    """A follow."""

    model_label: ClassVar[str] = "followers.follow"
    store = follows


class FollowRequestVisibility(_EdgeVisibility):
    """A request to follow."""

    model_label: ClassVar[str] = "followers.followrequest"
    store = follow_requests
