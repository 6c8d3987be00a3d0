"""Writes of bookmarks."""

from mysocial.store import STALE_ERRORS, reads, retry_on_conflict, write
from posts import selectors
from posts.events import BookmarkCreated, BookmarkDeleted
from posts.models import Bookmark, bookmark_id
from posts.services.write_steps import require_visible
from posts.store import bookmarks


@retry_on_conflict
def create_bookmark(*, user_id: str, post_id: str) -> None:
    """Bookmark a post; a repetition changes nothing. Nobody else is informed.

    Raises:
        NotFound: The member may not see the post.
    """
    pk = bookmark_id(user_id, post_id)
    post_query = selectors.visible_row_query(post_id, viewer_id=user_id)
    bookmark_query = reads.optional_record_query(bookmarks, pk)
    reads.gather(post_query, bookmark_query)
    post = post_query.result()
    if bookmark_query.result():
        return
    with write(*STALE_ERRORS) as w:
        require_visible(w, post, viewer_id=user_id)
        w.create(Bookmark(id=pk, user_id=user_id, post_id=post_id))
        w.announce(BookmarkCreated(user_id, post_id))


@retry_on_conflict
def delete_bookmark(*, user_id: str, post_id: str) -> None:
    """Delete a member's bookmark of a post; a repetition changes nothing.

    Members may delete their bookmarks even if they may no longer see the post. The result is the
    same for a post that does not exist.
    """
    bookmark = reads.optional_record_query(bookmarks, bookmark_id(user_id, post_id)).result()
    if bookmark is None:
        return
    with write(*STALE_ERRORS) as w:
        w.delete(bookmark)
        w.announce(BookmarkDeleted(user_id, post_id))
