"""Blocks and mutes."""

from followers import selectors
from followers.events import BlockCreated, BlockDeleted, MuteCreated, MuteDeleted
from followers.models import Block, Follow, FollowRequest, Mute
from followers.selectors import Relationship
from followers.services.edges import (
    delete_edge,
    delete_follow,
    get_counterpart,
    require_no_block,
)
from followers.store import blocks, follow_requests, follows, mutes
from mysocial.core.errors import AlreadyExists
from mysocial.core.ids import pair_id
from mysocial.outbox import queue_cascade
from mysocial.store import STALE_ERRORS, Write, reads, run_with_retry, write
from notifications.services import retract_between
from users.events import UserHidden, UserShown
from users.selectors import require_other_exists


def block(*, user_id: str, other_id: str) -> Relationship:
    """Block a member: follows and requests end both ways; effective when this returns."""
    require_other_exists(user_id, other_id, "block")
    return run_with_retry(lambda: _block(user_id, other_id))


def _block(user_id: str, other_id: str) -> Relationship:
    edge = Block(id=pair_id(user_id, other_id), blocker_id=user_id, blocked_id=other_id)
    both = {pair_id(user_id, other_id), pair_id(other_id, user_id)}
    standing = selectors.get_relationship(user_id, other_id)._replace(
        following=False, followed_by=False, requested=False, blocking=True
    )
    if reads.get_records(blocks, [edge.id]):
        return standing
    ended, asked = reads.get_records(follows, both), reads.get_records(follow_requests, both)
    # Exactly the edges that were seen end; one made or ended meanwhile: look again.
    with write(*STALE_ERRORS) as w:
        for one in ended.values():
            delete_follow(w, one)
        for request in asked.values():
            w.delete(request)
        for pk in both - set(ended):
            w.require_absent(Follow, pk)
        for pk in both - set(asked):
            w.require_absent(FollowRequest, pk)
        w.create(edge)
        w.announce(BlockCreated(user_id, other_id))
        w.announce(UserHidden(user_id, from_id=other_id))
        retract_between(w, user_id, other_id)
        queue_cascade(w, edge)  # what is left of what they were told
        w.respond_with(standing)
    return standing


def unblock(*, user_id: str, other_id: str) -> Relationship:
    """Block a member no longer; a second time changes nothing."""
    require_other_exists(user_id, other_id, "block")
    standing = selectors.get_relationship(user_id, other_id)._replace(blocking=False)
    return delete_edge(blocks, pair_id(user_id, other_id), _unblock, standing)


def _unblock(w: Write, edge: Block) -> None:
    w.delete(edge)
    w.announce(BlockDeleted(edge.blocker_id, edge.blocked_id))
    w.announce(UserShown(edge.blocker_id, from_id=edge.blocked_id))


def mute(*, user_id: str, other_id: str) -> Relationship:
    """Mute a member, who notices nothing; a second time changes nothing.

    `NotFound` when either blocks the other.
    """
    return run_with_retry(lambda: _mute(user_id, other_id))


def _mute(user_id: str, other_id: str) -> Relationship:
    standing = get_counterpart(user_id, other_id, action="mute").relationship
    if standing.muting:
        return standing
    standing = standing._replace(muting=True)
    with write(AlreadyExists) as w:
        require_no_block(w, user_id, other_id)
        w.create(Mute(id=pair_id(user_id, other_id), muter_id=user_id, muted_id=other_id))
        w.announce(MuteCreated(user_id, other_id))
        w.respond_with(standing)
    return standing


def unmute(*, user_id: str, other_id: str) -> Relationship:
    """Mute a member no longer; a second time changes nothing. `NotFound` as for `mute`."""
    standing = get_counterpart(user_id, other_id, action="mute").relationship._replace(muting=False)
    return delete_edge(mutes, pair_id(user_id, other_id), _unmute, standing)


def _unmute(w: Write, edge: Mute) -> None:
    w.delete(edge)
    w.announce(MuteDeleted(edge.muter_id, edge.muted_id))
