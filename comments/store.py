"""Store declaration of comments."""

from comments.models import Comment
from mysocial.store import Counter, Index, Store

comments = Store(
    Comment,
    plain_fields=("post_id", "author_id"),
    counted_in=(Counter("posts.post", "comments_count", by="post_id"),),
    indexes=(
        Index("post", "post_id", parent_label="posts.post"),
        Index("author", "author_id", parent_label="users.user"),
    ),
)
