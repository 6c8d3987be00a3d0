"""Writes of posts. No other module writes them."""

from posts.services.bookmarks import create_bookmark, delete_bookmark
from posts.services.pins import pin_post, unpin_post
from posts.services.poll_ends import end_due_polls
from posts.services.poll_votes import VoteState, delete_poll_vote, remove_poll_vote, set_poll_vote
from posts.services.posts import (
    create_post,
    delete_post,
    moderate_post,
    remove_post,
    update_post,
)
from posts.services.withholding import restore_post, withhold_post
from posts.services.write_steps import (
    announce_processed_media,
    increment_post_counters,
    increment_reaction_totals,
    remove_deleted_media,
    require_may_comment,
    require_visible,
)

__all__ = [
    "VoteState",
    "announce_processed_media",
    "create_bookmark",
    "create_post",
    "delete_bookmark",
    "delete_poll_vote",
    "delete_post",
    "end_due_polls",
    "increment_post_counters",
    "increment_reaction_totals",
    "moderate_post",
    "pin_post",
    "remove_deleted_media",
    "remove_poll_vote",
    "remove_post",
    "require_may_comment",
    "require_visible",
    "restore_post",
    "set_poll_vote",
    "unpin_post",
    "update_post",
    "withhold_post",
]
