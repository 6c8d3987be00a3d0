"""The store of members."""

from mysocial.store import Index, Store
from users.models import User

# Names of fragments.
CARD = "card"  # shown next to the member's content
SETTINGS = "settings"  # for the member only
JOINED = "joined"

users = Store(
    User,
    fragments={
        CARD: ("id", "username", "avatar_color", "avatar_url"),
        "key": ("username_key",),
        JOINED: ("joined_cursor",),
        "pictures": ("avatar_id", "background_id"),
        SETTINGS: ("notifications",),
    },
    plain_fields=(
        "is_private",
        "who_may_message",
        "shows_presence",
        "silenced_until",
        "suspended_until",
    ),
    counters=("posts_count", "followers_count", "following_count"),
    sorted_counters=("followers_count",),
    unique=("username_key",),
    indexes=(Index("all"),),
)
