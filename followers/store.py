"""What lives in Redis of the edges: whole lists, to know members without MongoDB."""

from followers.models import Block, Follow, FollowRequest, Mute
from mysocial.store import Counter, Index, Store

USER_LABEL = "users.user"
LIST_CAP = 10_000  # longer lists are looked up edge by edge

follows = Store(
    Follow,
    plain_fields=("follower_id", "followee_id"),
    natural_key=("follower_id", "followee_id"),
    counted_in=(
        Counter("users.user", "following_count", by="follower_id"),
        Counter("users.user", "followers_count", by="followee_id"),
    ),
    indexes=(
        Index("follower", "follower_id", cap=LIST_CAP, parent_label=USER_LABEL),
        Index("followee", "followee_id", cap=LIST_CAP, parent_label=USER_LABEL),
    ),
)
blocks = Store(
    Block,
    plain_fields=("blocker_id", "blocked_id"),
    natural_key=("blocker_id", "blocked_id"),
    indexes=(
        Index("blocker", "blocker_id", cap=LIST_CAP, parent_label=USER_LABEL),
        Index("blocked", "blocked_id", cap=LIST_CAP, parent_label=USER_LABEL),
    ),
)
mutes = Store(
    Mute,
    plain_fields=("muter_id", "muted_id"),
    natural_key=("muter_id", "muted_id"),
    indexes=(
        Index("muter", "muter_id", cap=LIST_CAP, parent_label=USER_LABEL),
        Index("muted", "muted_id", cap=LIST_CAP, parent_label=USER_LABEL),
    ),
)
follow_requests = Store(
    FollowRequest,
    plain_fields=("requester_id", "target_id"),
    natural_key=("requester_id", "target_id"),
    indexes=(
        Index("requester", "requester_id", cap=LIST_CAP, parent_label=USER_LABEL),
        Index("target", "target_id", cap=LIST_CAP, parent_label=USER_LABEL),
    ),
)
