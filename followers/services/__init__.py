"""Services of follows, requests, blocks and mutes: the only writers of edges and their counters."""

from followers.services.blocks_and_mutes import block, mute, remove_block, unblock, unmute
from followers.services.edges import remove_follow, require_no_block, require_relation
from followers.services.follows import follow, remove_follower, unfollow
from followers.services.requests import (
    accept_request,
    accept_waiting_request,
    decline_request,
    is_public,
)

__all__ = [
    "accept_request",
    "accept_waiting_request",
    "block",
    "decline_request",
    "follow",
    "is_public",
    "mute",
    "remove_block",
    "remove_follow",
    "remove_follower",
    "require_no_block",
    "require_relation",
    "unblock",
    "unfollow",
    "unmute",
]
