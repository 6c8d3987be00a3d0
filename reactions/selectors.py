"""Reads of reactions. A viewer who may not see a post sees none of its reactions."""

from collections.abc import Sequence

from followers.selectors import ViewerRelation, relation_checks
from mysocial.core.errors import NotFound
from mysocial.policies import account_audience
from mysocial.store import Entry, ListQuery, Query, Row, filter_pages, reads, to_json
from posts import selectors as post_selectors
from reactions.models import Reaction, reaction_id
from reactions.representations import own_reaction_template, reaction_template
from reactions.store import reactions
from users.selectors import get_profile, viewer_audience


def reactions_page(
    post_id: str, *, viewer_id: str, reaction_type: str = "", limit: int, after: Entry | None = None
) -> tuple[list[Row], Entry | None]:
    """Return a page of the reactions to a post that the viewer may see, newest first.

    Args:
        post_id: The post.
        viewer_id: The viewer. Reactions of members who are blocked either way are left out.
        reaction_type: Return only reactions of this type; empty for all.
        limit: The size of the page.
        after: The last entry of the previous page.

    Returns:
        The reactions, and the entry to continue after; None on the last page.

    Raises:
        NotFound: The viewer may not see the post.
    """
    index, value = ("type", f"{post_id}:{reaction_type}") if reaction_type else ("post", post_id)
    post = post_selectors.visible_row_query(post_id, viewer_id=viewer_id)
    listing = ListQuery(
        reaction_template,
        index,
        value,
        limit=limit,
        after=after,
        checks={"user_id": relation_checks(viewer_id)},
    )
    reads.gather(post, listing)
    post.result()
    return filter_pages(listing, keep=lambda rows: [row for row in rows if _is_visible(row)])


def _is_visible(row: Row) -> bool:
    return row.related("user_id").exists and not _is_blocked(row)


def _is_blocked(row: Row) -> bool:
    return ViewerRelation.from_flags(row.related("user_id").checks).blocked


def get_rows(reaction_ids: Sequence[str], *, viewer_id: str) -> list[Row]:
    """Return those of the reactions that the viewer may see, in the given order."""
    checks = {"user_id": relation_checks(viewer_id)}
    rows = reads.get_rows(reaction_template, reaction_ids, checks=checks)
    unblocked = [row for row in rows if not _is_blocked(row)]
    post_ids = [row.value("post_id") for row in unblocked]
    visible = {
        row.id
        for row in post_selectors.get_rows(list(dict.fromkeys(post_ids)), viewer_id=viewer_id)
    }
    return [row for row, post_id in zip(unblocked, post_ids, strict=True) if post_id in visible]


def get_own_type(post_id: str, *, viewer_id: str) -> str | None:
    """Return the type of the viewer's reaction to a post, or None.

    Raises:
        NotFound: The viewer may not see the post.
    """
    _, reaction = get_post_and_reaction(post_id, viewer_id)
    return reaction.type if reaction else None


def get_post_and_reaction(post_id: str, user_id: str) -> tuple[Row, Reaction | None]:
    """Return the row of a post that proves that the member may see it, and their reaction to it.

    Raises:
        NotFound: The viewer may not see the post.
    """
    post = post_selectors.visible_row_query(post_id, viewer_id=user_id)
    reaction = reaction_query(post_id, user_id)
    reads.gather(post, reaction)
    return post.result(), reaction.result()


def reaction_query(post_id: str, user_id: str) -> Query[Reaction | None]:
    """Query a member's reaction to a post, without a check of visibility."""
    return reads.optional_record_query(reactions, reaction_id(post_id, user_id))


def json_query(post_id: str, user_id: str) -> Query[bytes | None]:
    """Query the data of `reaction.changed` as it is now; None if the post is deleted."""

    def render(reaction: Reaction | None, counts: tuple[bytes, bytes] | None) -> bytes | None:
        if counts is None:
            return None
        reaction_type = reaction.type if reaction else None
        fields = to_json({"post_id": post_id, "user_id": user_id, "type": reaction_type})
        return b'%b,"reactions":%b}' % (fields[:-1], counts[1])

    counts = post_selectors.counts_query(post_id)
    return reads.combine(reaction_query(post_id, user_id), counts, function=render)


def member_reactions_page(
    user_id: str, *, viewer_id: str, limit: int, after: Entry | None = None
) -> tuple[list[tuple[Row, Row]], Entry | None]:
    """Return a page of a member's reactions to posts that the viewer may see, newest first.

    Returns:
        Pairs of a reaction and its post, and the entry to continue after.

    Raises:
        NotFound: There is no such member, or the viewer may not see the profile, or the account is
            private and the viewer does not follow it.
    """
    profile = get_profile(user_id, viewer_id=viewer_id)
    audience = account_audience(is_private=profile.value("is_private") == "true")
    if audience < viewer_audience(profile, viewer_id=viewer_id):
        raise NotFound
    posts: dict[str, Row] = {}

    def keep_visible(rows: list[Row]) -> list[Row]:
        post_ids = [row.value("post_id") for row in rows]
        visible = post_selectors.get_rows(post_ids, viewer_id=viewer_id, with_reactions=True)
        posts.update({row.id: row for row in visible})
        return [row for row in rows if row.value("post_id") in posts]

    listing = ListQuery(own_reaction_template, "user", user_id, limit=limit, after=after)
    rows, next_entry = filter_pages(listing, keep=keep_visible)
    return [(row, posts[row.value("post_id")]) for row in rows], next_entry
