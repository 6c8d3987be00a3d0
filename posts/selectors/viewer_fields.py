"""The records between a viewer and a post that a post shows: reaction, bookmark and vote."""

import functools

from mysocial.store import ViewerCheck, ViewerField
from posts.models import bookmark_id, poll_vote_id
from posts.policies import viewer_reaction_policy
from posts.representations import post_template
from posts.store import bookmarks, poll_votes

MAX_CACHED_VIEWERS = 1000  # whose fields a process keeps


@functools.lru_cache(maxsize=MAX_CACHED_VIEWERS)
def viewer_fields(viewer_id: str) -> tuple[ViewerField, ...]:
    """Return the fields that `render_posts` needs.

    They are the type of the reaction, whether there is a bookmark, and the choices of the vote.
    """
    check = ViewerCheck(
        bookmarks.list_key("user", viewer_id), bookmark_id(viewer_id, ""), "", bookmarks.prefix
    )
    bookmark = ViewerField(check, "", row_list=bookmarks.list_key("post"))
    return viewer_reaction_policy().field(viewer_id), bookmark, _vote_field(viewer_id)


def _vote_field(viewer_id: str) -> ViewerField:
    check = ViewerCheck(
        poll_votes.list_key("user", viewer_id), "", poll_vote_id("", viewer_id), poll_votes.prefix
    )
    position = post_template.field_positions["poll_id"] + 1
    return ViewerField(check, "choices", row_list=poll_votes.list_key("post"), position=position)
