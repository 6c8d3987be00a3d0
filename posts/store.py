"""What lives in Redis of posts."""

from followers.selectors import FANS
from mysocial.store.store import Counted, Index, Store
from posts.models import REACTIONS, FeedStats, MediaKind, Post, PostVersion, Privacy

FEED = (Privacy.PUBLIC.value, Privacy.FOLLOWERS.value)
STATS_ID = "feed"
# What a list of posts may be narrowed to; each has lists of its own, so that pages are whole.
MEDIA = (MediaKind.IMAGES.value, MediaKind.VIDEOS.value)

posts = Store(
    Post,
    parts={"withheld": ("privacy_was",)},
    raw=("author_id", "privacy", "media_id", "media_kind"),
    counters=("comments_count", *(f"reactions_{kind}" for kind in REACTIONS)),
    counted=(
        Counted("users.user", "posts_count", by="author_id", where={"privacy": Privacy.values}),
        Counted("posts.feedstats", "posts_count", pk=STATS_ID, where={"privacy": FEED}),
    ),
    indexes=(
        Index("feed", where={"privacy": FEED}),
        Index("author", "author_id", of="users.user"),
        Index(
            "home", "author_id", where={"privacy": FEED}, of="users.user", fans=FANS, over="author"
        ),
        Index("feed_media", "media_kind", where={"privacy": FEED, "media_kind": MEDIA}),
        Index(
            "author_media",
            "author_id",
            by="media_kind",
            where={"media_kind": MEDIA},
            of="users.user",
        ),
    ),
)
feed_stats = Store(FeedStats, counters=("posts_count",))
post_versions = Store(
    PostVersion,
    parts={"was": ("id", "written_at", "text", "bg_color", "feelings", "gif_url")},
    raw=("post_id", "media_id"),
    indexes=(Index("post", "post_id"),),
)
