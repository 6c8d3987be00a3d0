"""The records between a viewer and a post that each post shows: the reaction and the bookmark."""

import functools

from mysocial.store import ViewerCheck, ViewerField
from posts.models import bookmark_id
from posts.policies import viewer_reaction_policy
from posts.store import bookmarks

MAX_CACHED_VIEWERS = 1000  # whose fields a process keeps


@functools.lru_cache(maxsize=MAX_CACHED_VIEWERS)
def viewer_fields(viewer_id: str) -> tuple[ViewerField, ViewerField]:
    """Return the fields that `render_posts` needs: the type of the reaction, and the bookmark."""
    check = ViewerCheck(
        bookmarks.list_key("user", viewer_id), bookmark_id(viewer_id, ""), "", bookmarks.prefix
    )
    bookmark = ViewerField(check, "", row_list=bookmarks.list_key("post"))
    return viewer_reaction_policy().field(viewer_id), bookmark
