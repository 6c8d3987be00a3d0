"""Reads of comments and of reactions to them."""

from comments.selectors.comments import (
    CommentAndPost,
    Commenters,
    CommentsPage,
    comment_checks,
    comments_page,
    current_viewers,
    filter_viewers,
    find_comment,
    get_comment,
    get_commenters,
    get_row,
    get_rows,
    json_query,
    replies_page,
)
from comments.selectors.reactions import (
    comment_reaction_query,
    comment_reactions_page,
    get_visible_reaction_ids,
    reaction_json_query,
)

__all__ = [
    "CommentAndPost",
    "Commenters",
    "CommentsPage",
    "comment_checks",
    "comment_reaction_query",
    "comment_reactions_page",
    "comments_page",
    "current_viewers",
    "filter_viewers",
    "find_comment",
    "get_comment",
    "get_commenters",
    "get_row",
    "get_rows",
    "get_visible_reaction_ids",
    "json_query",
    "reaction_json_query",
    "replies_page",
]
