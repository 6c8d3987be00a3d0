"""Blocks and mutes."""

from followers import selectors
from followers.events import BlockCreated, BlockDeleted, MuteCreated, MuteDeleted
from followers.models import Block, Follow, FollowRequest, Mute
from followers.selectors import Relationship
from followers.services.edges import delete_edge, delete_follow, get_counterpart, require_no_block
from followers.store import blocks, follow_requests, follows, mutes
from mysocial.core.errors import AlreadyExists, NotFound
from mysocial.core.ids import pair_id
from mysocial.outbox import queue_cascade
from mysocial.store import STALE_ERRORS, Write, reads, retry_on_conflict, write
from notifications.services import retract_between
from users.events import UserHidden, UserShown
from users.selectors import require_not_self, user_query, users_query

# What a block keeps of the blocked member.
CARD_FIELDS = ("username", "display_name", "avatar_color", "avatar_url", "is_private")


@retry_on_conflict
def block(*, user_id: str, other_id: str) -> Relationship:
    """Block a member, effective at once; a repetition changes nothing.

    Follows and follow requests between the two are deleted, and notifications retracted. The block
    keeps what the member can see of the other now, for the member's list of blocks.

    Raises:
        Invalid: Both ids are the same.
        NotFound: The other member does not exist, or blocks the member: the two must not differ.
    """
    require_not_self(user_id, other_id, "block")
    pk = pair_id(user_id, other_id)
    edge_query, other_query = reads.optional_record_query(blocks, pk), user_query(other_id)
    relationship_query = selectors.relationship_query(user_id, other_id)
    reads.gather(edge_query, other_query, relationship_query)
    relationship = relationship_query.result()._replace(
        following=False, followed_by=False, requested=False, blocking=True
    )
    if edge_query.result():
        return relationship
    other = other_query.result()
    if relationship.blocked_by:
        raise NotFound
    edge = Block(id=pk, blocker_id=user_id, blocked_id=other_id)
    for name in CARD_FIELDS:
        setattr(edge, name, getattr(other, name))
    # Stale if another write created or deleted a follow, a request or a block between the two.
    with write(*STALE_ERRORS, AlreadyExists) as w:
        w.require_absent(Block, pair_id(other_id, user_id))
        _delete_follows_and_requests(w, user_id, other_id)
        w.create(edge)
        w.announce(BlockCreated(user_id, other_id))
        w.announce(UserHidden(user_id, from_id=other_id))
        retract_between(w, user_id, other_id)
        queue_cascade(w, edge)  # retracts the older notifications between the two
        w.respond_with(relationship)
    return relationship


def _delete_follows_and_requests(w: Write, user_id: str, other_id: str) -> None:
    """Delete the follows and requests between two members, and require that no other exists."""
    pks = {pair_id(user_id, other_id), pair_id(other_id, user_id)}
    edges, requests = reads.get_records(follows, pks), reads.get_records(follow_requests, pks)
    for edge in edges.values():
        delete_follow(w, edge)
    for request in requests.values():
        w.delete(request)
    for pk in pks - set(edges):
        w.require_absent(Follow, pk)
    for pk in pks - set(requests):
        w.require_absent(FollowRequest, pk)


def unblock(*, user_id: str, other_id: str) -> Relationship:
    """Unblock a member; a repetition changes nothing.

    Raises:
        Invalid: Both ids are the same.
        NotFound: The member does not block the other, who does not exist or blocks the member.
    """
    require_not_self(user_id, other_id, "block")
    pk = pair_id(user_id, other_id)
    edge_query = reads.optional_record_query(blocks, pk)
    other_query = users_query([other_id])
    relationship_query = selectors.relationship_query(user_id, other_id)
    reads.gather(edge_query, other_query, relationship_query)
    relationship = relationship_query.result()
    if not edge_query.result() and (relationship.blocked_by or not other_query.result()):
        raise NotFound
    return delete_edge(blocks, pk, _delete_block, relationship._replace(blocking=False))


@retry_on_conflict
def remove_block(*, block_id: str, erased_id: str) -> None:
    """Delete a block of or by an erased member, for a cascade.

    It is announced to the other one only, whose replay depends on it: while the block existed, they
    received no events about the erased member.

    Raises:
        NotFound: There is no such block.
    """
    edge = reads.get_record(blocks, block_id)
    with write(*STALE_ERRORS) as w:
        w.delete(edge)
        if edge.blocker_id == erased_id:
            w.announce(UserShown(erased_id, from_id=edge.blocked_id))
        else:
            w.announce(BlockDeleted(edge.blocker_id, erased_id))


def _delete_block(w: Write, edge: Block) -> None:
    w.delete(edge)
    w.announce(BlockDeleted(edge.blocker_id, edge.blocked_id))
    w.announce(UserShown(edge.blocker_id, from_id=edge.blocked_id))


@retry_on_conflict
def mute(*, user_id: str, other_id: str) -> Relationship:
    """Mute a member without their knowledge; a repetition changes nothing.

    Raises:
        Invalid: Both ids are the same.
        NotFound: The other member does not exist, or one of the two blocks the other.
    """
    relationship = get_counterpart(user_id, other_id, action="mute").relationship
    if relationship.muting:
        return relationship
    relationship = relationship._replace(muting=True)
    with write(AlreadyExists) as w:
        require_no_block(w, user_id, other_id)
        w.create(Mute(id=pair_id(user_id, other_id), muter_id=user_id, muted_id=other_id))
        w.announce(MuteCreated(user_id, other_id))
        w.respond_with(relationship)
    return relationship


def unmute(*, user_id: str, other_id: str) -> Relationship:
    """Unmute a member; a repetition changes nothing.

    Raises:
        Invalid: Both ids are the same.
        NotFound: The other member does not exist, or one of the two blocks the other.
    """
    relationship = get_counterpart(user_id, other_id, action="mute").relationship
    return delete_edge(
        mutes, pair_id(user_id, other_id), _delete_mute, relationship._replace(muting=False)
    )


def _delete_mute(w: Write, edge: Mute) -> None:
    w.delete(edge)
    w.announce(MuteDeleted(edge.muter_id, edge.muted_id))
