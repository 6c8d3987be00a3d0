"""Reads of reactions to comments. Who cannot see a comment sees none of its reactions."""

from collections.abc import Sequence

from comments.models import CommentReaction, comment_reaction_id
from comments.representations import comment_reaction_template, comment_totals_template
from comments.selectors.comments import get_row, get_rows
from comments.store import comment_reactions
from followers.selectors import ViewerRelation, relation_checks
from mysocial.store import Entry, ListQuery, Query, Row, filter_pages, reads, to_json


def comment_reactions_page(
    comment_id: str,
    *,
    viewer_id: str,
    reaction_type: str = "",
    limit: int,
    after: Entry | None = None,
) -> tuple[list[Row], Entry | None]:
    """Return a page of the reactions to a comment that the viewer may see, newest first.

    Args:
        comment_id: The comment.
        viewer_id: The viewer. Reactions of members who are blocked either way are left out.
        reaction_type: Return only reactions of this type; empty for all.
        limit: The size of the page.
        after: The last entry of the previous page.

    Raises:
        NotFound: The viewer may not see the comment.
    """
    get_row(comment_id, viewer_id=viewer_id)
    index, value = "comment", comment_id
    if reaction_type:
        index, value = "type", f"{comment_id}:{reaction_type}"
    listing = ListQuery(
        comment_reaction_template,
        index,
        value,
        limit=limit,
        after=after,
        checks={"user_id": relation_checks(viewer_id)},
    )
    return filter_pages(listing, keep=lambda rows: [row for row in rows if _is_visible(row)])


def _is_visible(row: Row) -> bool:
    member = row.related("user_id")
    return member.exists and not ViewerRelation.from_flags(member.checks).blocked


def get_visible_reaction_ids(reaction_ids: Sequence[str], *, viewer_id: str) -> set[str]:
    """Return the ids of those reactions to comments that the viewer may see."""
    checks = {"user_id": relation_checks(viewer_id)}
    rows = reads.get_rows(comment_reaction_template, reaction_ids, checks=checks)
    comment_ids = list(dict.fromkeys(row.value("comment_id") for row in rows))
    visible = {row.id for row in get_rows(comment_ids, viewer_id=viewer_id)}
    return {row.id for row in rows if _is_visible(row) and row.value("comment_id") in visible}


def comment_reaction_query(comment_id: str, user_id: str) -> Query[CommentReaction | None]:
    """Query a member's reaction to a comment, without a check of visibility."""
    pk = comment_reaction_id(comment_id, user_id)
    return reads.optional_record_query(comment_reactions, pk)


def reaction_json_query(
    comment_id: str, post_id: str, thread_id: str, user_id: str
) -> Query[bytes | None]:
    """Query the data of `comment.reaction` as it is now; None if the comment is deleted."""

    def render(reaction: CommentReaction | None, rows: list[Row]) -> bytes | None:
        if not rows:
            return None
        fields = to_json(
            {
                "comment_id": comment_id,
                "post_id": post_id,
                "thread_id": thread_id or None,
                "user_id": user_id,
                "type": reaction.type if reaction else None,
            }
        )
        return b'%b,"reactions":%b}' % (fields[:-1], comment_totals_template.render(rows[0]))

    totals = reads.rows_query(comment_totals_template, [comment_id])
    return reads.combine(comment_reaction_query(comment_id, user_id), totals, function=render)
