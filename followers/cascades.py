"""Cascades of follows, requests, blocks and mutes."""

from typing import ClassVar

from followers.services import accept_waiting_request, is_public, remove_block, remove_follow
from followers.store import blocks, follow_requests, follows, mutes
from mysocial.outbox import Cascade, delete_listed, delete_listed_with
from users.services import OPENED_ACCOUNT

STORES_WITHOUT_COUNTERS = (
    (follow_requests, ("requester", "target")),
    (mutes, ("muter", "muted")),
)


class EdgeCascade(Cascade):
    """Deletes a member's follows, requests and mutes, in both directions.

    Each follow is removed by its service, because it is counted at the other member.
    """

    model_label: ClassVar[str] = "users.user"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        finished = [
            delete_listed_with(
                follows,
                index,
                pk,
                lambda follow_id: remove_follow(follow_id=follow_id),
                limit=limit,
            )
            for index in ("follower", "followee")
        ]
        finished += [
            delete_listed(store, index, pk, limit=limit)
            for store, indexes in STORES_WITHOUT_COUNTERS
            for index in indexes
        ]
        return all(finished)


class BlockCascade(Cascade):
    """Deletes a member's blocks, in both directions.

    This is last, because until then a block hides what the other cascades announce.
    """

    model_label: ClassVar[str] = "users.user"
    is_last: ClassVar[bool] = True

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        def delete(block_id: str) -> None:
            remove_block(block_id=block_id, erased_id=pk)

        finished = [
            delete_listed_with(blocks, index, pk, delete, limit=limit)
            for index in ("blocker", "blocked")
        ]
        return all(finished)


class WaitingRequestsCascade(Cascade):
    """Accepts the requests to follow an account that became public.

    It stops if the account becomes private again: the other requests then wait for its owner.
    """

    model_label: ClassVar[str] = OPENED_ACCOUNT

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        return not is_public(pk) or delete_listed_with(
            follow_requests,
            "target",
            pk,
            lambda request_id: accept_waiting_request(request_id=request_id),
            limit=limit,
        )
