"""Reads of follows, blocks, mutes and requests: what holds between two people, and lists."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from followers.models import edge_ends, edge_id
from followers.permissions import can_see_follows
from followers.store import WHOLE, blocks, follow_requests, follows, mutes
from followers.wires import (
    blocked_wire,
    followee_wire,
    follower_wire,
    muted_wire,
    requester_wire,
)
from mysocial import reads
from mysocial.errors import NotFound
from mysocial.lists import Entry, Fans
from mysocial.reads import Fact
from mysocial.wire import Row, Wire, literal
from users.selectors import get_user, most_followed, people
from users.wires import person_wire

FRIENDS, THEIRS, POPULAR, SUGGESTED = 50, 30, 200, 10
Found = tuple[list[bytes], Entry | None]


class Relation(NamedTuple):
    """What holds between a viewer and another person."""

    follows: bool  # the viewer follows the other
    blocked: bool  # either blocks the other
    mutes: bool  # the viewer mutes the other

    @classmethod
    def of(cls, flags: Sequence[int]) -> "Relation":
        """Return the relation that the answers to `relation_facts` stand for."""
        return cls(bool(flags[0]), bool(flags[1] or flags[2]), bool(flags[3]))


class Standing(NamedTuple):
    """How a member stands to another, as that member may know it."""

    other_id: str
    following: bool = False
    followed_by: bool = False
    blocking: bool = False
    muting: bool = False
    requested: bool = False  # the member asks to follow the other
    blocked_by: bool = False  # not told

    @classmethod
    def of(cls, other_id: str, flags: Sequence[int]) -> "Standing":
        """Return what the answers to `standing_facts` stand for."""
        following, blocking, blocked_by, muting, followed_by, requested = map(bool, flags)
        return cls(other_id, following, followed_by, blocking, muting, requested, blocked_by)

    @property
    def blocked(self) -> bool:
        return self.blocking or self.blocked_by

    def wire(self) -> bytes:
        """Return its JSON object. Of whom a block hides, nothing but one's own block is told."""
        shown = Standing(self.other_id, blocking=self.blocking) if self.blocked_by else self
        return literal({
            "id": shown.other_id,
            "following": shown.following,
            "followed_by": shown.followed_by,
            "blocking": shown.blocking,
            "muting": shown.muting,
            "requested": shown.requested,
        })  # fmt: skip


def relation_facts(viewer_id: str) -> list[Fact]:
    """Return what to ask about each author that `viewer_id` may meet."""
    return [
        (follows.list_key("follower", viewer_id), edge_id(viewer_id, ""), "", follows.prefix),
        (blocks.list_key("blocker", viewer_id), edge_id(viewer_id, ""), "", blocks.prefix),
        (blocks.list_key("blocked", viewer_id), "", edge_id("", viewer_id), blocks.prefix),
        (mutes.list_key("muter", viewer_id), edge_id(viewer_id, ""), "", mutes.prefix),
    ]


def standing_facts(viewer_id: str) -> list[Fact]:
    """Return what to ask about each person to whom one stands in some way."""
    requests = follow_requests
    return [
        *relation_facts(viewer_id),
        (follows.list_key("followee", viewer_id), "", edge_id("", viewer_id), follows.prefix),
        (requests.list_key("requester", viewer_id), edge_id(viewer_id, ""), "", requests.prefix),
    ]


def get_relation(viewer_id: str, other_id: str) -> Relation:
    """Return what holds between the viewer and the other."""
    return Relation.of(reads.facts(other_id, relation_facts(viewer_id)))


def standings(viewer_id: str, others: Iterable[str]) -> list[Standing]:
    """Return how the viewer stands to each of `others`, in one round trip; unknown ids too."""
    some, facts = list(others), standing_facts(viewer_id)
    answers = reads.ask(*({"kind": "facts", "value": one, "facts": facts} for one in some))
    return [Standing.of(one, flags) for one, flags in zip(some, answers, strict=True)]


def get_standing(viewer_id: str, other_id: str) -> Standing:
    """Return how the viewer stands to the other."""
    return standings(viewer_id, [other_id])[0]


def relations_to(author_id: str, viewers: Iterable[str]) -> dict[str, Relation]:
    """Return what holds between each viewer and one author, from the author's lists."""
    facts = [
        (follows.list_key("followee", author_id), "", edge_id("", author_id), follows.prefix),
        (blocks.list_key("blocked", author_id), "", edge_id("", author_id), blocks.prefix),
        (blocks.list_key("blocker", author_id), edge_id(author_id, ""), "", blocks.prefix),
        (mutes.list_key("muted", author_id), "", edge_id("", author_id), mutes.prefix),
    ]
    some = list(viewers)
    follow, *block, mute = reads.among(some, facts)
    blocked = set().union(*block)
    known = dict.fromkeys(some, Relation(follows=False, blocked=False, mutes=False))
    for one in follow | blocked | mute:
        known[one] = Relation(one in follow, one in blocked, one in mute)
    return known


def unblocked(person_id: str, others: set[str]) -> set[str]:
    """Return those of `others` between whom and the person no block stands."""
    relations = relations_to(person_id, others)
    return {other for other in others if not relations[other].blocked}


def listening(person_id: str, others: set[str]) -> set[str]:
    """Return those of `others` who neither mute the person nor are parted by a block."""
    relations = relations_to(person_id, others)
    return {one for one in others if not (relations[one].blocked or relations[one].mutes)}


def following(person_id: str, others: set[str]) -> set[str]:
    """Return those of `others` who follow the person."""
    relations = relations_to(person_id, others)
    return {one for one in others if relations[one].follows}


def followed_ids(user_id: str) -> list[str]:
    """Return the ids of those whom a member follows; the newest of them, past `WHOLE`."""
    (edges,) = reads.heads(follows, "follower", [user_id], most=WHOLE)
    return [edge_ends(pk)[1] for pk in edges]


FANS = Fans(
    followers=lambda user_id: follows.list_key("followee", user_id),
    following=lambda user_id: follows.list_key("follower", user_id),
    edges=follows.prefix,
    followed=followed_ids,
)


def heard(person_id: str, others: set[str]) -> set[str]:
    """Return those of `others` whom the person neither mutes nor is parted from by a block."""
    found = standings(person_id, others)
    return {one.other_id for one in found if not (one.blocked or one.muting)}


# Lists of people ---------------------------------------------------------------------------------


def followers_of(user_id: str, *, to: str, limit: int, after: Entry | None = None) -> Found:
    """Return who follows a member, newest first; `NotFound` when that is hidden from `to`."""
    _check_follows(user_id, to)
    return _people(follower_wire, "followee", user_id, to=to, limit=limit, after=after)


def followed_by(user_id: str, *, to: str, limit: int, after: Entry | None = None) -> Found:
    """Return whom a member follows, newest first; `NotFound` when that is hidden from `to`."""
    _check_follows(user_id, to)
    return _people(followee_wire, "follower", user_id, to=to, limit=limit, after=after)


def blocked_by(user_id: str, *, limit: int, after: Entry | None = None) -> Found:
    """Return whom a member blocks, newest first: for the member alone."""
    return _people(
        blocked_wire, "blocker", user_id, to=user_id, limit=limit, after=after, hidden=True
    )


def muted_by(user_id: str, *, limit: int, after: Entry | None = None) -> Found:
    """Return whom a member mutes, newest first: for the member alone."""
    return _people(muted_wire, "muter", user_id, to=user_id, limit=limit, after=after)


def requests_to(user_id: str, *, limit: int, after: Entry | None = None) -> Found:
    """Return who asks to follow a member, newest first: for the member alone."""
    return _people(requester_wire, "target", user_id, to=user_id, limit=limit, after=after)


def _check_follows(user_id: str, viewer_id: str) -> None:
    is_private = get_user(user_id).is_private
    relation = get_relation(viewer_id, user_id)
    if not can_see_follows(
        viewer_id,
        user_id,
        is_private=is_private,
        follows=relation.follows,
        blocked=relation.blocked,
    ):
        raise NotFound


def _people(  # noqa: PLR0913 - the question a list answers
    wire: Wire,
    index: str,
    value: str,
    *,
    to: str,
    limit: int,
    after: Entry | None,
    hidden: bool = False,
) -> Found:
    """Return a page of the people whom the edges name, each with how `to` stands to them.

    Whom a block hides from `to` is left out, unless `hidden` asks for them.
    """
    (ref,) = wire.refs

    def standing(row: Row) -> Standing:
        return Standing.of(row.values[ref].decode(), row.facts[ref])

    def keep(rows: list[Row]) -> list[Row]:
        return [r for r in rows if r.joined[ref] and (hidden or not standing(r).blocked)]

    about = {ref: standing_facts(to)}
    rows, following = reads.sift(
        wire, index, value, limit=limit, after=after, about=about, keep=keep
    )
    return [with_standing(wire.render(row), standing(row)) for row in rows], following


def with_standing(shown: bytes, standing: Standing) -> bytes:
    """Return the JSON object of a person with how one stands to them."""
    return b'%s,"relation":%s}' % (shown[:-1], standing.wire())


def suggestions(*, to: str) -> list[bytes]:
    """Return people whom `to` may like to follow: friends of friends, then the most followed.

    Nobody to whom `to` stands in any way already, except that they follow `to`.
    """
    (mine,) = reads.heads(follows, "follower", [to], most=FRIENDS)
    friends = [edge_ends(pk)[1] for pk in mine]
    theirs = reads.heads(follows, "follower", friends, most=THEIRS) if friends else []
    votes = Counter(edge_ends(pk)[1] for edges in theirs for pk in edges)
    found = _strangers(to, [one for one, _ in votes.most_common(POPULAR)])
    if len(found) < SUGGESTED:
        popular = _strangers(to, most_followed(limit=POPULAR))
        found |= {pk: one for pk, one in popular.items() if pk not in found}
    rows = people(list(found))[:SUGGESTED]
    return [with_standing(person_wire.render(row), found[row.id]) for row in rows]


def _strangers(viewer_id: str, candidates: list[str]) -> dict[str, Standing]:
    found = standings(viewer_id, candidates) if candidates else []
    return {
        one.other_id: one
        for one in found
        if one.other_id != viewer_id
        and not (one.following or one.requested or one.muting or one.blocked)
    }
