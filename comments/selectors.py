"""Reads of comments. Every read for a viewer applies `can_see_comment`."""

from collections.abc import Sequence
from typing import NamedTuple

from comments.models import Comment
from comments.permissions import can_see_comment
from comments.representations import comment_template
from comments.store import comments
from followers.selectors import ViewerRelation, relation_checks, relations_to
from mysocial.core.errors import NotFound
from mysocial.store import (
    MAX_PAGES_SCANNED,
    Entry,
    ListQuery,
    Query,
    Row,
    filter_pages,
    reads,
)
from posts import selectors as posts
from users.representations import related_username

SCAN_PAGE_SIZE = 100


class CommentAndPost(NamedTuple):
    """A comment for a change of it, and the row of its post."""

    comment: Comment
    post: Row


class CommentsPage(NamedTuple):
    """A page of the comments on a post; `next` is the entry to continue after."""

    rows: list[Row]
    next: Entry | None
    post_author_id: str


class Commenters(NamedTuple):
    """The number of comments on a post, and the usernames of the latest commenters."""

    total: int
    usernames: list[str]


def is_visible(row: Row, viewer_id: str, *, sees_post: bool = True) -> bool:
    """Return whether the viewer may see a comment; nobody may if its author is deleted."""
    author = row.related("author_id")
    return author.exists and can_see_comment(
        viewer_id,
        author_id=row.value("author_id"),
        sees_post=sees_post,
        relation=ViewerRelation.from_flags(author.checks),
    )


def get_row(comment_id: str, *, viewer_id: str) -> tuple[Row, str]:
    """Return the row of a comment, and the id of the author of its post.

    Raises:
        NotFound: The viewer may not see the comment.
    """
    row, post = _row_and_post(comment_id, viewer_id=viewer_id)
    return row, post.value("author_id")


def get_rows(comment_ids: Sequence[str], *, viewer_id: str) -> list[Row]:
    """Return those of the comments that the viewer may see, in the given order."""
    checks = {"author_id": relation_checks(viewer_id)}
    rows = reads.get_rows(comment_template, comment_ids, checks=checks)
    post_ids = [row.value("post_id") for row in rows]
    visible_posts = posts.get_rows(list(dict.fromkeys(post_ids)), viewer_id=viewer_id)
    visible_post_ids = {post.id for post in visible_posts}
    return [
        row
        for row, post_id in zip(rows, post_ids, strict=True)
        if is_visible(row, viewer_id, sees_post=post_id in visible_post_ids)
    ]


def get_comment(comment_id: str, *, viewer_id: str) -> CommentAndPost:
    """Return a comment for a change of it, and its post.

    Raises:
        NotFound: The viewer may not see the comment.
    """
    _, post = _row_and_post(comment_id, viewer_id=viewer_id)
    comment = reads.get_record(comments, comment_id)
    return CommentAndPost(comment, post)


def find_comment(comment_id: str) -> Comment | None:
    """Return a comment regardless of the viewer, or None if it is deleted."""
    return reads.get_records(comments, [comment_id]).get(comment_id)


def json_query(comment_id: str, post_id: str, *, with_count: bool = False) -> Query[bytes | None]:
    """Query the JSON object of a comment regardless of the viewer; None if it is deleted.

    The post is read at the same moment. With `with_count`, the object also has the number of
    comments of the post.
    """

    def render(rows: list[Row], counts: tuple[bytes, bytes] | None) -> bytes | None:
        if not rows or counts is None:
            return None
        comment = comment_template.render(rows[0])
        return (
            b'{"comment":%b,"comments_count":%b}' % (comment, counts[0]) if with_count else comment
        )

    rows = reads.rows_query(comment_template, [comment_id])
    return reads.combine(rows, posts.counts_query(post_id), function=render)


def _row_and_post(comment_id: str, *, viewer_id: str) -> tuple[Row, Row]:
    checks = {"author_id": relation_checks(viewer_id)}
    rows = reads.get_rows(comment_template, [comment_id], checks=checks)
    if not rows:
        raise NotFound
    comment = rows[0]
    post = posts.visible_row_query(comment.value("post_id"), viewer_id=viewer_id).result()
    if not is_visible(comment, viewer_id):
        raise NotFound
    return comment, post


def comments_page(
    post_id: str,
    *,
    viewer_id: str,
    limit: int,
    after: Entry | None = None,
    oldest_first: bool = False,
) -> CommentsPage:
    """Return a page of the comments on a post that the viewer may see, newest first by default.

    Raises:
        NotFound: The viewer may not see the post.
    """
    post = posts.visible_row_query(post_id, viewer_id=viewer_id)
    listing = _list_query(post_id, viewer_id, limit, after, oldest_first=oldest_first)
    reads.gather(post, listing)
    post_author_id = post.result().value("author_id")
    rows, next_entry = filter_pages(
        listing, keep=lambda rows: [row for row in rows if is_visible(row, viewer_id)]
    )
    return CommentsPage(rows, next_entry, post_author_id)


def _list_query(
    post_id: str,
    viewer_id: str,
    limit: int,
    after: Entry | None = None,
    *,
    oldest_first: bool = False,
) -> ListQuery:
    return ListQuery(
        comment_template,
        "post",
        post_id,
        limit=limit,
        after=after,
        oldest=oldest_first,
        checks={"author_id": relation_checks(viewer_id)},
    )


def get_commenters(post_id: str, *, viewer_id: str, limit: int) -> Commenters:
    """Return the number of comments on a post and the latest commenters, each once.

    Only the newest `MAX_PAGES_SCANNED * SCAN_PAGE_SIZE` comments are searched for usernames. The
    number also counts comments that the viewer may not see.

    Raises:
        NotFound: The viewer may not see the post.
    """
    post = posts.get_row(post_id, viewer_id=viewer_id)
    usernames: dict[str, None] = {}  # A set that keeps the order.
    after: Entry | None = None
    for _ in range(MAX_PAGES_SCANNED):
        page = _list_query(post_id, viewer_id, SCAN_PAGE_SIZE, after).result()
        visible = (row for row in page.rows if is_visible(row, viewer_id))
        usernames |= {related_username(row, "author_id"): None for row in visible}
        after = page.next
        if after is None or len(usernames) >= limit:
            break
    return Commenters(int(post.values["comments_count"]), list(usernames)[:limit])


def current_viewers(post_id: str, author_id: str, viewers: set[str]) -> set[str]:
    """Return those of `viewers` who may see the author's comments on the post now."""
    post_viewers = posts.current_viewers(post_id, viewers)
    relations = relations_to(author_id, post_viewers)
    return {
        viewer
        for viewer in post_viewers
        if can_see_comment(viewer, author_id=author_id, sees_post=True, relation=relations[viewer])
    }
