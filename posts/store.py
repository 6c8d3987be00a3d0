"""What lives in Redis of posts."""

from followers.selectors import FANS
from mysocial.store import Counted, Index, Store
from posts.models import REACTIONS, FeedStats, Post, Privacy

FEED = (Privacy.PUBLIC.value, Privacy.FOLLOWERS.value)
STATS_ID = "feed"

posts = Store(
    Post,
    raw=("author_id", "privacy"),
    counters=("comments_count", *(f"reactions_{kind}" for kind in REACTIONS)),
    counted=(
        Counted("users.user", "posts_count", by="author_id"),
        Counted("posts.feedstats", "posts_count", pk=STATS_ID, where={"privacy": FEED}),
    ),
    indexes=(
        Index("feed", where={"privacy": FEED}),
        Index("author", "author_id", of="users.user"),
        Index(
            "home", "author_id", where={"privacy": FEED}, of="users.user", fans=FANS, over="author"
        ),
    ),
)
feed_stats = Store(FeedStats, counters=("posts_count",))
