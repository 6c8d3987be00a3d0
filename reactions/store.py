"""What lives in Redis of reactions."""

from mysocial.store import Index, Store
from reactions.models import Reaction

reactions = Store(
    Reaction,
    parts={"made": ("created_at",)},
    raw=("post_id", "user_id", "type"),
    indexes=(
        Index("post", "post_id"),
        Index("type", "post_id", by="type"),
        Index("user", "user_id"),
    ),
)
