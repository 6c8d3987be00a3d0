"""The stores of members, their former usernames, and the totals of the site."""

import hashlib

from mysocial.outbox import OUTBOX
from mysocial.policies import Audience
from mysocial.store import Counter, Index, Store
from users.models import LinkCheck, SiteTotals, User, UsernameReservation

# Names of fragments.
CARD = "card"  # shown next to the member's content
SETTINGS = "settings"  # for the member only
JOINED = "joined"

TOTALS_ID = "site"
# A post is counted in each of these counters of its author whose audience may see it.
POST_COUNTERS = {
    "posts_count": Audience.OWNER,
    "follower_posts_count": Audience.FOLLOWERS,
    "public_posts_count": Audience.EVERYONE,
}

users = Store(
    User,
    fragments={
        CARD: ("id", "username", "display_name", "avatar_color", "avatar_url"),
        "key": ("username_key",),
        JOINED: ("joined_cursor",),
        "pictures": ("avatar_id", "background_id"),
        SETTINGS: ("notifications", "birth_date"),
    },
    plain_fields=(
        "is_private",
        "who_may_message",
        "shows_presence",
        "shows_in_leaderboards",
        "silenced_until",
        "suspended_until",
    ),
    counters=(*POST_COUNTERS, "pinned_posts_count", "followers_count", "following_count"),
    sorted_counters=("followers_count",),
    unique=("username_key",),
    searched=("username_key",),
    counted_in=(
        Counter(
            "users.sitetotals",
            "public_posts_count",
            pk=TOTALS_ID,
            where={"is_private": (False,)},
            sum_of="public_posts_count",
        ),
    ),
    indexes=(Index("all"),),
)
link_checks = Store(LinkCheck, indexes=(OUTBOX,))
site_totals = Store(SiteTotals, counters=("public_posts_count",))
username_reservations = Store(
    UsernameReservation,
    plain_fields=("user_id", "username_reserved_until"),
    indexes=(Index("user", "user_id", parent_label="users.user"),),
    expires_after=("expires_at", 3600),
)


def reservation_id(username_key: str) -> str:
    """Return the id of the reservation of a lowercase username, which the id must not contain."""
    return hashlib.sha256(username_key.encode("utf-8", "replace")).hexdigest()
