"""Reads of comments. Every read for a viewer applies `can_see_comment`."""

from collections.abc import Sequence
from typing import NamedTuple

from comments.models import Comment
from comments.permissions import can_see_comment
from comments.representations import comment_template, render
from comments.selectors.viewer_fields import viewer_fields
from comments.store import comments
from followers.selectors import ViewerRelation, relation_checks, relations_to
from mysocial.core.errors import NotFound
from mysocial.store import (
    MAX_PAGES_SCANNED,
    NULL,
    Entry,
    ListQuery,
    Query,
    Row,
    ViewerCheck,
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
        sees_thread=_is_thread_visible(row, viewer_id),
        relation=ViewerRelation.from_flags(author.checks),
    )


def _is_thread_visible(row: Row, viewer_id: str) -> bool:
    """Return whether the viewer may see the top-level comment above a reply, if it is one."""
    if not row.value("thread_id"):
        return True
    author = row.related("thread_author_id")
    return row.related("thread_id").exists and (
        row.value("thread_author_id") == viewer_id
        or (author.exists and not ViewerRelation.from_flags(author.checks).blocked)
    )


def comment_checks(viewer_id: str) -> dict[str, tuple[ViewerCheck, ...]]:
    """Return the viewer checks that `is_visible` needs."""
    checks = relation_checks(viewer_id)
    return {"author_id": checks, "thread_author_id": checks}


def get_row(comment_id: str, *, viewer_id: str) -> tuple[Row, str]:
    """Return the row of a comment, and the id of the author of its post.

    Raises:
        NotFound: The viewer may not see the comment.
    """
    row, post = _row_and_post(comment_id, viewer_id=viewer_id)
    return row, post.value("author_id")


def get_rows(comment_ids: Sequence[str], *, viewer_id: str) -> list[Row]:
    """Return those of the comments that the viewer may see, in the given order."""
    rows = reads.get_rows(comment_template, comment_ids, checks=comment_checks(viewer_id))
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


def json_query(comment_id: str, post_id: str, *, with_counts: bool = False) -> Query[bytes | None]:
    """Query the JSON object of a comment regardless of the viewer; None if it is deleted.

    The post is read at the same moment. With `with_counts`, it is the data of `comment.created`.
    """

    def render_json(rows: list[Row], counts: tuple[bytes, bytes] | None) -> bytes | None:
        if not rows or counts is None:
            return None
        (row,) = rows
        thread = row.related("thread_id")
        if row.value("thread_id") and not thread.exists:
            return None
        if not with_counts:
            return render(row)
        return b'{"comment":%b,"comments_count":%b,"thread_replies_count":%b}' % (
            render(row),
            counts[0],
            thread.value("replies_count") if thread.exists else NULL,
        )

    rows = reads.rows_query(comment_template, [comment_id])
    return reads.combine(rows, posts.counts_query(post_id), function=render_json)


def _row_and_post(comment_id: str, *, viewer_id: str) -> tuple[Row, Row]:
    return _with_post(_row_query(comment_id, viewer_id=viewer_id).result(), viewer_id)


def _row_query(comment_id: str, *, viewer_id: str) -> Query[list[Row]]:
    return reads.rows_query(
        comment_template,
        [comment_id],
        checks=comment_checks(viewer_id),
        viewer_fields=viewer_fields(viewer_id),
    )


def _with_post(rows: list[Row], viewer_id: str) -> tuple[Row, Row]:
    """Return the row of a comment and that of its post.

    Raises:
        NotFound: There is no row, or the viewer may not see the comment.
    """
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
    """Return a page of the top-level comments on a post that the viewer may see.

    The newest come first by default.

    Raises:
        NotFound: The viewer may not see the post.
    """
    post = posts.visible_row_query(post_id, viewer_id=viewer_id)
    listing = _list_query("post", post_id, viewer_id, limit, after, oldest_first=oldest_first)
    reads.gather(post, listing)
    return _filter_page(listing, post.result(), viewer_id)


def replies_page(
    comment_id: str,
    *,
    viewer_id: str,
    limit: int,
    after: Entry | None = None,
    oldest_first: bool = True,
) -> CommentsPage:
    """Return a page of the replies in the thread of a top-level comment that the viewer may see.

    The replies at all depths are in one list, the oldest first by default. That of a reply is
    empty.

    Raises:
        NotFound: The viewer may not see the comment.
    """
    comment = _row_query(comment_id, viewer_id=viewer_id)
    listing = _list_query("replies", comment_id, viewer_id, limit, after, oldest_first=oldest_first)
    reads.gather(comment, listing)
    _, post = _with_post(comment.result(), viewer_id)
    return _filter_page(listing, post, viewer_id)


def _filter_page(listing: ListQuery, post: Row, viewer_id: str) -> CommentsPage:
    rows, next_entry = filter_pages(
        listing, keep=lambda rows: [row for row in rows if is_visible(row, viewer_id)]
    )
    return CommentsPage(rows, next_entry, post.value("author_id"))


def _list_query(  # noqa: PLR0913 - the arguments of one query
    index: str,
    value: str,
    viewer_id: str,
    limit: int,
    after: Entry | None = None,
    *,
    oldest_first: bool = False,
) -> ListQuery:
    return ListQuery(
        comment_template,
        index,
        value,
        limit=limit,
        after=after,
        oldest=oldest_first,
        checks=comment_checks(viewer_id),
        viewer_fields=viewer_fields(viewer_id),
    )


def get_commenters(post_id: str, *, viewer_id: str, limit: int) -> Commenters:
    """Return the number of comments on a post and the latest commenters, each once.

    Only the newest `MAX_PAGES_SCANNED * SCAN_PAGE_SIZE` top-level comments are searched for
    usernames. The number also counts replies, and comments that the viewer may not see.

    Raises:
        NotFound: The viewer may not see the post.
    """
    post = posts.get_row(post_id, viewer_id=viewer_id)
    usernames: dict[str, None] = {}  # A set that keeps the order.
    after: Entry | None = None
    for _ in range(MAX_PAGES_SCANNED):
        page = _list_query("post", post_id, viewer_id, SCAN_PAGE_SIZE, after).result()
        visible = (row for row in page.rows if is_visible(row, viewer_id))
        usernames |= {related_username(row, "author_id"): None for row in visible}
        after = page.next
        if after is None or len(usernames) >= limit:
            break
    return Commenters(int(post.values["comments_count"]), list(usernames)[:limit])


def current_viewers(
    post_id: str, author_id: str, viewers: set[str], *, thread_author_id: str = ""
) -> set[str]:
    """Return those of `viewers` who may see the author's comments on the post now.

    With `thread_author_id`, these are replies in a thread of that member.
    """
    post_viewers = posts.current_viewers(post_id, viewers)
    return filter_viewers(author_id, post_viewers, thread_author_id=thread_author_id)


def filter_viewers(
    author_id: str, post_viewers: set[str], *, thread_author_id: str = ""
) -> set[str]:
    """Return those who see a post that may see the author's comments on it; see above."""
    if thread_author_id and post_viewers:
        relations = relations_to(thread_author_id, post_viewers)
        post_viewers = {
            viewer
            for viewer in post_viewers
            if viewer == thread_author_id or not relations[viewer].blocked
        }
    relations = relations_to(author_id, post_viewers)
    return {
        viewer
        for viewer in post_viewers
        if can_see_comment(viewer, author_id=author_id, sees_post=True, relation=relations[viewer])
    }
