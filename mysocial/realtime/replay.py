"""Replay: the events that a client missed, filtered by what it may see now."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Literal, NamedTuple

import orjson
from django.conf import settings

from mysocial.core import keys
from mysocial.core.errors import Invalid
from mysocial.core.events import EVENTS, event_frame, parent_topic
from mysocial.core.redis import Script
from mysocial.core.request_context import cached_queries

EVENTS_SINCE = Script("common", "events_since", flags="no-writes")
MAX_ENTRIES = 1_000  # read at once from the log of one topic, as Redis does nothing else meanwhile
SLICE = 100  # events that are filtered before other clients get their turn
CURSOR = re.compile(r"([0-9a-f]{8}):([0-9]{1,17})")
Reason = Literal["", "epoch_changed", "too_old"]
Logs = list[tuple[int, list[tuple[bytes, list[bytes]]]]]  # by topic: was trimmed, entries


class Entry(NamedTuple):
    """An entry of the event log, and the client's topics that it belongs to."""

    offset: int
    fields: dict[bytes, bytes]
    topics: set[str]


class MissedEvents(NamedTuple):
    """The entries after a cursor, before they are filtered; or the reason why there are none."""

    cursor: str  # the client's position after these entries
    entries: list[Entry]
    reason: Reason = ""
    more: bool = False  # whether entries after `cursor` may exist

    def slices(self) -> Iterator[list[Entry]]:
        """Yield the entries in order, `SLICE` at a time."""
        for start in range(0, len(self.entries), SLICE):
            yield self.entries[start : start + SLICE]


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
    """Return the events of all topics after a cursor, in order, each once.

    The result holds no entries, but a reason, if the log was restarted or may have been trimmed
    since. It holds the first entries, and `more`, if there are too many.

    Raises:
        Invalid: The cursor is invalid.
        Unavailable: Redis does not respond.
    """
    client_epoch, after = parse_cursor(cursor)
    names = sorted(set(topics))
    request = {
        "after": after,
        "max_entries": MAX_ENTRIES,
        "logs": [keys.topic_log(parent_topic(name)) for name in names],
    }
    epoch, clock, now_us, logs = EVENTS_SINCE(request)
    end = f"{epoch.decode()}:{clock.decode()}"
    if client_epoch != epoch.decode() or after > int(clock):
        return MissedEvents(end, [], "epoch_changed")
    max_age_us = settings.EVENT_LOG_SECONDS * 1_000_000
    if int(now_us) - after > max_age_us or any(was_trimmed for was_trimmed, _ in logs):
        return MissedEvents(end, [], "too_old")
    entries = _merge(names, logs)
    limit = _complete_up_to(logs)
    if limit is None:
        return MissedEvents(end, entries)
    return MissedEvents(
        f"{client_epoch}:{limit}", [entry for entry in entries if entry.offset <= limit], more=True
    )


def _merge(names: list[str], logs: Logs) -> list[Entry]:
    """Return the entries of the topics' logs in order, each once with all of its topics."""
    entries: dict[int, Entry] = {}
    for name, (_, log) in zip(names, logs, strict=True):
        for entry_id, pairs in log:
            offset = _offset(entry_id)
            fields = dict(zip(pairs[::2], pairs[1::2], strict=True))
            entries.setdefault(offset, Entry(offset, fields, set())).topics.add(name)
    return [entries[offset] for offset in sorted(entries)]


def _complete_up_to(logs: Logs) -> int | None:
    """Return the offset up to which all logs were read; None if they were read to the end."""
    ends = [_offset(log[-1][0]) for _, log in logs if len(log) == MAX_ENTRIES]
    return min(ends, default=None)


def _offset(entry_id: bytes) -> int:
    return int(entry_id.partition(b"-")[0])


class AudienceFilter:
    """Selects the events that one member may see now."""

    def __init__(self, epoch: str, user_id: str) -> None:
        self._epoch, self._user_id = epoch, user_id

    def filter(self, entries: Iterable[Entry]) -> list[tuple[int, str, str]]:
        """Return the offset, type and frame of each entry that the member may see.

        Equal queries are executed once, so all entries are checked against the same state.

        Raises:
            Unavailable: Redis, or a MongoDB that a query needs, does not respond.
        """
        with cached_queries():
            return list(self._visible(entries))

    def _visible(self, entries: Iterable[Entry]) -> Iterator[tuple[int, str, str]]:
        known: dict[Any, bool] = {}
        for offset, fields, topics in entries:
            event_type, raw_context = fields[b"type"].decode(), fields[b"context"]
            context = orjson.loads(raw_context)
            key = (event_type, raw_context, frozenset(topics))
            if key not in known:
                known[key] = self._is_audience(event_type, context, topics)
            if known[key] and EVENTS[event_type].still_valid(context, fields[b"data"]):
                frame = event_frame(self._epoch, str(offset), event_type, fields[b"data"])
                yield offset, event_type, frame.decode()

    def _is_audience(self, event_type: str, context: Any, topics: set[str]) -> bool:
        event_class = EVENTS[event_type]
        return any(event_class.audience_on(topic, context, {self._user_id}) for topic in topics)
