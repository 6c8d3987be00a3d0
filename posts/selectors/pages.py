"""Pages of posts and of their earlier versions."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from mysocial.policies import Audience
from mysocial.store import (
    MAX_PAGES_SCANNED,
    Entry,
    JsonTemplate,
    ListQuery,
    Query,
    Row,
    encode_anchor,
    encode_cursor,
    filter_pages,
    reads,
)
from posts.representations import post_template, visibility_template
from posts.selectors.rows import (
    is_in_feed,
    is_in_home_feed,
    is_visible,
    row_checks,
    visible_row_query,
)
from posts.selectors.viewer_fields import viewer_fields
from posts.version_representations import version_template
from users.selectors import profile_query

MAX_SCAN_PAGE_SIZE = 100


def feed_page(
    *,
    viewer_id: str,
    limit: int,
    after: Entry | None = None,
    media: str = "",
    with_queries: Sequence[Query[Any]] = (),
) -> tuple[list[Row], Entry | None]:
    """Return a page of the viewer's global feed, newest first.

    Args:
        viewer_id: The viewer.
        limit: The size of the page.
        after: The last entry of the previous page.
        media: Return only posts with this kind of media; empty for all.
        with_queries: Queries to execute in the same round trip.

    Returns:
        The posts, and the entry to continue after; None on the last page.
    """
    listing = _feed_query(viewer_id=viewer_id, limit=limit, after=after, media=media)
    reads.gather(listing, *with_queries)
    return _filter_page(listing, viewer_id, is_in_feed)


class NumberedPage(NamedTuple):
    """A page by number. `anchor` is the cursor that repeats the page while newer posts arrive."""

    rows: list[Row]
    next: Entry | None
    anchor: str | None


def numbered_feed_page(
    *, viewer_id: str, number: int, size: int, anchor: Entry | None = None, media: str = ""
) -> NumberedPage:
    """Return page `number` of the viewer's global feed, counted in posts that they may see.

    The count starts after `anchor`, by default with the newest post.
    """
    to_skip = (number - 1) * size
    first, after, skipped = _skip_posts(viewer_id, to_skip, anchor=anchor, media=media)
    rows: list[Row] = []
    has_more = number == 1 or (after is not None and skipped == to_skip)
    for _ in range(MAX_PAGES_SCANNED if has_more else 0):
        limit = size - len(rows)
        page, after = feed_page(viewer_id=viewer_id, limit=limit, after=after, media=media)
        rows += page
        if after is None or len(rows) == size:
            break
    first = first or next(iter(rows), None)
    if anchor:
        start = encode_cursor(anchor)
    else:
        start = encode_anchor(first.id, int(first.score)) if first else None
    return NumberedPage(rows, after, start)


def _skip_posts(
    viewer_id: str, count: int, *, anchor: Entry | None, media: str
) -> tuple[Row | None, Entry | None, int]:
    """Skip `count` posts of the feed.

    Reads only what decides whether the posts are visible.

    Returns:
        The first post, the entry after which the next posts begin (None if no posts follow), and
        how many posts were skipped.
    """
    first, after, skipped = None, anchor, 0
    for _ in range(count // MAX_SCAN_PAGE_SIZE + MAX_PAGES_SCANNED):
        if skipped == count:
            break
        limit = min(count - skipped, MAX_SCAN_PAGE_SIZE)
        listing = _feed_query(
            viewer_id=viewer_id, limit=limit, after=after, media=media, template=visibility_template
        )
        rows, after = _filter_page(listing, viewer_id, is_in_feed)
        first = first or next(iter(rows), None)
        skipped += len(rows)
        if after is None:
            break
    return first, after, skipped


def home_page(
    *, viewer_id: str, limit: int, after: Entry | None = None, media: str = ""
) -> tuple[list[Row], Entry | None]:
    """Return a page of the viewer's home feed, newest first; see `feed_page`."""

    def is_listed(row: Row, viewer_id: str) -> bool:
        has_media = not media or row.value("media_kind") == media
        return has_media and is_in_home_feed(row, viewer_id)

    listing = _list_query("home", viewer_id, viewer_id=viewer_id, limit=limit, after=after)
    return _filter_page(listing, viewer_id, is_listed)


def author_page(
    author_id: str, *, viewer_id: str, limit: int, after: Entry | None = None, media: str = ""
) -> tuple[list[Row], Entry | None]:
    """Return a page of a member's posts that the viewer may see, newest first; see `feed_page`.

    Raises:
        NotFound: There is no such member, or the viewer may not see the profile.
    """
    index, value = ("author_media", f"{author_id}:{media}") if media else ("author", author_id)
    return _profile_page(index, value, author_id, viewer_id, limit, after)


def _profile_page(  # noqa: PLR0913, PLR0917 - the arguments of one query
    index: str, value: str, author_id: str, viewer_id: str, limit: int, after: Entry | None
) -> tuple[list[Row], Entry | None]:
    """Return a page of a list of one member's posts."""
    author = profile_query(author_id, viewer_id=viewer_id)
    listing = _list_query(index, value, viewer_id=viewer_id, limit=limit, after=after)
    reads.gather(author, listing)
    author.result()
    return _filter_page(listing, viewer_id)


def pinned_page(
    author_id: str, *, viewer_id: str, limit: int, after: Entry | None = None
) -> tuple[list[Row], Entry | None]:
    """Return a page of a member's pinned posts that the viewer may see, the last pinned first.

    Raises:
        NotFound: There is no such member, or the viewer may not see the profile.
    """
    return _profile_page("pinned", f"{author_id}:{True}", author_id, viewer_id, limit, after)


def versions_page(
    post_id: str, *, viewer_id: str, limit: int, after: Entry | None = None
) -> tuple[list[Row], Entry | None]:
    """Return a page of those versions of a post that the viewer could see then, newest first.

    Raises:
        NotFound: The viewer may not see the post.
    """
    post = visible_row_query(post_id, viewer_id=viewer_id)
    listing = ListQuery(version_template, "post", post_id, limit=limit, after=after)
    reads.gather(post, listing)
    post_row = post.result()

    def keep_visible(rows: list[Row]) -> list[Row]:
        return [
            row
            for row in rows
            if is_visible(post_row, viewer_id, earlier=Audience.from_stored(row.value("audience")))
        ]

    return filter_pages(listing, keep=keep_visible)


def _feed_query(
    *,
    viewer_id: str,
    limit: int,
    after: Entry | None,
    media: str,
    template: JsonTemplate = post_template,
) -> ListQuery:
    index = "feed_media" if media else "feed"
    return _list_query(
        index, media, viewer_id=viewer_id, limit=limit, after=after, template=template
    )


def _list_query(  # noqa: PLR0913 - keyword arguments of one query
    index: str,
    value: str,
    *,
    viewer_id: str,
    limit: int,
    after: Entry | None,
    template: JsonTemplate = post_template,
) -> ListQuery:
    return ListQuery(
        template,
        index,
        value,
        limit=limit,
        after=after,
        checks=row_checks(viewer_id, template),
        viewer_fields=viewer_fields(viewer_id) if template is post_template else (),
    )


def _filter_page(
    listing: ListQuery, viewer_id: str, is_listed: Callable[[Row, str], bool] = is_visible
) -> tuple[list[Row], Entry | None]:
    return filter_pages(
        listing, keep=lambda rows: [row for row in rows if is_listed(row, viewer_id)]
    )
