"""Pages of a member's bookmarks."""

from mysocial.store import Entry, ListQuery, Row, filter_pages
from posts.representations import bookmark_template
from posts.selectors.rows import get_rows


def bookmarks_page(
    *, viewer_id: str, limit: int, after: Entry | None = None
) -> tuple[list[Row], Entry | None]:
    """Return a page of the bookmarked posts that the viewer may see, newest bookmark first.

    A bookmark of a post that the viewer may no longer see is left out, and listed again when they
    may see it again.

    Returns:
        The rows of the posts, and the bookmark to continue after; None on the last page.
    """
    posts: dict[str, Row] = {}

    def keep_visible(rows: list[Row]) -> list[Row]:
        post_ids = [row.value("post_id") for row in rows]
        visible = get_rows(post_ids, viewer_id=viewer_id, with_reactions=True)
        posts.update({row.id: row for row in visible})
        return [row for row in rows if row.value("post_id") in posts]

    listing = ListQuery(bookmark_template, "user", viewer_id, limit=limit, after=after)
    rows, next_entry = filter_pages(listing, keep=keep_visible)
    return [posts[row.value("post_id")] for row in rows], next_entry
