"""What lives in Redis of the edges: whole lists, to know members without MongoDB."""

from followers.models import Block, Follow, FollowRequest, Mute
from mysocial.store.store import Counted, Index, Store

MEMBER = "users.user"
WHOLE = 10_000  # longer lists are looked up edge by edge

follows = Store(
    Follow,
    raw=("follower_id", "followee_id"),
    natural=("follower_id", "followee_id"),
    counted=(
        Counted("users.user", "following_count", by="follower_id"),
        Counted("users.user", "followers_count", by="followee_id"),
    ),
    indexes=(
        Index("follower", "follower_id", cap=WHOLE, of=MEMBER),
        Index("followee", "followee_id", cap=WHOLE, of=MEMBER),
    ),
)
blocks = Store(
    Block,
    raw=("blocker_id", "blocked_id"),
    natural=("blocker_id", "blocked_id"),
    indexes=(
        Index("blocker", "blocker_id", cap=WHOLE, of=MEMBER),
        Index("blocked", "blocked_id", cap=WHOLE, of=MEMBER),
    ),
)
mutes = Store(
    Mute,
    raw=("muter_id", "muted_id"),
    natural=("muter_id", "muted_id"),
    indexes=(
        Index("muter", "muter_id", cap=WHOLE, of=MEMBER),
        Index("muted", "muted_id", cap=WHOLE, of=MEMBER),
    ),
)
follow_requests = Store(
    FollowRequest,
    raw=("requester_id", "target_id"),
    natural=("requester_id", "target_id"),
    indexes=(
        Index("requester", "requester_id", cap=WHOLE, of=MEMBER),
        Index("target", "target_id", cap=WHOLE, of=MEMBER),
    ),
)
