"""Look-ups in Redis before beat wakes a worker, so that an idle site runs no tasks.

A wrong "yes" costs one task, and a wrong "no" lasts until the next look-up. This module loads no
model, so that `mysocial.ops.probe` starts fast.
"""

import logging
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from django.conf import settings

from mysocial.core import keys, watermark
from mysocial.core.errors import Unavailable
from mysocial.core.redis import available, client
from mysocial.core.stored_responses import DIGEST_LENGTH
from mysocial.core.wakeup_names import (
    EXPIRY,
    HOOKED_TYPES,
    HOOKS,
    OUTBOXES,
    PACKING,
    RECOVERY,
    SECURITY_EVENTS,
)
from mysocial.persistence.packing import EVENTS_PER_BLOCK, MIN_EVENT_AGE_SECONDS

logger = logging.getLogger(__name__)
OUTBOX_INDEX = "outbox"
MAX_LOOKUP_SECONDS = 1.0  # in MongoDB: meanwhile, beat sends no other wake-ups
COMPLETE_AND_EMPTY = [(keys.FLOOR.encode(), float(keys.COMPLETE))]


def is_due(name: str) -> bool:
    """Return whether there is work of this name; True if no check is declared for it.

    Raises:
        Unavailable: Redis cannot be reached.
    """
    if name in OUTBOXES:
        return _has_due_items(OUTBOXES[name])
    check = CHECKS.get(name)
    return check() if check else True


def oldest_due_seconds(names: Iterable[str]) -> float:
    """Return how long the oldest due item of these outboxes has waited; 0 if there is none.

    Raises:
        Unavailable: Redis cannot be reached.
    """
    now_ms, limit = time.time() * 1000, len(keys.LIST_MARKERS) + 1
    with available():
        pipe = client().pipeline(transaction=False)
        for label in (label for name in names for label in OUTBOXES[name]):
            pipe.zrangebyscore(_outbox(label), "(-inf", now_ms, start=0, num=limit, withscores=True)
        replies = pipe.execute()
    oldest = [score for reply in replies for item, score in reply if item not in keys.LIST_MARKERS]
    return max(0.0, now_ms - min(oldest)) / 1000 if oldest else 0.0


def _outbox(label: str) -> str:
    return keys.list_prefix(label, OUTBOX_INDEX)


def _has_due_items(labels: Iterable[str]) -> bool:
    """Return whether an item is due; also if Redis does not have the list, which a task loads."""
    now_ms = time.time() * 1000
    with available():
        pipe = client().pipeline(transaction=False)
        for label in labels:
            pipe.zrangebyscore(_outbox(label), "-inf", now_ms, start=0, num=2, withscores=True)
        return any(reply != COMPLETE_AND_EMPTY for reply in pipe.execute())


def _has_unpacked() -> bool:
    """Return whether there are responses, or a block of old events, to compress."""
    oldest = f"{int((time.time() - MIN_EVENT_AGE_SECONDS) * 1_000_000)}-0"
    with available():
        pipe = client().pipeline(transaction=False)
        pipe.exists(keys.NEW_RESPONSES)
        pipe.xlen(keys.EVENT_LOG)
        has_responses, event_count = pipe.execute()
        if has_responses or event_count < EVENTS_PER_BLOCK:
            return bool(has_responses)
        events = client().xrange(keys.EVENT_LOG, "-", oldest, count=EVENTS_PER_BLOCK)
    return len(events) == EVENTS_PER_BLOCK


def _has_expired() -> bool:
    """Return whether keys, stored responses or events are due for deletion."""
    now_seconds = time.time()
    oldest_event = int((now_seconds - settings.EVENT_LOG_SECONDS) * 1_000_000)
    with available():
        pipe = client().pipeline(transaction=False)
        pipe.zcount(keys.EXPIRING, "-inf", now_seconds * 1000)
        pipe.zcount(keys.PACKED_EVENTS, "-inf", oldest_event)
        pipe.xrange(keys.EVENT_LOG, "-", f"{oldest_event}-0", count=1)
        pipe.hget(keys.STORED_BYTES, keys.EVENT_BYTES)
        pipe.lindex(keys.PACKED_RESPONSES, 0)
        pipe.lindex(keys.NEW_RESPONSES, 0)
        due_keys, blocks, events, event_bytes, *responses = pipe.execute()
    return (
        bool(due_keys or blocks or events)
        or int(event_bytes or 0) > settings.EVENT_LOG_BYTES
        or any(item and int(item[:-DIGEST_LENGTH]) <= now_seconds for item in responses)
    )


def _has_unsaved_security_events() -> bool:
    now = datetime.now(UTC)
    days = (f"{now - timedelta(days=1):%Y-%m-%d}", f"{now:%Y-%m-%d}")
    with available():
        pipe = client().pipeline(transaction=False)
        for day in days:
            pipe.hget(keys.security_events(day), keys.UNSAVED_EVENTS)
        return any(int(count or 0) for count in pipe.execute())


def _has_hooks() -> bool:
    """Return whether an app has hooks. The task finds out whether there are events for them."""
    return bool(HOOKED_TYPES)


def has_lost_data() -> bool:
    """Return whether Redis or MongoDB has lost data, and the workers have not finished yet.

    Raises:
        Unavailable: Redis or MongoDB cannot be reached.
    """
    names = (keys.MONGODB_IS_OLDER, keys.RECOUNT, keys.FLUSHED_CLOCK, keys.INSTALLATION, keys.EPOCH)
    with available():
        # Before the mark, which is raised before `FLUSHED_CLOCK`.
        is_older, must_recount, flushed_clock, installation, epoch = client().mget(names)
    if is_older or must_recount or not flushed_clock:
        return bool(is_older or must_recount)
    mark = watermark.read_mark(MAX_LOOKUP_SECONDS)
    ids = ((installation or b"").decode(), (epoch or b"").decode())
    return mark is None or mark.clock < int(flushed_clock) or mark[:2] != ids


def _must_recover() -> bool:
    try:
        return has_lost_data()
    except Unavailable as error:
        logger.info("The data cannot be compared: %s", error)
        return False


CHECKS: dict[str, Callable[[], bool]] = {
    HOOKS: _has_hooks,
    RECOVERY: _must_recover,
    PACKING: _has_unpacked,
    EXPIRY: _has_expired,
    SECURITY_EVENTS: _has_unsaved_security_events,
}
