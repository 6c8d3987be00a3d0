"""The topics whose state has changed since a client read it."""

import time
from collections.abc import Iterable

from mysocial.realtime.missed_events import MissedEventsReader
from mysocial.realtime.replay import parse_cursor

# A client subscribes just after it has read. For older cursors, nothing is searched: the search
# would be as long as the log.
MAX_AGE_SECONDS = 600


async def find_changed_topics(cursor: str, topics: Iterable[str], user_id: str) -> list[str]:
    """Return the topics with an event after a cursor that a member may see now.

    These are all of them if the cursor is older than `MAX_AGE_SECONDS`, or the log was restarted.

    Args:
        cursor: The cursor at which the client read its state.
        topics: The topics, to which the client must have subscribed before.
        user_id: The member.

    Raises:
        Invalid: The cursor is invalid.
        Unavailable: Redis, or a MongoDB that a check needs, does not respond.
    """
    wanted, changed = set(topics), set[str]()
    _, offset_us = parse_cursor(cursor)
    if offset_us < (time.time() - MAX_AGE_SECONDS) * 1_000_000:
        return sorted(wanted)
    reader = MissedEventsReader(cursor, user_id)
    has_more = bool(wanted)
    while has_more:
        # Topics that have changed need no further look.
        missed = await reader.read(wanted - changed)
        if missed.reason:
            return sorted(wanted)
        topics_by_offset = {entry.offset: entry.topics for entry in missed.entries}
        while missed.entries:
            for offset, *_ in await reader.filter(missed.entries):
                changed |= topics_by_offset[offset]
        has_more = missed.more and changed != wanted
    return sorted(changed)
