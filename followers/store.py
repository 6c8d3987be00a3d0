"""Stores of follows, requests, blocks and mutes.

Lists are complete in Redis up to `LIST_CAP`, so that relations are read without MongoDB.
"""

from followers.models import Block, Follow, FollowRequest, Mute
from mysocial.store import Counter, Index, Store

USER_LABEL = "users.user"
LIST_CAP = 10_000  # in longer lists, each edge is looked up by its id

follows = Store(
    Follow,
    plain_fields=("follower_id", "followee_id"),
    natural_key=("follower_id", "followee_id"),
    counted_in=(
        Counter(USER_LABEL, "following_count", by="follower_id"),
        Counter(USER_LABEL, "followers_count", by="followee_id"),
    ),
    indexes=(
        Index("follower", "follower_id", max_entries=LIST_CAP, parent_label=USER_LABEL),
        Index("followee", "followee_id", max_entries=LIST_CAP, parent_label=USER_LABEL),
    ),
)
SHOWN_NAME = "shown_name"  # the fragment of a block that needs quoting as JSON
blocks = Store(
    Block,
    fragments={SHOWN_NAME: ("display_name",)},
    plain_fields=(
        "blocker_id",
        "blocked_id",
        "username",
        "avatar_color",
        "avatar_url",
        "is_private",
    ),
    natural_key=("blocker_id", "blocked_id"),
    indexes=(
        Index("blocker", "blocker_id", max_entries=LIST_CAP, parent_label=USER_LABEL),
        Index("blocked", "blocked_id", max_entries=LIST_CAP, parent_label=USER_LABEL),
    ),
)
mutes = Store(
    Mute,
    plain_fields=("muter_id", "muted_id"),
    natural_key=("muter_id", "muted_id"),
    indexes=(
        Index("muter", "muter_id", max_entries=LIST_CAP, parent_label=USER_LABEL),
        Index("muted", "muted_id", max_entries=LIST_CAP, parent_label=USER_LABEL),
    ),
)
follow_requests = Store(
    FollowRequest,
    plain_fields=("requester_id", "target_id"),
    natural_key=("requester_id", "target_id"),
    indexes=(
        Index("requester", "requester_id", max_entries=LIST_CAP, parent_label=USER_LABEL),
        Index("target", "target_id", max_entries=LIST_CAP, parent_label=USER_LABEL),
    ),
)
