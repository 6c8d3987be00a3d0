"""Reads of posts. Every one that is for somebody goes through `can_see_post`."""

from collections.abc import Callable, Sequence
from typing import Any

from followers.selectors import ViewerRelation, relation_checks, relations_to
from mysocial.core.errors import NotFound
from mysocial.store import Entry, JsonTemplate, RelatedRow, Row, pagination, reads
from posts.models import WITHHELD, Post
from posts.permissions import can_see_post
from posts.representations import post_template, version_template, visibility_template
from posts.store import FEED, STATS_ID, feed_stats, posts
from users.selectors import profile_query

BATCH = 100


def is_visible(row: Row, viewer_id: str) -> bool:
    """Tell whether the viewer may see the post in a row; nobody, when its author is gone."""
    author = row.related("author_id")
    return _is_visible(row, viewer_id, author, ViewerRelation.from_flags(author.checks))


def _is_visible(row: Row, viewer_id: str, author: RelatedRow, relation: ViewerRelation) -> bool:
    return author.exists and can_see_post(
        viewer_id,
        author_id=row.value("author_id"),
        privacy=row.value("privacy"),
        author_is_private=author.value("is_private") == b"true",
        relation=relation,
    )


def is_in_feed(row: Row, viewer_id: str) -> bool:
    """Tell whether the feed shows the viewer the post: visible, and not by whom they mute."""
    author = row.related("author_id")
    relation = ViewerRelation.from_flags(author.checks)
    return not relation.mutes and _is_visible(row, viewer_id, author, relation)


def is_in_home_feed(row: Row, viewer_id: str) -> bool:
    """Tell whether the home feed shows the viewer the post: by whom they follow, or their own."""
    is_own = row.value("author_id") == viewer_id
    follows = ViewerRelation.from_flags(row.related("author_id").checks).follows
    return (is_own or follows) and row.value("privacy") in FEED and is_in_feed(row, viewer_id)


def get_row(post_id: str, *, to: str) -> Row:
    """Return a post as it is sent; `NotFound` when it is not visible to the viewer `to`."""
    return row_query(post_id, to=to).result()


def row_query(post_id: str, *, to: str) -> reads.Query[Row]:
    """Return the question that `get_row` asks."""
    return _rows_query([post_id], to=to).map(_the_one)


def visible_row_query(post_id: str, *, to: str) -> reads.Query[Row]:
    """Return the question whether the viewer sees a post, and what lets them; `NotFound`.

    For what stands under a post: nothing that the post itself shows is fetched.
    """
    return _rows_query([post_id], to=to, wire=visibility_template).map(_the_one)


def author_through(post_id: str) -> reads.Through:
    """Return where a post names its author, for questions about them that are asked with it."""
    return posts.key(post_id), "author_id"


def _the_one(found: list[Row]) -> Row:
    if not found:
        raise NotFound
    return found[0]


def get_rows(post_ids: Sequence[str], *, to: str) -> list[Row]:
    """Return those of the posts that are visible to the viewer `to`, in their order."""
    return _rows_query(post_ids, to=to).result()


def _rows_query(
    post_ids: Sequence[str], *, to: str, wire: JsonTemplate = post_template
) -> reads.Query[list[Row]]:
    asked = reads.rows_query(wire, post_ids, about={"author_id": relation_checks(to)})
    return asked.map(lambda found: [row for row in found if is_visible(row, to)])


def get_post(post_id: str, *, to: str) -> Post:
    """Return a post to work with; `NotFound` when it is not visible to the viewer `to`."""
    row, post = row_query(post_id, to=to), reads.record_query(posts, post_id)
    reads.gather(row, post)
    row.result()
    return post.result()


def get_author_id(post_id: str) -> str:
    """Return the id of a post's author; empty when the post is gone."""
    found = reads.get_records(posts, [post_id])
    return found[post_id].author_id if found else ""


def find_post(post_id: str) -> Post | None:
    """Return a post, whoever may see it; None when it is gone."""
    return reads.get_records(posts, [post_id]).get(post_id)


def is_withheld(post: Post) -> bool:
    """Tell whether staff show a post to nobody."""
    return post.privacy == WITHHELD


def latest_posts(
    *,
    to: str,
    limit: int,
    after: Entry | None = None,
    media: str = "",
    beside: Sequence[reads.Query[Any]] = (),
) -> tuple[list[Row], Entry | None]:
    """Return the global feed as `to` may see it, newest first; with `media` only such posts.

    In the same round trip the questions `beside` are answered.
    """
    index = "feed_media" if media else "feed"
    listing = _listing(index, media, to=to, limit=limit, after=after)
    reads.gather(listing, *beside)
    return _sift(listing, to, is_in_feed)


def feed_page(
    *, to: str, number: int, size: int, media: str = ""
) -> tuple[list[Row], Entry | None]:
    """Return page `number` of the feed, counted in posts that `to` may see."""
    seen: list[Row] = []
    after: Entry | None = None
    for _ in range(number + pagination.MAX_PAGES_SCANNED):
        missing = number * size - len(seen)
        found, after = latest_posts(to=to, limit=min(missing, BATCH), after=after, media=media)
        seen += found
        if after is None or len(seen) == number * size:
            break
    return seen[(number - 1) * size :], after


def home_page(
    *, to: str, limit: int, after: Entry | None = None, media: str = ""
) -> tuple[list[Row], Entry | None]:
    """Return what those whom `to` follows have written, and `to`; with `media` only such posts."""

    def shows(row: Row, viewer_id: str) -> bool:
        is_wanted = not media or row.value("media_kind") == media
        return is_wanted and is_in_home_feed(row, viewer_id)

    return _sift(_listing("home", to, to=to, limit=limit, after=after), to, shows)


def author_page(
    author_id: str, *, to: str, limit: int, after: Entry | None = None, media: str = ""
) -> tuple[list[Row], Entry | None]:
    """Return a member's posts as `to` may see them, newest first; `NotFound` for no such member."""
    index, value = ("author_media", f"{author_id}:{media}") if media else ("author", author_id)
    author = profile_query(author_id, viewer_id=to)
    listing = _listing(index, value, to=to, limit=limit, after=after)
    reads.gather(author, listing)
    author.result()
    return _sift(listing, to)


def versions_page(
    post_id: str, *, to: str, limit: int, after: Entry | None = None
) -> tuple[list[Row], Entry | None]:
    """Return what a post showed before each edit, newest first; `NotFound` as for the post."""
    post = visible_row_query(post_id, to=to)
    listing = pagination.ListQuery(version_template, "post", post_id, limit=limit, after=after)
    reads.gather(post, listing)
    post.result()
    return listing.result()


def total_posts_query() -> reads.Query[int]:
    """Return the question how many posts the global feed has."""
    return reads.counter_query(feed_stats, STATS_ID, "posts_count")


def _listing(
    index: str, value: str, *, to: str, limit: int, after: Entry | None
) -> pagination.ListQuery:
    about = {"author_id": relation_checks(to)}
    return pagination.ListQuery(post_template, index, value, limit=limit, after=after, about=about)


def _sift(
    listing: pagination.ListQuery, viewer_id: str, shows: Callable[[Row, str], bool] = is_visible
) -> tuple[list[Row], Entry | None]:
    return pagination.filter_pages(
        listing, keep=lambda rows: [row for row in rows if shows(row, viewer_id)]
    )


def filter_viewers(
    viewers: set[str],
    *,
    author_id: str,
    privacy: str,
    author_is_private: bool,
    in_feed: bool = False,
) -> set[str]:
    """Return those of `viewers` who may see a post of this author with this privacy.

    With `in_feed`, only those in whose feed it is: they do not mute the author.
    """
    return {
        viewer
        for viewer, relation in relations_to(author_id, viewers).items()
        if can_see_post(
            viewer,
            author_id=author_id,
            privacy=privacy,
            author_is_private=author_is_private,
            relation=relation,
        )
        and not (in_feed and relation.mutes)
    }


def current_viewers(post_id: str, viewers: set[str], *, in_feed: bool = False) -> set[str]:
    """Return those of `viewers` who may see the post as it is now; nobody when it is gone."""
    found = reads.get_rows(post_template, [post_id])
    if not found or not found[0].related("author_id").exists:
        return set()
    row = found[0]
    return filter_viewers(
        viewers,
        author_id=row.value("author_id"),
        privacy=row.value("privacy"),
        author_is_private=row.related("author_id").value("is_private") == b"true",
        in_feed=in_feed,
    )


def home_viewers(author_id: str, viewers: set[str]) -> set[str]:
    """Return those of `viewers` whose home feed has what the author writes."""
    relations = relations_to(author_id, viewers - {author_id})
    following = {one for one, holds in relations.items() if holds.follows and not holds.mutes}
    return following | (viewers & {author_id})
