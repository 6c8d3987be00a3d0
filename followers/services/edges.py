"""Steps that the services of follows, requests, blocks and mutes share."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from followers import selectors
from followers.events import FollowCreated, FollowDeleted, FollowRequested, FollowUnrequested
from followers.models import Block, Follow, FollowRequest
from followers.selectors import Relationship, ViewerRelation
from followers.store import follows
from mysocial.core.errors import NotFound
from mysocial.core.ids import pair_id
from mysocial.store import STALE_ERRORS, Record, Store, Write, reads, retry_on_conflict, write
from notifications.selectors import Recipients
from notifications.services import initialize_cause, notify, retract, retract_all
from users.selectors import require_not_self, user_query
from users.services import increment_user_counters

M = TypeVar("M", bound=Record)
# The notifications of a follow: to the followed member, and to a requester who was accepted.
FOLLOW_KINDS = ("follow", "follow_accepted")


class Counterpart(NamedTuple):
    """The other member of an action: the relationship to them, and whether they are private."""

    relationship: Relationship
    is_private: bool


def get_counterpart(
    user_id: str, other_id: str, *queries: reads.Query[Any], action: str
) -> Counterpart:
    """Return the counterpart of an action; `queries` are executed in the same round trip.

    Raises:
        Invalid: Both ids are the same; the message names the `action`, such as "follow".
        NotFound: The other member does not exist, or one of the two blocks the other.
    """
    require_not_self(user_id, other_id, action)
    other, relationship = user_query(other_id), selectors.relationship_query(user_id, other_id)
    reads.gather(other, relationship, *queries)
    counterpart = Counterpart(relationship.result(), other.result().is_private)
    if counterpart.relationship.blocked:
        raise NotFound
    return counterpart


# Preconditions of writes -------------------------------------------------------------------------


def require_no_block(w: Write, user_id: str, other_id: str) -> None:
    """Make a write fail with `AlreadyExists` if one of the two members blocks the other."""
    w.require_absent(Block, pair_id(user_id, other_id))
    w.require_absent(Block, pair_id(other_id, user_id))


def require_relation(w: Write, viewer_id: str, other_id: str, relation: ViewerRelation) -> None:
    """Make a write fail if a block was created or a follow was deleted since `relation` was read.

    It fails with `AlreadyExists` or `NotFound`. A new follow is no reason to fail, because it only
    permits more.
    """
    require_no_block(w, viewer_id, other_id)
    if relation.follows:
        w.require(Follow, pair_id(viewer_id, other_id))


# Follows -----------------------------------------------------------------------------------------


def add_follow(
    w: Write, follower_id: str, followee_id: str, recipients: Recipients | None = None
) -> None:
    """Create a follow in a write, and notify the followed member.

    `recipients` is the result of `recipients_query` for that member, if it was read already.
    """
    pk = _create_follow(w, follower_id, followee_id)
    notify(w, to=followee_id, kind="follow", actor_id=follower_id, cause=pk, recipients=recipients)


def _create_follow(w: Write, follower_id: str, followee_id: str) -> str:
    """Create a follow in a write, and return its id."""
    pk = pair_id(follower_id, followee_id)
    edge = Follow(id=pk, follower_id=follower_id, followee_id=followee_id)
    w.create(edge)
    _increment_counters(w, edge, 1)
    w.announce(FollowCreated(follower_id, followee_id))
    initialize_cause(w, pk, *FOLLOW_KINDS)
    return pk


def remove_follow_in_write(w: Write, edge: Follow) -> None:
    """Delete a follow in a write, and retract its notifications."""
    delete_follow(w, edge)
    retract_all(w, kinds=FOLLOW_KINDS, cause=str(edge.pk))


def delete_follow(w: Write, edge: Follow) -> None:
    """Delete a follow in a write. The caller retracts its notifications."""
    # Checked, because the notifications that are retracted belong to exactly this follow.
    w.delete(edge, check_revision=True)
    _increment_counters(w, edge, -1)
    w.announce(FollowDeleted(edge.follower_id, edge.followee_id))


@retry_on_conflict
def remove_follow(*, follow_id: str) -> None:
    """Remove any member's follow, on behalf of staff or a cascade.

    Raises:
        NotFound: There is no such follow.
    """
    edge = reads.get_record(follows, follow_id)
    with write(*STALE_ERRORS) as w:
        remove_follow_in_write(w, edge)


def _increment_counters(w: Write, edge: Follow, delta: int) -> None:
    increment_user_counters(w, edge.follower_id, following_count=delta)
    increment_user_counters(w, edge.followee_id, followers_count=delta)


# Follow requests ---------------------------------------------------------------------------------


def add_request(
    w: Write, requester_id: str, target_id: str, recipients: Recipients | None = None
) -> None:
    """Create a follow request in a write, and notify its target.

    `recipients` is the result of `recipients_query` for that member, if it was read already.
    """
    pk = pair_id(requester_id, target_id)
    w.create(FollowRequest(id=pk, requester_id=requester_id, target_id=target_id))
    w.announce(FollowRequested(requester_id, target_id))
    initialize_cause(w, pk, "follow_request")
    notify(
        w,
        to=target_id,
        kind="follow_request",
        actor_id=requester_id,
        cause=pk,
        recipients=recipients,
    )


def cancel_request(w: Write, request: FollowRequest) -> None:
    """Delete a follow request that was withdrawn or declined, in a write."""
    delete_request(w, request)
    w.announce(FollowUnrequested(request.requester_id, request.target_id))


def accept_request_in_write(
    w: Write, request: FollowRequest, *, notifies_target: bool = True
) -> None:
    """Replace a request by a follow in a write, and notify its requester that it was accepted.

    `notifies_target` says whether its target is notified of the follow, as of any other.
    """
    delete_request(w, request)
    requester_id, target_id = request.requester_id, request.target_id
    pk = _create_follow(w, requester_id, target_id)
    if notifies_target:
        notify(w, to=target_id, kind="follow", actor_id=requester_id, cause=pk)
    notify(w, to=requester_id, kind="follow_accepted", actor_id=target_id, cause=pk)


def delete_request(w: Write, request: FollowRequest) -> None:
    """Delete a follow request in a write, and retract its notification.

    The caller announces what replaces it.
    """
    w.delete(request, check_revision=True)
    retract(w, to=request.target_id, kind="follow_request", cause=str(request.pk))


# Any edge ----------------------------------------------------------------------------------------


@retry_on_conflict
def delete_edge(
    store: Store[M], pk: str, delete: Callable[[Write, M], None], relationship: Relationship
) -> Relationship:
    """Delete an edge, if there is one, in a write of its own, and return `relationship`."""
    for edge in reads.get_records(store, [pk]).values():
        # Stale if the edge was deleted, or its notification was marked read, by another write.
        with write(*STALE_ERRORS) as w:
            delete(w, edge)
            w.respond_with(relationship)
    return relationship
