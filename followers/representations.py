"""What the people of a list look like: whom an edge names."""

from typing import Any

from followers.store import blocks, follow_requests, follows, mutes
from mysocial.store.json_templates import Wire
from mysocial.store.store import Store
from users.representations import AUTHOR, person


def _other_end(store: Store[Any], ref: str) -> Wire:
    return Wire(store, *person(ref), refs={ref: AUTHOR})


follower_wire = _other_end(follows, "follower_id")
followee_wire = _other_end(follows, "followee_id")
blocked_wire = _other_end(blocks, "blocked_id")
muted_wire = _other_end(mutes, "muted_id")
requester_wire = _other_end(follow_requests, "requester_id")
