"""Representations of the members that edges name, as shown in lists of people."""

from typing import Any

from followers.store import SHOWN_NAME, blocks, follow_requests, follows, mutes
from mysocial.store import Field, JsonTemplate, Store
from users.representations import CARD_WITH_PRIVACY, person_parts


def _other_end(store: Store[Any], ref: str) -> JsonTemplate:
    return JsonTemplate(store, *person_parts(ref), refs={ref: CARD_WITH_PRIVACY})


follower_template = _other_end(follows, "follower_id")
followee_template = _other_end(follows, "followee_id")
blocked_template = JsonTemplate(
    blocks,
    b'"id":"',
    Field("blocked_id"),
    b'","username":"',
    Field("username"),
    b'",',
    Field(SHOWN_NAME),
    b',"avatar_color":"',
    Field("avatar_color"),
    b'","avatar_url":"',
    Field("avatar_url"),
    b'","is_private":',
    Field("is_private"),
    refs={"blocked_id": CARD_WITH_PRIVACY},
)
# For blocks from before they kept what was known of the blocked member.
present_blocked_template = _other_end(blocks, "blocked_id")
muted_template = _other_end(mutes, "muted_id")
requester_template = _other_end(follow_requests, "requester_id")
