"""Reads of comments. Every one that is for somebody goes through `can_see_comment`."""

from collections.abc import Sequence
from typing import NamedTuple

from comments.models import Comment
from comments.permissions import can_see_comment
from comments.representations import comment_template
from comments.store import comments
from followers.selectors import ViewerRelation, relation_checks, relations_to
from mysocial.core.errors import NotFound
from mysocial.store import Entry, Row, pagination, reads
from posts import selectors as posts
from users.representations import related_username

BATCH = 100


class Found(NamedTuple):
    """A comment to work with, and whose post it stands under."""

    comment: Comment
    post_author_id: str


class Commenters(NamedTuple):
    """How many comments a post has, and who wrote the newest."""

    total: int
    names: list[str]


def is_visible(row: Row, viewer_id: str, *, sees_post: bool = True) -> bool:
    """Tell whether the viewer may see the comment in a row; nobody, when its author is gone."""
    author = row.related("author_id")
    return author.exists and can_see_comment(
        viewer_id,
        author_id=row.value("author_id"),
        sees_post=sees_post,
        relation=ViewerRelation.from_flags(author.checks),
    )


def get_row(comment_id: str, *, to: str) -> Row:
    """Return a comment as it is sent; `NotFound` when it is not visible to the viewer `to`."""
    return _row_and_post(comment_id, to=to)[0]


def get_rows(comment_ids: Sequence[str], *, to: str) -> list[Row]:
    """Return those of the comments that are visible to the viewer `to`, in their order."""
    found = reads.get_rows(comment_template, comment_ids, about={"author_id": relation_checks(to)})
    under = [row.value("post_id") for row in found]
    seen = {row.id for row in posts.get_rows(list(dict.fromkeys(under)), to=to)}
    return [
        row
        for row, post_id in zip(found, under, strict=True)
        if is_visible(row, to, sees_post=post_id in seen)
    ]


def get_comment(comment_id: str, *, to: str) -> Found:
    """Return a comment to work with; `NotFound` when it is not visible to the viewer `to`."""
    _, post = _row_and_post(comment_id, to=to)
    return Found(reads.get_record(comments, comment_id), post.value("author_id"))


def find_comment(comment_id: str) -> Comment | None:
    """Return a comment, whoever may see it; None when it is gone."""
    return reads.get_records(comments, [comment_id]).get(comment_id)


def comment_exists(comment_id: str) -> bool:
    """Tell whether a comment is not deleted."""
    return bool(reads.get_records(comments, [comment_id]))


def _row_and_post(comment_id: str, *, to: str) -> tuple[Row, Row]:
    found = reads.get_rows(comment_template, [comment_id], about={"author_id": relation_checks(to)})
    if not found:
        raise NotFound
    post = posts.visible_row_query(found[0].value("post_id"), to=to).result()
    if not is_visible(found[0], to):
        raise NotFound
    return found[0], post


def comments_page(
    post_id: str, *, to: str, limit: int, after: Entry | None = None, oldest: bool = False
) -> tuple[list[Row], Entry | None]:
    """Return a post's comments as `to` may see them, newest first or `oldest`; `NotFound`."""
    post, listing = (
        posts.visible_row_query(post_id, to=to),
        _listing(post_id, to, limit, after, oldest),
    )
    reads.gather(post, listing)
    post.result()
    return pagination.filter_pages(
        listing, keep=lambda rows: [row for row in rows if is_visible(row, to)]
    )


def _listing(
    post_id: str, to: str, limit: int, after: Entry | None = None, oldest: bool = False
) -> pagination.ListQuery:
    about = {"author_id": relation_checks(to)}
    return pagination.ListQuery(
        comment_template, "post", post_id, limit=limit, after=after, oldest=oldest, about=about
    )


def get_commenters(post_id: str, *, to: str, limit: int) -> Commenters:
    """Return a post's number of comments, and who wrote the newest, each once; `NotFound`.

    Names are looked for in the newest `pages.SCAN * BATCH` comments. The number is the post's own:
    also of those that `to` may not see.
    """
    post = posts.get_row(post_id, to=to)
    names: dict[str, None] = {}
    after: Entry | None = None
    for _ in range(pagination.MAX_PAGES_SCANNED):
        page = _listing(post_id, to, BATCH, after).result()
        names |= {
            related_username(row, "author_id"): None for row in page.rows if is_visible(row, to)
        }
        after = page.next
        if after is None or len(names) >= limit:
            break
    return Commenters(int(post.values["comments_count"]), list(names)[:limit])


def current_viewers(post_id: str, author_id: str, viewers: set[str]) -> set[str]:
    """Return those of `viewers` who may see what the author wrote under the post as it is now."""
    see_post = posts.current_viewers(post_id, viewers)
    relations = relations_to(author_id, see_post)
    return {
        viewer
        for viewer in see_post
        if can_see_comment(viewer, author_id=author_id, sees_post=True, relation=relations[viewer])
    }
