"""Replay: the events that a client missed, filtered by what it may see now."""

import re
from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

import orjson
from django.conf import settings

from mysocial.core import keys
from mysocial.core.errors import Invalid
from mysocial.core.events import EVENTS, event_frame, parent_topic
from mysocial.core.redis import Script
from mysocial.core.request_context import cached_queries

EVENTS_SINCE = Script("common", "events_since", flags="no-writes")
# A portion is what is read and filtered before other clients get their turn, and what is kept for a
# client until it has taken it. It ends with the entry that reaches one of these.
MAX_ENTRIES, MAX_BYTES = 100, 64 * 1024
CURSOR = re.compile(r"([0-9a-f]{8}):([0-9]{1,17})")
Reason = Literal["", "epoch_changed", "too_old"]


class Entry(NamedTuple):
    """An entry of the event log, and the client's topics that it belongs to."""

    offset: int
    fields: dict[bytes, bytes]
    topics: set[str]


class MissedEvents(NamedTuple):
    """A portion of the entries after a cursor, not filtered yet; or why there are none."""

    cursor: str  # the client's position after these entries
    entries: list[Entry]
    reason: Reason = ""
    more: bool = False  # whether there are entries after `cursor`


def parse_cursor(cursor: str) -> tuple[str, int]:
    """Return the epoch and the offset of a cursor.

    Raises:
        Invalid: The cursor has another form.
    """
    match = CURSOR.fullmatch(cursor)
    if not match:
        raise Invalid(errors={"cursor": "Invalid cursor."})
    return match[1], int(match[2])


def events_since(cursor: str, topics: Iterable[str]) -> MissedEvents:
    """Return the first events of all topics after a cursor, in order, each once.

    The result holds no entries, but a reason, if the log was restarted or may have been trimmed
    since. It holds one portion, and `more`, if there are further entries.

    Raises:
        Invalid: The cursor is invalid.
        Unavailable: Redis does not respond.
    """
    client_epoch, after = parse_cursor(cursor)
    topics_by_log: dict[str, list[str]] = {}
    for topic in topics:
        topics_by_log.setdefault(keys.topic_log(parent_topic(topic)), []).append(topic)
    request = {
        "after": after,
        "max_entries": MAX_ENTRIES,
        "max_bytes": MAX_BYTES,
        "logs": list(topics_by_log),
    }
    epoch, clock, now_us, was_trimmed, more, rows = EVENTS_SINCE(request)
    end = f"{epoch.decode()}:{clock.decode()}"
    if client_epoch != epoch.decode() or after > int(clock):
        return MissedEvents(end, [], "epoch_changed")
    max_age_us = settings.EVENT_LOG_SECONDS * 1_000_000
    if int(now_us) - after > max_age_us or was_trimmed:
        return MissedEvents(end, [], "too_old")
    topics_of_logs = list(topics_by_log.values())
    entries = [
        Entry(
            offset,
            dict(zip(pairs[::2], pairs[1::2], strict=True)),
            {topic for log in logs for topic in topics_of_logs[log]},
        )
        for offset, pairs, logs in rows
    ]
    if more:
        return MissedEvents(f"{client_epoch}:{entries[-1].offset}", entries, more=True)
    return MissedEvents(end, entries)


class AudienceFilter:
    """Selects the events that one member may see now."""

    def __init__(self, epoch: str, user_id: str) -> None:
        self._epoch, self._user_id = epoch, user_id

    def filter(self, entries: list[Entry]) -> list[tuple[int, str, str]]:
        """Take entries from a list; return the offset, type and frame of the visible ones.

        It stops when the frames have `MAX_BYTES`. The remaining entries stay in the list. Equal
        queries are executed once, so the entries are checked against the same state.

        Raises:
            Unavailable: Redis, or a MongoDB that a query needs, does not respond.
        """
        frames: list[tuple[int, str, str]] = []
        size, known = 0, dict[Any, bool]()
        with cached_queries():
            while entries and size < MAX_BYTES:
                entry = entries.pop(0)
                if self._is_visible(entry, known):
                    event_type, data = entry.fields[b"type"].decode(), entry.fields[b"data"]
                    frame = event_frame(self._epoch, str(entry.offset), event_type, data)
                    frames.append((entry.offset, event_type, frame.decode()))
                    size += len(frame)
        return frames

    def _is_visible(self, entry: Entry, known: dict[Any, bool]) -> bool:
        event_type, raw_context = entry.fields[b"type"].decode(), entry.fields[b"context"]
        context = orjson.loads(raw_context)
        key = (event_type, raw_context, frozenset(entry.topics))
        if key not in known:
            known[key] = self._is_audience(event_type, context, entry.topics)
        return known[key] and EVENTS[event_type].still_valid(context, entry.fields[b"data"])

    def _is_audience(self, event_type: str, context: Any, topics: set[str]) -> bool:
        event_class = EVENTS[event_type]
        return any(event_class.audience_on(topic, context, {self._user_id}) for topic in topics)
