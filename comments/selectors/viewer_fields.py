"""The record between a viewer and a comment that each comment shows: the reaction."""

import functools

from comments.models import comment_reaction_id
from comments.store import comment_reactions
from mysocial.store import ViewerCheck, ViewerField

MAX_CACHED_VIEWERS = 1000  # whose fields a process keeps


@functools.lru_cache(maxsize=MAX_CACHED_VIEWERS)
def viewer_fields(viewer_id: str) -> tuple[ViewerField]:
    """Return the field that `render_for` needs: the type of the reaction."""
    check = ViewerCheck(
        comment_reactions.list_key("user", viewer_id),
        "",
        comment_reaction_id("", viewer_id),
        comment_reactions.prefix,
    )
    return (ViewerField(check, "type", row_list=comment_reactions.list_key("comment")),)
