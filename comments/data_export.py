"""Comments and reactions to comments in a member's data export."""

from comments.store import comment_reactions, comments
from mysocial.privacy import ExportSection, listed, register

register(
    ExportSection(
        comments,
        "Comments",
        listed(comments, "author"),
        without=("is_reply", "thread_author_id"),
    )
)
register(
    ExportSection(comment_reactions, "Reactions to comments", listed(comment_reactions, "user"))
)
