"""Data export of follows, requests, blocks and mutes; who blocks or mutes a member is not in it."""

from followers.store import blocks, follow_requests, follows, mutes
from mysocial.privacy import ExportSection, listed, register

register(ExportSection(follows, "Follows", listed(follows, "follower", "followee")))
register(ExportSection(follow_requests, "Requests", listed(follow_requests, "requester", "target")))
register(ExportSection(blocks, "Blocks", listed(blocks, "blocker")))
register(ExportSection(mutes, "Mutes", listed(mutes, "muter")))
