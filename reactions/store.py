"""Store declaration of reactions."""

from mysocial.store import Counter, Index, Store
from reactions.models import Reaction

reactions = Store(
    Reaction,
    fragments={"created": ("created_at",)},
    plain_fields=("post_id", "user_id", "type"),
    natural_key=("post_id", "user_id"),
    counted_in=(Counter("posts.post", "reactions", by="post_id", each="type"),),
    indexes=(
        Index("post", "post_id", parent_label="posts.post"),
        Index("type", "post_id", second_field="type"),
        Index("user", "user_id", parent_label="users.user"),
    ),
)
