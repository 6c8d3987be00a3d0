"""Reads of reactions. They follow their post: whoever can't see it sees none of them."""

from collections.abc import Sequence
from typing import Any

from followers.selectors import ViewerRelation, relation_checks
from mysocial.store import Entry, Row, pagination, reads
from posts import selectors as post_selectors
from reactions.models import Reaction, reaction_id
from reactions.representations import own_reaction_template, reaction_template
from reactions.store import reactions
from users.selectors import get_profile


def reactions_page(
    post_id: str, *, to: str, kind: str = "", limit: int, after: Entry | None = None
) -> tuple[list[Row], Entry | None]:
    """Return who reacted to a post, newest first, but nobody across a block; `NotFound`."""
    index, value = ("type", f"{post_id}:{kind}") if kind else ("post", post_id)
    about = {"user_id": relation_checks(to)}
    post = post_selectors.visible_row_query(post_id, to=to)
    listing = pagination.ListQuery(
        reaction_template, index, value, limit=limit, after=after, about=about
    )
    reads.gather(post, listing)
    post.result()
    return pagination.filter_pages(
        listing, keep=lambda rows: [row for row in rows if _is_shown(row)]
    )


def _is_shown(row: Row) -> bool:
    user = row.related("user_id")
    return user.exists and not ViewerRelation.from_flags(user.checks).blocked


def get_rows(reaction_ids: Sequence[str], *, to: str) -> list[Row]:
    """Return those of the reactions that `to` may see, in their order."""
    found = reads.get_rows(reaction_template, reaction_ids, about={"user_id": relation_checks(to)})
    unblocked = [
        row for row in found if not ViewerRelation.from_flags(row.related("user_id").checks).blocked
    ]
    under = [row.value("post_id") for row in unblocked]
    seen = {row.id for row in post_selectors.get_rows(list(dict.fromkeys(under)), to=to)}
    return [row for row, post_id in zip(unblocked, under, strict=True) if post_id in seen]


def get_own_type(post_id: str, *, of: str) -> str | None:
    """Return how the member `of` reacts to a post, None if not at all; `NotFound` as for it."""
    _, found = look(post_id, of)
    return found.type if found else None


def look(post_id: str, user_id: str, *also: reads.Query[Any]) -> tuple[Row, Reaction | None]:
    """Return what lets the member see a post, and how they react to it; `NotFound` as for it.

    What is `also` asked is answered at the same moment.
    """
    post = post_selectors.visible_row_query(post_id, to=user_id)
    reaction = reads.optional_record_query(reactions, reaction_id(post_id, user_id))
    reads.gather(post, reaction, *also)
    return post.result(), reaction.result()


def member_reactions_page(
    user_id: str, *, to: str, limit: int, after: Entry | None = None
) -> tuple[list[tuple[Row, Row]], Entry | None]:
    """Return a member's reactions, newest first, each with its post, on posts that `to` may see.

    `NotFound` for no such member.
    """
    get_profile(user_id, viewer_id=to)
    posts: dict[str, Row] = {}

    def keep(rows: list[Row]) -> list[Row]:
        ids = [row.value("post_id") for row in rows]
        visible = post_selectors.get_rows(ids, to=to)
        posts.update({row.id: row for row in visible})
        return [row for row in rows if row.value("post_id") in posts]

    listing = pagination.ListQuery(own_reaction_template, "user", user_id, limit=limit, after=after)
    found, following = pagination.filter_pages(listing, keep=keep)
    return [(row, posts[row.value("post_id")]) for row in found], following
