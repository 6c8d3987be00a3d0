"""Lists of people: who follows whom, who is hidden, who asks, and whom one may like to follow."""

from collections import Counter

from followers.permissions import can_see_follows
from followers.representations import (
    blocked_template,
    followee_template,
    follower_template,
    muted_template,
    requester_template,
)
from followers.selectors.relations import (
    Relationship,
    get_relationships,
    relation_query,
    relationship_checks,
)
from followers.store import follows
from mysocial.core.errors import NotFound
from mysocial.core.ids import split_pair_id
from mysocial.store import Entry, JsonTemplate, Row, pagination, reads
from users.representations import person_template
from users.selectors import get_cards, most_followed_ids, user_query

MAX_FRIENDS, MAX_FOLLOWS_PER_FRIEND, MAX_CANDIDATES, MAX_SUGGESTIONS = 50, 30, 200, 10
PeoplePage = tuple[list[bytes], Entry | None]


def followers_page(
    user_id: str, *, viewer_id: str, limit: int, after: Entry | None = None
) -> PeoplePage:
    """Return who follows a member, newest first; `NotFound` when that is hidden from `to`."""
    listing = _listing(follower_template, "followee", user_id, viewer_id, limit, after)
    return _people_whom_one_sees(listing, user_id, viewer_id)


def following_page(
    user_id: str, *, viewer_id: str, limit: int, after: Entry | None = None
) -> PeoplePage:
    """Return whom a member follows, newest first; `NotFound` when that is hidden from `to`."""
    listing = _listing(followee_template, "follower", user_id, viewer_id, limit, after)
    return _people_whom_one_sees(listing, user_id, viewer_id)


def blocks_page(user_id: str, *, limit: int, after: Entry | None = None) -> PeoplePage:
    """Return whom a member blocks, newest first: for the member alone."""
    listing = _listing(blocked_template, "blocker", user_id, user_id, limit, after)
    return _people(listing, hidden=True)


def mutes_page(user_id: str, *, limit: int, after: Entry | None = None) -> PeoplePage:
    """Return whom a member mutes, newest first: for the member alone."""
    return _people(_listing(muted_template, "muter", user_id, user_id, limit, after))


def follow_requests_page(user_id: str, *, limit: int, after: Entry | None = None) -> PeoplePage:
    """Return who asks to follow a member, newest first: for the member alone."""
    return _people(_listing(requester_template, "target", user_id, user_id, limit, after))


def _people_whom_one_sees(
    listing: pagination.ListQuery, owner_id: str, viewer_id: str
) -> PeoplePage:
    owner, relation = user_query(owner_id), relation_query(viewer_id, owner_id)
    reads.gather(owner, relation, listing)
    holds = relation.result()
    if not can_see_follows(
        viewer_id,
        owner_id,
        is_private=owner.result().is_private,
        follows=holds.follows,
        blocked=holds.blocked,
    ):
        raise NotFound
    return _people(listing)


def _listing(  # noqa: PLR0913, PLR0917 - the question a list answers
    wire: JsonTemplate, index: str, value: str, viewer_id: str, limit: int, after: Entry | None
) -> pagination.ListQuery:
    """Return the question for the edges of a list, and how the viewer stands to whom they name."""
    (ref,) = wire.refs
    about = {ref: relationship_checks(viewer_id)}
    return pagination.ListQuery(wire, index, value, limit=limit, after=after, about=about)


def _people(listing: pagination.ListQuery, *, hidden: bool = False) -> PeoplePage:
    """Return a page of the people whom the edges name, each with how the viewer stands to them.

    Whom a block hides from the viewer is left out, unless `hidden` asks for them.
    """
    wire = listing.wire
    (ref,) = wire.refs

    def standing(row: Row) -> Relationship:
        return Relationship.from_flags(row.value(ref), row.related(ref).checks)

    def keep(rows: list[Row]) -> list[Row]:
        return [r for r in rows if r.related(ref).exists and (hidden or not standing(r).blocked)]

    rows, following = pagination.filter_pages(listing, keep=keep)
    return [with_relationship(wire.render(row), standing(row)) for row in rows], following


def with_relationship(shown: bytes, standing: Relationship) -> bytes:
    """Return the JSON object of a person with how one stands to them."""
    return b'%s,"relation":%s}' % (shown[:-1], standing.to_json())


def suggestions(*, viewer_id: str) -> list[bytes]:
    """Return people whom `to` may like to follow: friends of friends, then the most followed.

    Nobody to whom `to` stands in any way already, except that they follow `to`.
    """
    (mine,) = reads.head_ids(follows, "follower", [viewer_id], most=MAX_FRIENDS)
    friends = [split_pair_id(pk)[1] for pk in mine]
    theirs = (
        reads.head_ids(follows, "follower", friends, most=MAX_FOLLOWS_PER_FRIEND) if friends else []
    )
    votes = Counter(split_pair_id(pk)[1] for edges in theirs for pk in edges)
    found = _strangers(viewer_id, [one for one, _ in votes.most_common(MAX_CANDIDATES)])
    if len(found) < MAX_SUGGESTIONS:
        popular = _strangers(viewer_id, most_followed_ids(limit=MAX_CANDIDATES))
        found |= {pk: one for pk, one in popular.items() if pk not in found}
    rows = get_cards(list(found))[:MAX_SUGGESTIONS]
    return [with_relationship(person_template.render(row), found[row.id]) for row in rows]


def _strangers(viewer_id: str, candidates: list[str]) -> dict[str, Relationship]:
    found = get_relationships(viewer_id, candidates) if candidates else []
    return {
        one.other_id: one
        for one in found
        if one.other_id != viewer_id
        and not (one.following or one.requested or one.muting or one.blocked)
    }
