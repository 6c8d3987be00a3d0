"""Store declaration of bookmarks."""

from bookmarks.models import Bookmark
from mysocial.store import Index, Store

bookmarks = Store(
    Bookmark,
    plain_fields=("user_id", "post_id"),
    natural_key=("user_id", "post_id"),
    indexes=(
        Index("user", "user_id", parent_label="users.user"),
        Index("post", "post_id"),
    ),
)
