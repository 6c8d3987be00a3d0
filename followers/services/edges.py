"""What the verbs of edges share: each change of an edge with its counters and its news."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from followers import selectors
from followers.events import FollowCreated, FollowDeleted, FollowRequested, FollowUnrequested
from followers.models import Block, Follow, FollowRequest, edge_id
from followers.selectors import Relation, Standing
from followers.store import follows
from mysocial.core.errors import Invalid, NotFound
from mysocial.store import reads
from mysocial.store.models import Record
from mysocial.store.store import Store
from mysocial.store.writes import MOVED, Write, again, write
from notifications.selectors import Audience
from notifications.services import begin_cause, notify, withdraw
from users.selectors import asked_user, get_user
from users.services import count

M = TypeVar("M", bound=Record)


def check_self(user_id: str, other_id: str) -> None:
    """Raise `Invalid` when it is oneself."""
    if user_id == other_id:
        raise Invalid("This is yourself.")


def check_other(user_id: str, other_id: str) -> None:
    """Raise `NotFound` when there is no such member; `Invalid` when it is oneself."""
    check_self(user_id, other_id)
    get_user(other_id)


class Met(NamedTuple):
    """Somebody whom one may meet, and how one stands to them."""

    standing: Standing
    is_private: bool


def meet(user_id: str, other_id: str, *beside: reads.Asked[Any]) -> Met:
    """Return how the one stands to the other, in the same round trip as the answers to `beside`.

    `Invalid` when it is oneself; `NotFound` for nobody, or when either blocks the other.
    """
    check_self(user_id, other_id)
    other, standing = asked_user(other_id), selectors.asked_standing(user_id, other_id)
    reads.together(other, standing, *beside)
    found = Met(standing.get(), other.get().is_private)
    if found.standing.blocked:
        raise NotFound
    return found


def require_no_block(w: Write, user_id: str, other_id: str) -> None:
    """Let a block that came since we looked win."""
    w.require_absent(Block, edge_id(user_id, other_id))
    w.require_absent(Block, edge_id(other_id, user_id))


def require_relation(w: Write, viewer_id: str, other_id: str, relation: Relation) -> None:
    """Hold a write to this relation: no block came, and a follow did not end, since it was read.

    `AlreadyExists` or `NotFound`. A follow that came allows only more.
    """
    require_no_block(w, viewer_id, other_id)
    if relation.follows:
        w.require(Follow, edge_id(viewer_id, other_id))


def add_follow(
    w: Write, follower_id: str, followee_id: str, audience: Audience | None = None
) -> None:
    """Make a follow within a write; of the `audience`, the followed one is told."""
    pk = edge_id(follower_id, followee_id)
    edge = Follow(id=pk, follower_id=follower_id, followee_id=followee_id)
    w.create(edge)
    _count(w, edge, 1)
    w.announce(FollowCreated(follower_id, followee_id))
    begin_cause(w, pk, "follow")
    notify(w, to=followee_id, kind="follow", actor_id=follower_id, cause=pk, audience=audience)


def end_follow(w: Write, edge: Follow) -> None:
    """End a follow within a write, and take back what it told."""
    cut_follow(w, edge)
    withdraw(w, to=edge.followee_id, kind="follow", cause=str(edge.pk))


def cut_follow(w: Write, edge: Follow) -> None:
    """End a follow within a write that takes back itself what the two were told."""
    w.delete(edge, strict=True)  # what is taken back was told by this very edge
    _count(w, edge, -1)
    w.announce(FollowDeleted(edge.follower_id, edge.followee_id))


def remove_follow(*, follow_id: str) -> None:
    """End anybody's follow, as staff. `NotFound`."""
    again(lambda: _remove_follow(follow_id))


def _remove_follow(follow_id: str) -> None:
    edge = reads.get(follows, follow_id)
    with write(*MOVED) as w:
        end_follow(w, edge)


def add_request(
    w: Write, requester_id: str, target_id: str, audience: Audience | None = None
) -> None:
    """Ask to follow within a write; of the `audience`, the one who is asked is told."""
    pk = edge_id(requester_id, target_id)
    w.create(FollowRequest(id=pk, requester_id=requester_id, target_id=target_id))
    w.announce(FollowRequested(requester_id, target_id))
    begin_cause(w, pk, "follow_request")
    notify(
        w, to=target_id, kind="follow_request", actor_id=requester_id, cause=pk, audience=audience
    )


def end_request(w: Write, request: FollowRequest) -> None:
    """End a request, which was withdrawn or refused, within a write."""
    grant_request(w, request)
    w.announce(FollowUnrequested(request.requester_id, request.target_id))


def grant_request(w: Write, request: FollowRequest) -> None:
    """End a request within the write that makes the follow it asked for, which tells of both."""
    w.delete(request, strict=True)
    withdraw(w, to=request.target_id, kind="follow_request", cause=str(request.pk))


def end_edge(
    store: Store[M], pk: str, end: Callable[[Write, M], None], standing: Standing
) -> Standing:
    """End an edge in a write of its own and return `standing`; there need not be one."""
    return again(lambda: _end_edge(store, pk, end, standing))


def _end_edge(
    store: Store[M], pk: str, end: Callable[[Write, M], None], standing: Standing
) -> Standing:
    for edge in reads.get_many(store, [pk]).values():
        with write(*MOVED) as w:  # ended, or what it told was marked, meanwhile
            end(w, edge)
            w.returns(standing)
    return standing


def _count(w: Write, edge: Follow, by: int) -> None:
    count(w, edge.follower_id, following_count=by)
    count(w, edge.followee_id, followers_count=by)
