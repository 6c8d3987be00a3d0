"""Lists of people: followers, followed, blocked and muted members, requesters."""

from followers.permissions import can_see_follows
from followers.representations import (
    blocked_template,
    followee_template,
    follower_template,
    muted_template,
    present_blocked_template,
    requester_template,
)
from followers.selectors.relations import (
    Relationship,
    relation_query,
    relationship_checks,
)
from mysocial.core.errors import NotFound
from mysocial.store import Entry, JsonTemplate, Row, pagination, reads
from users.selectors import user_query

PeoplePage = tuple[list[bytes], Entry | None]


def followers_page(
    user_id: str, *, viewer_id: str, limit: int, after: Entry | None = None
) -> PeoplePage:
    """Return a page of a member's followers, newest first.

    Raises:
        NotFound: The viewer may not see the member's follows.
    """
    query = _edges_query(follower_template, "followee", user_id, viewer_id, limit, after)
    return _visible_follows(query, user_id, viewer_id)


def following_page(
    user_id: str, *, viewer_id: str, limit: int, after: Entry | None = None
) -> PeoplePage:
    """Return a page of the members that a member follows, newest first.

    Raises:
        NotFound: The viewer may not see the member's follows.
    """
    query = _edges_query(followee_template, "follower", user_id, viewer_id, limit, after)
    return _visible_follows(query, user_id, viewer_id)


def blocks_page(user_id: str, *, limit: int, after: Entry | None = None) -> PeoplePage:
    """Return a page of the members that a member blocks, newest first. Show it to them only.

    Each is shown as the member could see them when the block was made.
    """
    query = _edges_query(blocked_template, "blocker", user_id, user_id, limit, after)
    return _people(query, with_blocked=True)


def mutes_page(user_id: str, *, limit: int, after: Entry | None = None) -> PeoplePage:
    """Return a page of the members that a member mutes, newest first. Show it to them only."""
    return _people(_edges_query(muted_template, "muter", user_id, user_id, limit, after))


def follow_requests_page(user_id: str, *, limit: int, after: Entry | None = None) -> PeoplePage:
    """Return a page of the requests to follow a member, newest first. Show it to them only."""
    return _people(_edges_query(requester_template, "target", user_id, user_id, limit, after))


def _visible_follows(query: pagination.ListQuery, owner_id: str, viewer_id: str) -> PeoplePage:
    owner_query, relation_to_owner = user_query(owner_id), relation_query(viewer_id, owner_id)
    reads.gather(owner_query, relation_to_owner, query)
    owner, relation = owner_query.result(), relation_to_owner.result()
    if not can_see_follows(
        viewer_id,
        owner_id,
        is_private=owner.is_private,
        follows=relation.follows,
        blocked=relation.blocked,
    ):
        raise NotFound
    return _people(query)


def _edges_query(  # noqa: PLR0913, PLR0917 - the parts of a list query
    template: JsonTemplate,
    index: str,
    value: str,
    viewer_id: str,
    limit: int,
    after: Entry | None,
) -> pagination.ListQuery:
    """Return a query for a list of edges, with the viewer's relationship to their people."""
    (ref,) = template.refs
    checks = {ref: relationship_checks(viewer_id)}
    return pagination.ListQuery(template, index, value, limit=limit, after=after, checks=checks)


def _people(query: pagination.ListQuery, *, with_blocked: bool = False) -> PeoplePage:
    """Return a page of the people in a list of edges, each with the viewer's relationship.

    People that the viewer may not interact with are omitted, except `with_blocked`.
    """
    template = query.template
    (ref,) = template.refs

    def relationship_of(row: Row) -> Relationship:
        return Relationship.from_flags(row.value(ref), row.related(ref).checks)

    def visible(rows: list[Row]) -> list[Row]:
        return [
            row
            for row in rows
            if row.related(ref).exists and (with_blocked or not relationship_of(row).blocked)
        ]

    def render(row: Row) -> bytes:
        is_old = with_blocked and not row.value("username") and not relationship_of(row).blocked_by
        return (present_blocked_template if is_old else template).render(row)

    rows, after = pagination.filter_pages(query, keep=visible)
    return [with_relationship(render(row), relationship_of(row)) for row in rows], after


def with_relationship(person: bytes, relationship: Relationship) -> bytes:
    """Return the JSON object of a person with the viewer's relationship added."""
    return b'%s,"relation":%s}' % (person[:-1], relationship.to_json())
