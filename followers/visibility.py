"""Who sees a follow and a request, for those below who tell of one: the two, while no block parts
them."""

from collections.abc import Sequence
from typing import Any, ClassVar

from followers.models import edge_ends
from followers.store import follow_requests, follows
from mysocial.policies import VisibilityPolicy
from mysocial.store import Store, reads


class _EdgeSight(VisibilityPolicy):
    """An edge that ends with a block; those whom it joins see it."""

    store: ClassVar[Store[Any]]

    @classmethod
    def viewers(cls, pk: str, among: set[str]) -> set[str]:
        return among & set(edge_ends(pk)) if reads.get_records(cls.store, [pk]) else set()

    @classmethod
    def visible(cls, pks: Sequence[str], to: str) -> set[str]:
        return {pk for pk in reads.get_records(cls.store, pks) if to in edge_ends(pk)}


class FollowSight(_EdgeSight):
    """A follow."""

    model_label: ClassVar[str] = "followers.follow"
    store = follows


class RequestSight(_EdgeSight):
    """A request to follow."""

    model_label: ClassVar[str] = "followers.followrequest"
    store = follow_requests
