"""Reads of posts. Every read for a viewer applies `can_see_post`."""

from posts.selectors.bookmarks import bookmarks_page
from posts.selectors.pages import (
    author_page,
    feed_page,
    home_page,
    numbered_feed_page,
    pinned_page,
    versions_page,
)
from posts.selectors.rows import (
    counts_query,
    find_post,
    get_author_id,
    get_post,
    get_row,
    get_rows,
    is_in_feed,
    is_in_home_feed,
    is_visible,
    is_withheld,
    json_query,
    post_and_recipients_query,
    row_query,
    visible_row_query,
)
from posts.selectors.viewers import (
    current_viewers,
    filter_viewers,
    home_viewers,
)

__all__ = [
    "author_page",
    "bookmarks_page",
    "counts_query",
    "current_viewers",
    "feed_page",
    "filter_viewers",
    "find_post",
    "get_author_id",
    "get_post",
    "get_row",
    "get_rows",
    "home_page",
    "home_viewers",
    "is_in_feed",
    "is_in_home_feed",
    "is_visible",
    "is_withheld",
    "json_query",
    "numbered_feed_page",
    "pinned_page",
    "post_and_recipients_query",
    "row_query",
    "versions_page",
    "visible_row_query",
]
