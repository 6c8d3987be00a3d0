"""Compression of events and stored responses, and deletion of expired keys.

The write script stores events and responses as they are, because it cannot compress them. Workers
do so soon after. Each step is one script that changes nothing if another worker was faster.
"""

import time

from django.conf import settings

from mysocial.core import keys
from mysocial.core.packed_events import entry_offset, pack_events
from mysocial.core.redis import Script, available, client
from mysocial.core.stored_responses import DIGEST_LENGTH, pack_stored_response

# They make room, so a full Redis runs them.
PACK_EVENTS = Script("common", "event_log", "pack_events", flags="allow-oom")
PACK_RESPONSES = Script("common", "pack_responses", flags="allow-oom")
DELETE_EXPIRED = Script("common", "event_log", "delete_expired", flags="allow-oom")
# Dispatchers read events before they are packed; one that takes longer lets its clients resume.
MIN_EVENT_AGE_SECONDS = 30
EVENTS_PER_BLOCK = 32  # a replay unpacks a whole block for one event of it
EVENTS_PER_READ = 20 * EVENTS_PER_BLOCK
RESPONSES_PER_BATCH = 200
DELETE_BATCH = 1000
MAX_SECONDS = 20.0  # of one call, so that other tasks get their turn


def pack_old_events(min_age_seconds: int = MIN_EVENT_AGE_SECONDS) -> int:
    """Compress the events that the dispatchers have read; return how many were packed.

    Args:
        min_age_seconds: The age from which on dispatchers need not read an event any more.

    Raises:
        Unavailable: Redis cannot be reached.
    """
    total, deadline = 0, time.monotonic() + MAX_SECONDS
    while time.monotonic() < deadline:
        with available():
            seconds, _ = client().time()
            oldest = f"{(seconds - min_age_seconds) * 1_000_000}-0"
            entries = client().xrange(keys.EVENT_LOG, "-", oldest, count=EVENTS_PER_READ)
        packed = 0
        for start in range(0, len(entries) - EVENTS_PER_BLOCK + 1, EVENTS_PER_BLOCK):
            packed += _pack_block(entries[start : start + EVENTS_PER_BLOCK])
        total += packed
        if packed < EVENTS_PER_READ:
            break
    return total


def _pack_block(entries: list[tuple[bytes, dict[bytes, bytes]]]) -> int:
    """Replace entries by a block of them; return how many were replaced."""
    request = {
        "first": entries[0][0],
        "last": entries[-1][0],
        "count": len(entries),
        "block": pack_events((entry_offset(entry_id), fields) for entry_id, fields in entries),
    }
    return len(entries) * int(PACK_EVENTS(request))


def pack_new_responses() -> int:
    """Compress the stored responses that are not yet; return how many.

    Raises:
        Unavailable: Redis cannot be reached.
    """
    total, deadline = 0, time.monotonic() + MAX_SECONDS
    while time.monotonic() < deadline:
        with available():
            due_and_digests = client().lrange(keys.NEW_RESPONSES, 0, RESPONSES_PER_BATCH - 1)
            digests = [item[-DIGEST_LENGTH:].decode() for item in due_and_digests]
            stored = client().mget(map(keys.idempotency, digests)) if digests else []
        items = [
            [item, digest, pack_stored_response(value) if value else False]
            for item, digest, value in zip(due_and_digests, digests, stored, strict=True)
        ]
        request = {"items": items, "list": keys.NEW_RESPONSES, "is_saved": False}
        count = int(PACK_RESPONSES(request)) if items else 0
        total += count
        if count < RESPONSES_PER_BATCH:
            break
    return total


def delete_expired() -> int:
    """Delete what is due: stored responses, old events and keys; return how much was deleted.

    Raises:
        Unavailable: Redis cannot be reached.
    """
    total, deadline = 0, time.monotonic() + MAX_SECONDS
    with available():
        topics = int(client().llen(keys.TOPICS))
    while time.monotonic() < deadline:
        request = {
            "max_keys": DELETE_BATCH,
            "max_topics": min(topics, DELETE_BATCH),
            "log_seconds": settings.EVENT_LOG_SECONDS,
            "log_bytes": settings.EVENT_LOG_BYTES,
        }
        deleted, is_complete = map(int, DELETE_EXPIRED(request))
        total, topics = total + deleted, max(0, topics - DELETE_BATCH)
        if is_complete and not topics:
            break
    return total
