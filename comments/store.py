"""What lives in Redis of comments."""

from comments.models import Comment
from mysocial.store.store import Counted, Index, Store

comments = Store(
    Comment,
    raw=("post_id", "author_id"),
    counted=(Counted("posts.post", "comments_count", by="post_id"),),
    indexes=(
        Index("post", "post_id", of="posts.post"),
        Index("author", "author_id", of="users.user"),
    ),
)
