"""What of follows, blocks and mutes is a member's own: never who blocks or mutes them."""

from followers.store import blocks, follow_requests, follows, mutes
from mysocial.privacy.exports import Portion, export, listed

export(Portion(follows, "Follows", listed(follows, "follower", "followee")))
export(Portion(follow_requests, "Requests", listed(follow_requests, "requester", "target")))
export(Portion(blocks, "Blocks", listed(blocks, "blocker")))
export(Portion(mutes, "Mutes", listed(mutes, "muter")))
