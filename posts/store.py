"""Store declarations of posts."""

from itertools import combinations

from followers.selectors import FOLLOW_GRAPH
from mysocial.outbox import OUTBOX
from mysocial.store import Counter, Index, Store
from posts.models import (
    MAX_POLL_OPTIONS,
    Bookmark,
    MediaKind,
    Poll,
    PollEnd,
    PollVote,
    Post,
    PostVersion,
    Privacy,
)
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
        "poll_id",
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

VOTE_COUNTERS = tuple(f"votes_{number}" for number in range(MAX_POLL_OPTIONS))
# All values of `PollVote.choices`.
_CHOICES = tuple(
    ",".join(chosen)
    for size in range(1, MAX_POLL_OPTIONS + 1)
    for chosen in combinations(map(str, range(MAX_POLL_OPTIONS)), size)
)
polls = Store(
    Poll,
    fragments={"definition": ("options", "multiple", "hide_results", "may_change_vote", "ends_at")},
    plain_fields=("ends_ms",),
    counters=("voters_count", *VOTE_COUNTERS),
)
poll_votes = Store(
    PollVote,
    fragments={"created": ("created_at",)},
    plain_fields=("post_id", "user_id", "choices"),
    natural_key=("post_id", "user_id"),
    counted_in=(
        Counter("posts.poll", "voters_count", by="post_id"),
        *(
            Counter(
                "posts.poll",
                counter,
                by="post_id",
                where={"choices": tuple(value for value in _CHOICES if str(number) in value)},
            )
            for number, counter in enumerate(VOTE_COUNTERS)
        ),
    ),
    indexes=(
        Index("post", "post_id", parent_label="posts.poll"),
        Index("user", "user_id", parent_label="users.user"),
    ),
)
poll_ends = Store(PollEnd, indexes=(OUTBOX,))
