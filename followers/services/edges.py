"""What the verbs of edges share: each change of an edge with its counters and its news."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from followers import selectors
from followers.events import FollowCreated, FollowDeleted, FollowRequested, FollowUnrequested
from followers.models import Block, Follow, FollowRequest
from followers.selectors import Relationship, ViewerRelation
from followers.store import follows
from mysocial.core.errors import NotFound
from mysocial.core.ids import pair_id
from mysocial.store import STALE_ERRORS, Record, Store, Write, reads, run_with_retry, write
from notifications.selectors import Recipients
from notifications.services import initialise_cause, notify, retract
from users.selectors import require_not_self, user_query
from users.services import increment_user_counters

M = TypeVar("M", bound=Record)


class Counterpart(NamedTuple):
    """Somebody whom one may meet, and how one stands to them."""

    relationship: Relationship
    is_private: bool


def get_counterpart(
    user_id: str, other_id: str, *beside: reads.Query[Any], action: str
) -> Counterpart:
    """Return how the one stands to the other, in the same round trip as the answers to `beside`.

    `Invalid` when it is oneself; `NotFound` for nobody, or when either blocks the other.
    """
    require_not_self(user_id, other_id, action)
    other, standing = user_query(other_id), selectors.relationship_query(user_id, other_id)
    reads.gather(other, standing, *beside)
    found = Counterpart(standing.result(), other.result().is_private)
    if found.relationship.blocked:
        raise NotFound
    return found


def require_no_block(w: Write, user_id: str, other_id: str) -> None:
    """Let a block that came since we looked win."""
    w.require_absent(Block, pair_id(user_id, other_id))
    w.require_absent(Block, pair_id(other_id, user_id))


def require_relation(w: Write, viewer_id: str, other_id: str, relation: ViewerRelation) -> None:
    """Hold a write to this relation: no block came, and a follow did not end, since it was read.

    `AlreadyExists` or `NotFound`. A follow that came allows only more.
    """
    require_no_block(w, viewer_id, other_id)
    if relation.follows:
        w.require(Follow, pair_id(viewer_id, other_id))


def add_follow(
    w: Write, follower_id: str, followee_id: str, audience: Recipients | None = None
) -> None:
    """Make a follow within a write; of the `audience`, the followed one is told."""
    pk = pair_id(follower_id, followee_id)
    edge = Follow(id=pk, follower_id=follower_id, followee_id=followee_id)
    w.create(edge)
    _increment_counters(w, edge, 1)
    w.announce(FollowCreated(follower_id, followee_id))
    initialise_cause(w, pk, "follow")
    notify(w, to=followee_id, kind="follow", actor_id=follower_id, cause=pk, recipients=audience)


def remove_follow_in_write(w: Write, edge: Follow) -> None:
    """End a follow within a write, and take back what it told."""
    delete_follow(w, edge)
    retract(w, to=edge.followee_id, kind="follow", cause=str(edge.pk))


def delete_follow(w: Write, edge: Follow) -> None:
    """End a follow within a write that takes back itself what the two were told."""
    w.delete(edge, check_revision=True)  # what is taken back was told by this very edge
    _increment_counters(w, edge, -1)
    w.announce(FollowDeleted(edge.follower_id, edge.followee_id))


def remove_follow(*, follow_id: str) -> None:
    """End anybody's follow, as staff. `NotFound`."""
    run_with_retry(lambda: _remove_follow(follow_id))


def _remove_follow(follow_id: str) -> None:
    edge = reads.get_record(follows, follow_id)
    with write(*STALE_ERRORS) as w:
        remove_follow_in_write(w, edge)


def add_request(
    w: Write, requester_id: str, target_id: str, audience: Recipients | None = None
) -> None:
    """Ask to follow within a write; of the `audience`, the one who is asked is told."""
    pk = pair_id(requester_id, target_id)
    w.create(FollowRequest(id=pk, requester_id=requester_id, target_id=target_id))
    w.announce(FollowRequested(requester_id, target_id))
    initialise_cause(w, pk, "follow_request")
    notify(
        w, to=target_id, kind="follow_request", actor_id=requester_id, cause=pk, recipients=audience
    )


def cancel_request(w: Write, request: FollowRequest) -> None:
    """End a request, which was withdrawn or refused, within a write."""
    accept_request_record(w, request)
    w.announce(FollowUnrequested(request.requester_id, request.target_id))


def accept_request_record(w: Write, request: FollowRequest) -> None:
    """End a request within the write that makes the follow it asked for, which tells of both."""
    w.delete(request, check_revision=True)
    retract(w, to=request.target_id, kind="follow_request", cause=str(request.pk))


def delete_edge(
    store: Store[M], pk: str, end: Callable[[Write, M], None], standing: Relationship
) -> Relationship:
    """End an edge in a write of its own and return `standing`; there need not be one."""
    return run_with_retry(lambda: _delete_edge(store, pk, end, standing))


def _delete_edge(
    store: Store[M], pk: str, end: Callable[[Write, M], None], standing: Relationship
) -> Relationship:
    for edge in reads.get_records(store, [pk]).values():
        with write(*STALE_ERRORS) as w:  # ended, or what it told was marked, meanwhile
            end(w, edge)
            w.respond_with(standing)
    return standing


def _increment_counters(w: Write, edge: Follow, by: int) -> None:
    increment_user_counters(w, edge.follower_id, following_count=by)
    increment_user_counters(w, edge.followee_id, followers_count=by)
