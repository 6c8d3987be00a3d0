"""Single posts and rows. Every read for a viewer applies `can_see_post`."""

from collections.abc import Sequence
from typing import Any

from followers.selectors import ViewerRelation, relation_checks
from mysocial.core.errors import NotFound
from mysocial.policies import Audience
from mysocial.store import JsonTemplate, Query, RelatedRow, Row, RowChecks, reads
from notifications.selectors import Recipients, recipient_query, single_recipient
from posts.models import WITHHELD, Post
from posts.permissions import can_see_post
from posts.poll_representations import IS_OPEN
from posts.representations import post_template, totals_template, visibility_template
from posts.selectors.viewer_fields import viewer_fields
from posts.store import FEED_PRIVACIES, posts


def is_visible(row: Row, viewer_id: str, *, earlier: Audience = Audience.EVERYONE) -> bool:
    """Return whether the viewer may see a post, or what it was with the audience `earlier`.

    Nobody may if its author is deleted.
    """
    author = row.related("author_id")
    relation = ViewerRelation.from_flags(author.checks)
    return _is_visible(row, viewer_id, author, relation, earlier)


def _is_visible(
    row: Row,
    viewer_id: str,
    author: RelatedRow,
    relation: ViewerRelation,
    earlier: Audience = Audience.EVERYONE,
) -> bool:
    return author.exists and can_see_post(
        viewer_id,
        author_id=row.value("author_id"),
        privacy=row.value("privacy"),
        author_is_private=author.value("is_private") == b"true",
        relation=relation,
        earlier=earlier,
    )


def is_in_feed(row: Row, viewer_id: str) -> bool:
    """Return whether the viewer's global feed has the post: visible, and its author not muted."""
    author = row.related("author_id")
    relation = ViewerRelation.from_flags(author.checks)
    return not relation.mutes and _is_visible(row, viewer_id, author, relation)


def is_in_home_feed(row: Row, viewer_id: str) -> bool:
    """Return whether the viewer's home feed has the post: their own, or of a followed author."""
    is_own = row.value("author_id") == viewer_id
    follows = ViewerRelation.from_flags(row.related("author_id").checks).follows
    return (
        (is_own or follows)
        and row.value("privacy") in FEED_PRIVACIES
        and is_in_feed(row, viewer_id)
    )


def get_row(post_id: str, *, viewer_id: str) -> Row:
    """Return the row of a post with the viewer's reaction and bookmark.

    Raises:
        NotFound: The viewer may not see the post.
    """
    return _rows_query([post_id], viewer_id=viewer_id, with_reactions=True).map(_first).result()


def row_query(post_id: str, *, viewer_id: str) -> Query[Row]:
    """Query the row of a post without viewer values; the result raises as `get_row` does."""
    return _rows_query([post_id], viewer_id=viewer_id).map(_first)


def visible_row_query(post_id: str, *, viewer_id: str) -> Query[Row]:
    """Query the row of a post with only the fields that decide whether it is visible.

    For records below a post, such as comments. The result raises as `get_row` does.
    """
    query = _rows_query([post_id], viewer_id=viewer_id, template=visibility_template)
    return query.map(_first)


def post_and_recipients_query(post_id: str, *, actor_id: str) -> Query[tuple[Row, Recipients]]:
    """Query a post as `visible_row_query` does, and whether to notify its author.

    The recipients are those of a notification from the actor to the author: the author, or nobody
    if the author is the actor or has muted or blocked the actor.
    """

    def decode(post: Row, preferences: Any) -> tuple[Row, Recipients]:
        return post, single_recipient(post.value("author_id"), preferences, actor_id=actor_id)

    return reads.combine(
        visible_row_query(post_id, viewer_id=actor_id),
        recipient_query((posts.key(post_id), "author_id"), actor_id=actor_id),
        function=decode,
    )


def _first(rows: list[Row]) -> Row:
    if not rows:
        raise NotFound
    return rows[0]


def json_query(post_id: str) -> Query[bytes | None]:
    """Query the JSON object of a post regardless of the viewer; None if it is deleted."""

    def render(rows: list[Row]) -> bytes | None:
        return post_template.render(rows[0]) if rows else None

    return reads.rows_query(post_template, [post_id]).map(render)


def counts_query(post_id: str) -> Query[tuple[bytes, bytes] | None]:
    """Query the number of comments and the reaction totals as JSON; None if there is no such post.

    It sends the same request as `current_viewers`, so within `cached_queries` both show one moment.
    """

    def render(rows: list[Row]) -> tuple[bytes, bytes] | None:
        if not rows:
            return None
        return rows[0].values["comments_count"], totals_template.render(rows[0])

    return reads.rows_query(post_template, [post_id]).map(render)


def get_rows(post_ids: Sequence[str], *, viewer_id: str, with_reactions: bool = False) -> list[Row]:
    """Return those of the posts that the viewer may see, in the given order.

    Args:
        post_ids: The posts.
        viewer_id: The viewer.
        with_reactions: Whether the rows have the viewer's reactions, bookmarks and votes, for
            `render_posts`.
    """
    return _rows_query(post_ids, viewer_id=viewer_id, with_reactions=with_reactions).result()


def row_checks(viewer_id: str, template: JsonTemplate = post_template) -> RowChecks:
    """Return the checks of rows: on the author, and with `post_template` on the poll."""
    checks = {"author_id": relation_checks(viewer_id)}
    return {**checks, "poll_id": IS_OPEN} if template is post_template else checks


def _rows_query(
    post_ids: Sequence[str],
    *,
    viewer_id: str,
    template: JsonTemplate = post_template,
    with_reactions: bool = False,
) -> Query[list[Row]]:
    rows = reads.rows_query(
        template,
        post_ids,
        checks=row_checks(viewer_id, template),
        viewer_fields=viewer_fields(viewer_id) if with_reactions else (),
    )
    return rows.map(lambda rows: [row for row in rows if is_visible(row, viewer_id)])


def get_post(post_id: str, *, viewer_id: str) -> Post:
    """Return a post for a change of it.

    Raises:
        NotFound: The viewer may not see the post.
    """
    row, post = row_query(post_id, viewer_id=viewer_id), reads.record_query(posts, post_id)
    reads.gather(row, post)
    row.result()
    return post.result()


def get_author_id(post_id: str) -> str:
    """Return the id of a post's author; empty if the post is deleted."""
    post = find_post(post_id)
    return post.author_id if post else ""


def find_post(post_id: str) -> Post | None:
    """Return a post regardless of the viewer, or None if it is deleted."""
    return reads.get_records(posts, [post_id]).get(post_id)


def is_withheld(post: Post) -> bool:
    """Return whether staff have withheld a post from everybody."""
    return post.privacy == WITHHELD
