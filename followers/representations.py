"""Representations of the members that edges name, as shown in lists of people."""

from typing import Any

from followers.store import blocks, follow_requests, follows, mutes
from mysocial.store import JsonTemplate, Store
from users.representations import CARD_WITH_PRIVACY, person_parts


def _other_end(store: Store[Any], ref: str) -> JsonTemplate:
    return JsonTemplate(store, *person_parts(ref), refs={ref: CARD_WITH_PRIVACY})


follower_template = _other_end(follows, "follower_id")
followee_template = _other_end(follows, "followee_id")
blocked_template = _other_end(blocks, "blocked_id")
muted_template = _other_end(mutes, "muted_id")
requester_template = _other_end(follow_requests, "requester_id")
