"""Store declarations of posts."""

from followers.selectors import FOLLOW_GRAPH
from mysocial.store import Counter, Index, Store
from posts.models import Bookmark, MediaKind, Post, PostVersion, Privacy
from posts.reaction_types import ReactionType

# The privacies of posts that feeds list.
FEED_PRIVACIES = (Privacy.PUBLIC.value, Privacy.FOLLOWERS.value)
# The kinds of media that a list can be filtered by. Each has its own index, so that pages are full.
MEDIA_FILTERS = (MediaKind.IMAGES.value, MediaKind.VIDEOS.value)

posts = Store(
    Post,
    fragments={"withheld": ("original_privacy",)},
    plain_fields=(
        "author_id",
        "privacy",
        "who_may_comment",
        "media_id",
        "media_kind",
        "is_pinned",
    ),
    counters=("comments_count", *(f"reactions_{kind}" for kind in ReactionType.values)),
    counted_in=(
        Counter("users.user", "posts_count", by="author_id", where={"privacy": Privacy.values}),
        Counter(
            "users.user", "follower_posts_count", by="author_id", where={"privacy": FEED_PRIVACIES}
        ),
        Counter(
            "users.user",
            "public_posts_count",
            by="author_id",
            where={"privacy": (Privacy.PUBLIC.value,)},
        ),
        Counter("users.user", "pinned_posts_count", by="author_id", where={"is_pinned": (True,)}),
    ),
    indexes=(
        Index("feed", where={"privacy": FEED_PRIVACIES}),
        Index("author", "author_id", parent_label="users.user"),
        Index(
            # By `is_pinned` too: MongoDB then has an index of its own and scans only pinned posts.
            "pinned",
            "author_id",
            second_field="is_pinned",
            order="pinned_at",
            where={"is_pinned": (True,)},
            parent_label="users.user",
        ),
        Index(
            "home",
            "author_id",
            where={"privacy": FEED_PRIVACIES},
            parent_label="users.user",
            follow_graph=FOLLOW_GRAPH,
            source_index="author",
        ),
        Index(
            "feed_media",
            "media_kind",
            where={"privacy": FEED_PRIVACIES, "media_kind": MEDIA_FILTERS},
        ),
        Index(
            "author_media",
            "author_id",
            second_field="media_kind",
            where={"media_kind": MEDIA_FILTERS},
            parent_label="users.user",
        ),
    ),
)
bookmarks = Store(
    Bookmark,
    fragments={"created": ("created_at",)},
    plain_fields=("user_id", "post_id"),
    natural_key=("user_id", "post_id"),
    indexes=(
        Index("user", "user_id", parent_label="users.user"),
        Index("post", "post_id", parent_label="posts.post"),
    ),
)
post_versions = Store(
    PostVersion,
    fragments={
        "content": ("id", "written_at", "text", "facets", "bg_color", "feelings", "gif_url")
    },
    plain_fields=("post_id", "media_id", "audience"),
    indexes=(Index("post", "post_id"),),
)
