"""Relations between two members: follows, blocks, mutes and follow requests."""

import functools
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from followers.store import LIST_CAP, blocks, follow_requests, follows, mutes
from mysocial.core.ids import pair_id, split_pair_id
from mysocial.policies import history
from mysocial.store import FollowGraph, ViewerCheck, reads, to_json
from users.selectors import suspension_check

MAX_CACHED_VIEWERS = 1000  # whose checks a process keeps, about 1 KB each


class ViewerRelation(NamedTuple):
    """The relation of a viewer to another member, as far as it decides what the viewer sees."""

    follows: bool  # the viewer follows the other
    blocked: bool  # either blocks the other, or the other is suspended
    mutes: bool  # the viewer mutes the other

    @classmethod
    def from_flags(cls, flags: Sequence[int]) -> "ViewerRelation":
        """Return the relation for the results of `relation_checks` or `relationship_checks`."""
        return _viewer_relation(*flags)


@functools.cache  # of flags, because it is called for each row of a page
def _viewer_relation(
    follows: int, blocks: int, blocked_by: int, mutes: int, suspended: int, *_more: int
) -> ViewerRelation:
    return ViewerRelation(bool(follows), bool(blocks or blocked_by or suspended), bool(mutes))


class Relationship(NamedTuple):
    """The relationship of a member to another one, from the member's point of view."""

    other_id: str
    following: bool = False
    followed_by: bool = False
    blocking: bool = False
    muting: bool = False
    requested: bool = False  # the member requested to follow the other
    blocked_by: bool = False  # by the other's block or suspension; never disclosed

    @classmethod
    def from_flags(cls, other_id: str, flags: Sequence[int]) -> "Relationship":
        """Return the relationship for the results of `relationship_checks`."""
        return cls(other_id, *_relationship_fields(*flags))

    @property
    def blocked(self) -> bool:
        """Whether the two may not interact."""
        return self.blocking or self.blocked_by

    def to_json(self) -> bytes:
        """Return the JSON object, which shows nothing but the own block if the other is hidden."""
        return b'{"id":%b,%b' % (to_json(self.other_id), self.members_json())

    def members_json(self) -> bytes:
        """Return the JSON object of the relationship from its second member on."""
        return _relationship_json(*self[1:])


@functools.cache  # of flags, because it is called for each row of a page
def _relationship_fields(  # noqa: PLR0913, PLR0917 - in the order of `relationship_checks`
    follows: int, blocks: int, blocked_by: int, mutes: int, suspended: int, followed_by: int,
    requested: int,
) -> tuple[bool, ...]:  # fmt: skip
    """Return the fields of a `Relationship` after the id."""
    hidden = blocked_by or suspended
    return tuple(map(bool, (follows, followed_by, blocks, mutes, requested, hidden)))


@functools.cache
def _relationship_json(*fields: bool) -> bytes:
    """Return the JSON object of a relationship from its second member on."""
    relationship = Relationship("", *fields)
    if relationship.blocked_by:
        relationship = Relationship("", blocking=relationship.blocking)
    return to_json({
        "following": relationship.following,
        "followed_by": relationship.followed_by,
        "blocking": relationship.blocking,
        "muting": relationship.muting,
        "requested": relationship.requested,
    })[1:]  # fmt: skip


# Of one viewer -----------------------------------------------------------------------------------


@functools.lru_cache(maxsize=MAX_CACHED_VIEWERS)
def relation_checks(viewer_id: str) -> tuple[ViewerCheck, ...]:
    """Return the checks of another member for `ViewerRelation.from_flags`."""
    return (
        ViewerCheck(
            follows.list_key("follower", viewer_id), pair_id(viewer_id, ""), "", follows.prefix
        ),
        ViewerCheck(
            blocks.list_key("blocker", viewer_id), pair_id(viewer_id, ""), "", blocks.prefix
        ),
        ViewerCheck(
            blocks.list_key("blocked", viewer_id), "", pair_id("", viewer_id), blocks.prefix
        ),
        ViewerCheck(mutes.list_key("muter", viewer_id), pair_id(viewer_id, ""), "", mutes.prefix),
        suspension_check(),
    )


@functools.lru_cache(maxsize=MAX_CACHED_VIEWERS)
def relationship_checks(viewer_id: str) -> tuple[ViewerCheck, ...]:
    """Return the checks of another member for `Relationship.from_flags`."""
    requests = follow_requests
    return (
        *relation_checks(viewer_id),
        ViewerCheck(
            follows.list_key("followee", viewer_id), "", pair_id("", viewer_id), follows.prefix
        ),
        ViewerCheck(
            requests.list_key("requester", viewer_id), pair_id(viewer_id, ""), "", requests.prefix
        ),
    )


def relation_query(viewer_id: str, other_id: str) -> reads.Query[ViewerRelation]:
    """Return a query for the viewer's relation to the other member."""
    checks = reads.checks_query(other_id, relation_checks(viewer_id))
    return checks.map(ViewerRelation.from_flags)


def relationship_query(viewer_id: str, other_id: str) -> reads.Query[Relationship]:
    """Return a query for the viewer's relationship to the other member."""
    checks = reads.checks_query(other_id, relationship_checks(viewer_id))
    return checks.map(lambda flags: Relationship.from_flags(other_id, flags))


def get_relationship(viewer_id: str, other_id: str) -> Relationship:
    """Return the viewer's relationship to the other member, who need not exist."""
    return relationship_query(viewer_id, other_id).result()


def get_relationships(viewer_id: str, other_ids: Iterable[str]) -> list[Relationship]:
    """Return the viewer's relationship to each of the others, in one round trip."""
    queries = [relationship_query(viewer_id, other_id) for other_id in other_ids]
    reads.gather(*queries)
    return [query.result() for query in queries]


# Of many members to one --------------------------------------------------------------------------


def audience_checks(author_id: str) -> list[ViewerCheck]:
    """Return the checks of possible recipients of an author's activity, for one batch."""
    return [*_edge_checks(author_id), suspension_check(author_id)]


def _edge_checks(author_id: str) -> list[ViewerCheck]:
    return [
        ViewerCheck(
            follows.list_key("followee", author_id), "", pair_id("", author_id), follows.prefix
        ),
        ViewerCheck(
            blocks.list_key("blocked", author_id), "", pair_id("", author_id), blocks.prefix
        ),
        ViewerCheck(
            blocks.list_key("blocker", author_id), pair_id(author_id, ""), "", blocks.prefix
        ),
        ViewerCheck(mutes.list_key("muted", author_id), "", pair_id("", author_id), mutes.prefix),
    ]


def excluded_recipients(members_by_check: Sequence[set[str]]) -> set[str]:
    """Return the recipients that must not receive an author's activity.

    Args:
        members_by_check: For each of `audience_checks`, the recipients that it holds for.
    """
    _followers, *excluded = members_by_check
    return set().union(*excluded)


def relations_to(author_id: str, viewers: Iterable[str]) -> dict[str, ViewerRelation]:
    """Return the relation of each viewer to one author, from the author's lists."""
    return _relations(author_id, viewers, audience_checks(author_id))


def _relations(
    person_id: str, viewers: Iterable[str], checks: Sequence[ViewerCheck]
) -> dict[str, ViewerRelation]:
    viewer_ids = list(viewers)
    followers, blockers, blocked_by, muters, *hidden = reads.filter_members(viewer_ids, checks)
    blocked = blockers.union(blocked_by, *hidden)
    unrelated = ViewerRelation(follows=False, blocked=False, mutes=False)
    relations = dict.fromkeys(viewer_ids, unrelated)
    for viewer_id in followers | blocked | muters:
        relations[viewer_id] = ViewerRelation(
            viewer_id in followers, viewer_id in blocked, viewer_id in muters
        )
    past = history.past_relations()
    return _relations_then(past, person_id, relations) if past else relations


def _relations_then(
    past: history.PastRelations, person_id: str, relations: dict[str, ViewerRelation]
) -> dict[str, ViewerRelation]:
    """Return relations to a person as they were for one member when an event happened."""
    if person_id == past.member_id:
        return {
            other_id: relation._replace(blocked=relation.blocked or past.was_blocked(other_id))
            for other_id, relation in relations.items()
        }
    if past.member_id in relations:
        relation = relations[past.member_id]
        relations[past.member_id] = relation._replace(
            follows=relation.follows and past.was_following(person_id),
            blocked=relation.blocked or past.was_blocked(person_id),
        )
    return relations


def who_can_interact(person_id: str, others: set[str]) -> set[str]:
    """Return those of `others` that the person may interact with.

    There is no block in either direction, and neither is suspended.
    """
    suspensions = suspension_check(person_id), suspension_check()
    relations = _relations(person_id, others, [*_edge_checks(person_id), *suspensions])
    return {other for other in others if not relations[other].blocked}


def not_blocked(person_id: str, others: set[str]) -> set[str]:
    """Return those of `others` without a block in either direction, suspended or not."""
    relations = _relations(person_id, others, _edge_checks(person_id))
    return {other for other in others if not relations[other].blocked}


def followers_among(person_id: str, others: set[str]) -> set[str]:
    """Return those of `others` that follow the person."""
    relations = relations_to(person_id, others)
    return {other for other in others if relations[other].follows}


def not_muted(person_id: str, others: set[str]) -> set[str]:
    """Return those of `others` that the person has not muted and may interact with."""
    relationships = get_relationships(person_id, others)
    return {
        relationship.other_id
        for relationship in relationships
        if not (relationship.blocked or relationship.muting)
    }


# The follow graph --------------------------------------------------------------------------------


def followed_ids(user_id: str) -> list[str]:
    """Return the ids of the members that a member follows, at most the newest `LIST_CAP`."""
    (edges,) = reads.head_ids(follows, "follower", [user_id], limit=LIST_CAP)
    return [split_pair_id(pk)[1] for pk in edges]


FOLLOW_GRAPH = FollowGraph(
    followers=lambda user_id: follows.list_key("followee", user_id),
    following=lambda user_id: follows.list_key("follower", user_id),
    edges=follows.prefix,
    followed=followed_ids,
    max_followed=LIST_CAP,
)
