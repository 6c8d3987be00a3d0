"""Reads of bookmarks."""

from bookmarks.representations import bookmark_template
from mysocial.store import Entry, ListQuery, Row
from posts import selectors as post_selectors


def bookmarks_page(
    *, viewer_id: str, limit: int, after: Entry | None = None
) -> tuple[list[Row], Entry | None]:
    """Return the bookmarked posts that the viewer may see, newest bookmark first."""
    page = ListQuery(bookmark_template, "user", viewer_id, limit=limit, after=after).result()
    post_ids = [row.value("post_id") for row in page.rows]
    posts = post_selectors.get_rows(post_ids, viewer_id=viewer_id, with_reactions=True)
    return posts, page.next
