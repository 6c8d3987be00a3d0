"""What lives in Redis of posts."""

from followers.selectors import FOLLOW_GRAPH
from mysocial.store import Counter, Index, Store
from posts.models import FeedStats, MediaKind, Post, PostVersion, Privacy
from posts.reaction_types import ReactionType

FEED = (Privacy.PUBLIC.value, Privacy.FOLLOWERS.value)
STATS_ID = "feed"
# What a list of posts may be narrowed to; each has lists of its own, so that pages are whole.
MEDIA = (MediaKind.IMAGES.value, MediaKind.VIDEOS.value)

posts = Store(
    Post,
    fragments={"withheld": ("privacy_was",)},
    plain_fields=("author_id", "privacy", "media_id", "media_kind"),
    counters=("comments_count", *(f"reactions_{kind}" for kind in ReactionType.values)),
    counted_in=(
        Counter("users.user", "posts_count", by="author_id", where={"privacy": Privacy.values}),
        Counter("posts.feedstats", "posts_count", pk=STATS_ID, where={"privacy": FEED}),
    ),
    indexes=(
        Index("feed", where={"privacy": FEED}),
        Index("author", "author_id", parent_label="users.user"),
        Index(
            "home",
            "author_id",
            where={"privacy": FEED},
            parent_label="users.user",
            follow_graph=FOLLOW_GRAPH,
            source_index="author",
        ),
        Index("feed_media", "media_kind", where={"privacy": FEED, "media_kind": MEDIA}),
        Index(
            "author_media",
            "author_id",
            by="media_kind",
            where={"media_kind": MEDIA},
            parent_label="users.user",
        ),
    ),
)
feed_stats = Store(FeedStats, counters=("posts_count",))
post_versions = Store(
    PostVersion,
    fragments={"was": ("id", "written_at", "text", "bg_color", "feelings", "gif_url")},
    plain_fields=("post_id", "media_id"),
    indexes=(Index("post", "post_id"),),
)
