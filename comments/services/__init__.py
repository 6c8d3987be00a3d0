"""Writes of comments and of reactions to them. No other module writes them."""

from comments.services.comments import (
    create_comment,
    delete_comment,
    moderate_comment,
    remove_comment,
    update_comment,
)
from comments.services.reactions import (
    CommentReactionState,
    delete_comment_reaction,
    remove_comment_reaction,
    set_comment_reaction,
)

__all__ = [
    "CommentReactionState",
    "create_comment",
    "delete_comment",
    "delete_comment_reaction",
    "moderate_comment",
    "remove_comment",
    "remove_comment_reaction",
    "set_comment_reaction",
    "update_comment",
]
