"""Verbs of follows and blocks: the only writers of edges and of both follow counters."""

from typing import NamedTuple

from followers import selectors
from followers.events import BlockCreated, BlockDeleted, FollowCreated, FollowDeleted
from followers.models import Block, Follow, edge_id
from followers.permissions import can_follow
from followers.selectors import Relation
from followers.store import blocks, follows
from mysocial import reads
from mysocial.errors import AlreadyExists, Conflict, Forbidden, Invalid, NotFound
from mysocial.writes import Write, write
from users.selectors import get_user
from users.services import count

TRIES = 40  # each was lost to somebody who succeeded


class Standing(NamedTuple):
    """How a member stands to another after a verb."""

    other_id: str
    following: bool
    blocking: bool


def begin(w: Write, user_id: str) -> None:
    """Note, within a sign-up, that nobody follows or blocks the new member, nor the other way."""
    w.begin_lists(Follow, user_id, "follower", "followee")
    w.begin_lists(Block, user_id, "blocker", "blocked")


def require_relation(w: Write, viewer_id: str, other_id: str, relation: Relation) -> None:
    """Hold a write to this relation: no block came, and a follow did not end, since it was read.

    `AlreadyExists` or `NotFound`. A follow that came allows only more.
    """
    w.require_absent(Block, edge_id(viewer_id, other_id))
    w.require_absent(Block, edge_id(other_id, viewer_id))
    if relation.follows:
        w.require(Follow, edge_id(viewer_id, other_id))


def follow(*, user_id: str, other_id: str) -> Standing:
    """Follow a member; a second time changes nothing. `NotFound` when either blocks the other."""
    is_private = _check_other(user_id, other_id)
    standing = Standing(other_id, following=True, blocking=False)
    edge = Follow(id=edge_id(user_id, other_id), follower_id=user_id, followee_id=other_id)
    for _ in range(TRIES):
        relation = selectors.get_relation(user_id, other_id)
        if relation.blocked:
            raise NotFound
        if relation.follows:
            return standing
        if not can_follow(user_id, other_id, is_private=is_private):
            raise Forbidden("This account is private.")
        try:
            with write() as w:
                # A block that came since we looked must win.
                w.require_absent(Block, edge_id(user_id, other_id))
                w.require_absent(Block, edge_id(other_id, user_id))
                w.create(edge)
                _count(w, edge, 1)
                w.announce(FollowCreated(user_id, other_id))
                w.returns(standing)
            return standing
        except AlreadyExists:
            continue  # Followed or blocked meanwhile: look again.
    raise Conflict


def unfollow(*, user_id: str, other_id: str) -> Standing:
    """Follow a member no longer; a second time changes nothing. `NotFound` as for `follow`."""
    _check_other(user_id, other_id)
    standing = Standing(other_id, following=False, blocking=False)
    try:
        edge = reads.get(follows, edge_id(user_id, other_id))
        with write() as w:
            _remove_follow(w, edge)
            w.returns(standing)
    except NotFound:
        if selectors.get_relation(user_id, other_id).blocked:
            raise
    return standing


def block(*, user_id: str, other_id: str) -> Standing:
    """Block a member: follows end both ways; effective everywhere when this returns."""
    _check_other(user_id, other_id)
    standing = Standing(other_id, following=False, blocking=True)
    edge = Block(id=edge_id(user_id, other_id), blocker_id=user_id, blocked_id=other_id)
    both = {edge_id(user_id, other_id), edge_id(other_id, user_id)}
    for _ in range(TRIES):
        if reads.get_many(blocks, [edge.id]):
            return standing
        ended = reads.get_many(follows, both)
        try:
            with write() as w:
                # Exactly the follows that were seen end; one made or ended meanwhile: look again.
                for one in ended.values():
                    _remove_follow(w, one)
                for pk in both - set(ended):
                    w.require_absent(Follow, pk)
                w.create(edge)
                w.announce(BlockCreated(user_id, other_id))
                w.returns(standing)
            return standing
        except (AlreadyExists, NotFound):
            continue
    raise Conflict


def unblock(*, user_id: str, other_id: str) -> Standing:
    """Block a member no longer; a second time changes nothing."""
    _check_other(user_id, other_id)
    try:
        edge = reads.get(blocks, edge_id(user_id, other_id))
        standing = Standing(other_id, following=False, blocking=False)
        with write() as w:
            w.delete(edge)
            w.announce(BlockDeleted(user_id, other_id))
            w.returns(standing)
    except NotFound:
        relation = selectors.get_relation(user_id, other_id)
        return Standing(other_id, following=relation.follows, blocking=False)
    return standing


def _check_other(user_id: str, other_id: str) -> bool:
    """Return whether the other's account is private; `NotFound` when there is none."""
    if user_id == other_id:
        raise Invalid("This is yourself.")
    return get_user(other_id).is_private


def _remove_follow(w: Write, edge: Follow) -> None:
    w.delete(edge)
    _count(w, edge, -1)
    w.announce(FollowDeleted(edge.follower_id, edge.followee_id))


def _count(w: Write, edge: Follow, by: int) -> None:
    count(w, edge.follower_id, following_count=by)
    count(w, edge.followee_id, followers_count=by)
