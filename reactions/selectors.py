"""Reads of reactions. They follow their post: whoever can't see it sees none of them."""

from collections.abc import Sequence

from followers.selectors import Relation, relation_facts
from mysocial import reads
from mysocial.lists import Entry
from mysocial.wire import Row
from posts import selectors as post_selectors
from reactions.models import reaction_id
from reactions.store import reactions
from reactions.wires import made_wire, reaction_wire
from users.selectors import get_profile


def reactions_to(
    post_id: str, *, to: str, kind: str = "", limit: int, after: Entry | None = None
) -> tuple[list[Row], Entry | None]:
    """Return who reacted to a post, newest first, but nobody across a block; `NotFound`."""
    post_selectors.get_row(post_id, to=to)
    return reads.sift(
        reaction_wire,
        "type" if kind else "post",
        f"{post_id}:{kind}" if kind else post_id,
        limit=limit,
        after=after,
        about={"user_id": relation_facts(to)},
        keep=lambda rows: [row for row in rows if _is_shown(row)],
    )


def _is_shown(row: Row) -> bool:
    return bool(row.joined["user_id"]) and not Relation.of(row.facts["user_id"]).blocked


def get_rows(reaction_ids: Sequence[str], *, to: str) -> list[Row]:
    """Return those of the reactions that `to` may see, in their order."""
    found = reads.rows(reaction_wire, reaction_ids, about={"user_id": relation_facts(to)})
    unblocked = [row for row in found if not Relation.of(row.facts["user_id"]).blocked]
    under = [row.values["post_id"].decode() for row in unblocked]
    seen = {row.id for row in post_selectors.get_rows(list(dict.fromkeys(under)), to=to)}
    return [row for row, post_id in zip(unblocked, under, strict=True) if post_id in seen]


def kind_of(post_id: str, *, of: str) -> str | None:
    """Return how the member `of` reacts to a post, None if not at all; `NotFound` as for it."""
    post_selectors.get_row(post_id, to=of)
    pk = reaction_id(post_id, of)
    found = reads.get_many(reactions, [pk])
    return found[pk].type if found else None


def reactions_of(
    user_id: str, *, to: str, limit: int, after: Entry | None = None
) -> tuple[list[tuple[Row, Row]], Entry | None]:
    """Return a member's reactions, newest first, each with its post, on posts that `to` may see.

    `NotFound` for no such member.
    """
    get_profile(user_id, to=to)
    posts: dict[bytes, Row] = {}

    def keep(rows: list[Row]) -> list[Row]:
        ids = [row.values["post_id"].decode() for row in rows]
        visible = post_selectors.get_rows(ids, to=to)
        posts.update({row.id.encode(): row for row in visible})
        return [row for row in rows if row.values["post_id"] in posts]

    found, following = reads.sift(made_wire, "user", user_id, limit=limit, after=after, keep=keep)
    return [(row, posts[row.values["post_id"]]) for row in found], following
