"""What lives in Redis of reactions."""

from mysocial.store.store import Counted, Index, Store
from reactions.models import Reaction

reactions = Store(
    Reaction,
    parts={"made": ("created_at",)},
    raw=("post_id", "user_id", "type"),
    natural=("post_id", "user_id"),
    counted=(Counted("posts.post", "reactions", by="post_id", each="type"),),
    indexes=(
        Index("post", "post_id", of="posts.post"),
        Index("type", "post_id", by="type"),
        Index("user", "user_id", of="users.user"),
    ),
)
