"""The viewer's reaction to a post, which every post shows."""

import functools
from collections.abc import Sequence
from typing import Any

from mysocial.core.ids import pair_id
from mysocial.store import ViewerCheck, ViewerField
from posts.policies import ViewerReactionPolicy
from reactions.models import reaction_id
from reactions.store import reactions

MAX_CACHED_VIEWERS = 1000  # whose field a process keeps


@functools.lru_cache(maxsize=MAX_CACHED_VIEWERS)
def _reaction_field(viewer_id: str) -> ViewerField:
    check = ViewerCheck(
        reactions.list_key("user", viewer_id), "", pair_id("", viewer_id), reactions.prefix
    )
    return ViewerField(check, "type", row_list=reactions.list_key("post"))


class ReactionsPolicy(ViewerReactionPolicy):
    """Reads the list of the viewer's reactions."""

    def field(self, viewer_id: str) -> ViewerField:
        return _reaction_field(viewer_id)

    def placeholder(self, post_id: str, viewer_id: str) -> Sequence[Any]:
        pk = reaction_id(post_id, viewer_id)
        return reactions.optional_placeholder(pk, "type", b'"', b'"')
