"""Writes of bookmarks."""

from bookmarks.events import BookmarkAdded, BookmarkRemoved
from bookmarks.models import Bookmark, bookmark_id
from bookmarks.store import bookmarks
from mysocial.core.errors import NotFound
from mysocial.store import STALE_ERRORS, reads, retry_on_conflict, write
from posts import selectors as post_selectors
from posts.services import require_visible


@retry_on_conflict
def add_bookmark(*, user_id: str, post_id: str) -> None:
    """Bookmark a post; repeating it has no effect.

    Raises:
        NotFound: The post does not exist, or the member may not see it.
    """
    pk = bookmark_id(user_id, post_id)
    post_query = post_selectors.visible_row_query(post_id, viewer_id=user_id)
    bookmark_query = reads.optional_record_query(bookmarks, pk)
    reads.gather(post_query, bookmark_query)  # one round trip
    post = post_query.result()
    if bookmark_query.result():
        return
    with write(*STALE_ERRORS) as w:
        require_visible(w, post, viewer_id=user_id)
        w.create(Bookmark(id=pk, user_id=user_id, post_id=post_id))
        w.announce(BookmarkAdded(user_id, post_id))


def remove_bookmark(*, user_id: str, post_id: str) -> None:
    """Remove a bookmark; repeating it has no effect."""
    try:
        delete_bookmark(bookmark_id(user_id, post_id))
    except NotFound:
        return


def delete_bookmark(pk: str) -> None:
    """Delete any bookmark.

    Raises:
        NotFound: It is already deleted.
    """
    bookmark = reads.get_record(bookmarks, pk)
    with write() as w:
        w.delete(bookmark)
        w.announce(BookmarkRemoved(bookmark.user_id, bookmark.post_id))
