"""What holds between two people: follows, blocks, mutes and requests."""

import functools
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from followers.store import LIST_CAP, blocks, follow_requests, follows, mutes
from mysocial.core.ids import pair_id, split_pair_id
from mysocial.store import FollowGraph, ViewerCheck, reads, to_json
from users.selectors import suspension_check

MAX_CACHED_VIEWERS = 1000  # whose questions are kept as they were made: about a kilobyte each


class ViewerRelation(NamedTuple):
    """What holds between a viewer and another person."""

    follows: bool  # the viewer follows the other
    blocked: bool  # either blocks the other, or the other is suspended
    mutes: bool  # the viewer mutes the other

    @classmethod
    def from_flags(cls, flags: Sequence[int]) -> "ViewerRelation":
        """Return the relation that the answers to `relation_facts` stand for."""
        return _relation(*flags)


@functools.cache  # of five flags; asked for each row of a page
def _relation(
    follows: int, blocks: int, blocked_by: int, mutes: int, suspended: int
) -> ViewerRelation:
    return ViewerRelation(bool(follows), bool(blocks or blocked_by or suspended), bool(mutes))


class Relationship(NamedTuple):
    """How a member stands to another, as that member may know it."""

    other_id: str
    following: bool = False
    followed_by: bool = False
    blocking: bool = False
    muting: bool = False
    requested: bool = False  # the member asks to follow the other
    blocked_by: bool = False  # by the other, or by a suspension of theirs; not told

    @classmethod
    def from_flags(cls, other_id: str, flags: Sequence[int]) -> "Relationship":
        """Return what the answers to `standing_facts` stand for."""
        return cls(other_id, *_relationship_fields(*flags))

    @property
    def blocked(self) -> bool:
        return self.blocking or self.blocked_by

    def to_json(self) -> bytes:
        """Return its JSON object. Of whom a block hides, nothing but one's own block is told."""
        return b'{"id":%b,%b' % (to_json(self.other_id), _relationship_json(*self[1:]))


@functools.cache  # of truth values; asked for each row of a page
def _relationship_fields(  # noqa: PLR0913, PLR0917 - in the order of `standing_facts`
    follows: int, blocks: int, blocked_by: int, mutes: int, suspended: int, followed_by: int,
    requested: int,
) -> tuple[bool, ...]:  # fmt: skip
    """Return what a `Standing` holds beside the id."""
    hidden = blocked_by or suspended
    return tuple(map(bool, (follows, followed_by, blocks, mutes, requested, hidden)))


@functools.cache
def _relationship_json(*held: bool) -> bytes:
    """Return what is told of a standing, as the rest of its JSON object."""
    one = Relationship("", *held)
    shown = Relationship("", blocking=one.blocking) if one.blocked_by else one
    return to_json({
        "following": shown.following,
        "followed_by": shown.followed_by,
        "blocking": shown.blocking,
        "muting": shown.muting,
        "requested": shown.requested,
    })[1:]  # fmt: skip


@functools.lru_cache(maxsize=MAX_CACHED_VIEWERS)
def relation_checks(viewer_id: str) -> tuple[ViewerCheck, ...]:
    """Return what to ask about each author that `viewer_id` may meet."""
    return (
        (follows.list_key("follower", viewer_id), pair_id(viewer_id, ""), "", follows.prefix),
        (blocks.list_key("blocker", viewer_id), pair_id(viewer_id, ""), "", blocks.prefix),
        (blocks.list_key("blocked", viewer_id), "", pair_id("", viewer_id), blocks.prefix),
        (mutes.list_key("muter", viewer_id), pair_id(viewer_id, ""), "", mutes.prefix),
        suspension_check(),
    )


@functools.lru_cache(maxsize=MAX_CACHED_VIEWERS)
def relationship_checks(viewer_id: str) -> tuple[ViewerCheck, ...]:
    """Return what to ask about each person to whom one stands in some way."""
    requests = follow_requests
    return (
        *relation_checks(viewer_id),
        (follows.list_key("followee", viewer_id), "", pair_id("", viewer_id), follows.prefix),
        (requests.list_key("requester", viewer_id), pair_id(viewer_id, ""), "", requests.prefix),
    )


def relation_query(viewer_id: str, other_id: str) -> reads.Query[ViewerRelation]:
    """Return the question what holds between the viewer and the other."""
    return reads.checks_query(other_id, relation_checks(viewer_id)).map(ViewerRelation.from_flags)


def get_relationships(viewer_id: str, others: Iterable[str]) -> list[Relationship]:
    """Return how the viewer stands to each of `others`, in one round trip; unknown ids too."""
    asked = [relationship_query(viewer_id, one) for one in others]
    reads.gather(*asked)
    return [one.result() for one in asked]


def get_relationship(viewer_id: str, other_id: str) -> Relationship:
    """Return how the viewer stands to the other."""
    return relationship_query(viewer_id, other_id).result()


def relationship_query(viewer_id: str, other_id: str) -> reads.Query[Relationship]:
    """Return the question that `get_standing` asks."""
    asked = reads.checks_query(other_id, relationship_checks(viewer_id))
    return asked.map(lambda flags: Relationship.from_flags(other_id, flags))


def audience_checks(author_id: str) -> list[ViewerCheck]:
    """Return what to ask, in one question, about all who may hear of an author."""
    return [*_edge_checks(author_id), suspension_check(author_id)]


def _edge_checks(author_id: str) -> list[ViewerCheck]:
    return [
        (follows.list_key("followee", author_id), "", pair_id("", author_id), follows.prefix),
        (blocks.list_key("blocked", author_id), "", pair_id("", author_id), blocks.prefix),
        (blocks.list_key("blocker", author_id), pair_id(author_id, ""), "", blocks.prefix),
        (mutes.list_key("muted", author_id), "", pair_id("", author_id), mutes.prefix),
    ]


def excluded_recipients(found: Sequence[set[str]]) -> set[str]:
    """Return who is not to hear of the author, of the answers to `audience_facts`."""
    _, *hidden = found
    return set().union(*hidden)


def relations_to(author_id: str, viewers: Iterable[str]) -> dict[str, ViewerRelation]:
    """Return what holds between each viewer and one author, from the author's lists."""
    return _relations(viewers, audience_checks(author_id))


def _relations(viewers: Iterable[str], facts: Sequence[ViewerCheck]) -> dict[str, ViewerRelation]:
    some = list(viewers)
    follow, blocks_author, blocked_by, mute, *hidden = reads.filter_members(some, facts)
    blocked = blocks_author.union(blocked_by, *hidden)
    known = dict.fromkeys(some, ViewerRelation(follows=False, blocked=False, mutes=False))
    for one in follow | blocked | mute:
        known[one] = ViewerRelation(one in follow, one in blocked, one in mute)
    return known


def who_can_interact(person_id: str, others: set[str]) -> set[str]:
    """Return those of `others` whom the person may meet, and who may meet the person.

    No block stands between the two, and neither is suspended.
    """
    hiding = suspension_check(person_id), suspension_check()
    relations = _relations(others, [*_edge_checks(person_id), *hiding])
    return {other for other in others if not relations[other].blocked}


def not_blocked(person_id: str, others: set[str]) -> set[str]:
    """Return those of `others` between whom and the person no block stands, suspended or not."""
    relations = _relations(others, _edge_checks(person_id))
    return {other for other in others if not relations[other].blocked}


def followers_among(person_id: str, others: set[str]) -> set[str]:
    """Return those of `others` who follow the person."""
    relations = relations_to(person_id, others)
    return {one for one in others if relations[one].follows}


def followed_ids(user_id: str) -> list[str]:
    """Return the ids of those whom a member follows; the newest of them, past `WHOLE`."""
    (edges,) = reads.head_ids(follows, "follower", [user_id], most=LIST_CAP)
    return [split_pair_id(pk)[1] for pk in edges]


FOLLOW_GRAPH = FollowGraph(
    followers=lambda user_id: follows.list_key("followee", user_id),
    following=lambda user_id: follows.list_key("follower", user_id),
    edges=follows.prefix,
    followed=followed_ids,
)


def not_muted(person_id: str, others: set[str]) -> set[str]:
    """Return those of `others` whom the person neither mutes nor is parted from by a block."""
    found = get_relationships(person_id, others)
    return {one.other_id for one in found if not (one.blocked or one.muting)}
