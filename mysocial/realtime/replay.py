"""Replay: the events that a client missed, filtered by what it may see now and could see then."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal, NamedTuple

import orjson
from django.conf import settings

from mysocial.core import keys
from mysocial.core.errors import Invalid
from mysocial.core.events import EVENTS, event_frame, parent_topic
from mysocial.core.packed_events import Fields, unpack_content
from mysocial.core.redis import Script, server
from mysocial.core.request_context import cached_queries
from mysocial.policies import history
from mysocial.realtime.event_data import READ_AT_ONCE, EventData, read_current

EVENTS_SINCE = Script("common", "event_log", "events_since", flags="no-writes")
# A portion of missed events: read, filtered and sent before other clients get their turn. It ends
# with the entry that reaches one of these limits.
MAX_ENTRIES, MAX_BYTES = 100, 64 * 1024
CURSOR = re.compile(r"([0-9a-f]{8}):([0-9]{1,17})")
Reason = Literal["", "epoch_changed", "too_old"]


class Entry(NamedTuple):
    """An entry of the event log, and the client's topics that it belongs to."""

    offset: int
    fields: Fields
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


def events_since(cursor: str, topics: Iterable[str], user_id: str) -> MissedEvents:
    """Return the first events of all topics after a cursor, in order, each once.

    Events from before the member's sign-up are left out.

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
        "after": max(after, history.earliest_offset(user_id, client_epoch)),
        "max_entries": MAX_ENTRIES,
        "max_bytes": MAX_BYTES,
        "log_length": settings.EVENT_LOG_LENGTH,
        "logs": list(topics_by_log),
    }
    epoch, clock, now_us, is_trimmed, more, rows, blocks = EVENTS_SINCE(request)
    if not epoch:  # Redis was emptied
        server.compare()
        epoch, clock, now_us, is_trimmed, more, rows, blocks = EVENTS_SINCE(request)
    end = f"{epoch.decode()}:{clock.decode()}"
    if client_epoch != epoch.decode() or after > int(clock):
        return MissedEvents(end, [], "epoch_changed")
    max_age_us = settings.EVENT_LOG_SECONDS * 1_000_000
    if int(now_us) - after > max_age_us or is_trimmed:
        return MissedEvents(end, [], "too_old")
    entries = list(_entries(rows, blocks, list(topics_by_log.values())))
    if more:
        return MissedEvents(f"{client_epoch}:{rows[-1][0]}", entries, more=True)
    return MissedEvents(end, entries)


def _entries(
    rows: Sequence[Any], blocks: Sequence[bytes], topics_of_logs: Sequence[list[str]]
) -> Iterator[Entry]:
    """Yield the entries of rows. Those without fields are in a block, unless they were erased."""
    packed = dict(entry for block in blocks for entry in unpack_content(block))
    for offset, pairs, logs in rows:
        fields = dict(zip(pairs[::2], pairs[1::2], strict=True)) if pairs else packed.get(offset)
        if fields:
            yield Entry(offset, fields, {topic for log in logs for topic in topics_of_logs[log]})


class _ReplayedEvent(NamedTuple):
    """An event of the log."""

    offset: int
    type: str
    raw_context: bytes
    context: Any
    topics: frozenset[str]
    data: EventData

    @classmethod
    def from_entry(cls, entry: Entry) -> "_ReplayedEvent":
        """Return the event of an entry."""
        event_type, raw_context = entry.fields[b"type"].decode(), entry.fields[b"context"]
        context = orjson.loads(raw_context)
        data = EventData.from_fields(event_type, context, entry.fields)
        topics = frozenset(entry.topics)
        return cls(entry.offset, event_type, raw_context, context, topics, data)


def _read_events(entries: list[Entry]) -> list[_ReplayedEvent]:
    """Return the events of entries, with their data as it is now."""
    events = [_ReplayedEvent.from_entry(entry) for entry in entries]
    read_current([event.data for event in events])
    return events


class AudienceFilter:
    """Selects the events that one member may see now and could see then.

    It shows them as their records are now.
    """

    def __init__(self, epoch: str, user_id: str) -> None:
        self._epoch, self._user_id = epoch, user_id
        self._past = history.PastRelations(user_id)

    def note_relations(self, entries: Iterable[Entry]) -> None:
        """Note which members the given entries revealed to the member.

        Call it with all entries of the member's own log before `filter`: those before the entry
        that revealed a member are judged as if the member could not see them.
        """
        for entry in entries:
            event_class = EVENTS[entry.fields[b"type"].decode()]
            if event_class.may_reveal:
                context = orjson.loads(entry.fields[b"context"])
                revealed = event_class.revealed_member(context, self._user_id)
                if revealed:
                    self._past.note(revealed, entry.offset)

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
                for event in _read_events(entries[:READ_AT_ONCE]):
                    del entries[0]
                    data = self._visible_data(event, known)
                    if data is not None:
                        frame = event_frame(self._epoch, str(event.offset), event.type, data)
                        frames.append((event.offset, event.type, frame.decode()))
                        size += len(frame)
                    if size >= MAX_BYTES:
                        break
        return frames

    def _visible_data(self, event: _ReplayedEvent, known: dict[Any, bool]) -> bytes | None:
        """Return the data of an event; None if the member may not see it, or its record is gone."""
        key = (event.type, event.raw_context, event.topics)
        if self._past.differ_at(event.offset):
            with history.relations_at(self._past, event.offset):
                is_visible = self._is_audience(event.type, event.context, event.topics)
            return event.data.current() if is_visible else None
        if key not in known:
            known[key] = self._is_audience(event.type, event.context, event.topics)
        return event.data.current() if known[key] else None

    def _is_audience(self, event_type: str, context: Any, topics: frozenset[str]) -> bool:
        event_class = EVENTS[event_type]
        return any(event_class.audience_on(topic, context, {self._user_id}) for topic in topics)
