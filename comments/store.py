"""Store declarations of comments and of reactions to them."""

from comments.models import Comment, CommentReaction
from mysocial.store import Counter, Index, Store
from posts.reaction_types import ReactionType

REACTION_COUNTERS = tuple(f"reactions_{kind}" for kind in ReactionType.values)

comments = Store(
    Comment,
    plain_fields=(
        "post_id",
        "author_id",
        "is_reply",
        "parent_id",
        "thread_id",
        "thread_author_id",
    ),
    counters=("replies_count", *REACTION_COUNTERS),
    counted_in=(
        Counter("posts.post", "comments_count", by="post_id"),
        Counter("comments.comment", "replies_count", by="thread_id", where={"is_reply": (True,)}),
    ),
    indexes=(
        # None: documents of comments from before there were replies.
        Index("post", "post_id", where={"is_reply": (False, None)}, parent_label="posts.post"),
        Index("replies", "thread_id", where={"is_reply": (True,)}, parent_label="comments.comment"),
        Index("author", "author_id", parent_label="users.user"),
    ),
)
comment_reactions = Store(
    CommentReaction,
    fragments={"created": ("created_at",)},
    plain_fields=("comment_id", "user_id", "type"),
    natural_key=("comment_id", "user_id"),
    counted_in=(Counter("comments.comment", "reactions", by="comment_id", each="type"),),
    indexes=(
        Index("comment", "comment_id", parent_label="comments.comment"),
        Index("type", "comment_id", second_field="type"),
        Index("user", "user_id", parent_label="users.user"),
    ),
)
