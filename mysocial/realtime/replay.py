"""What a client missed: read from the logs of its topics, judged by what it may see now."""

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

REPLAY = Script("common", "events_since", flags="no-writes")
MAX_ENTRIES = 1_000  # events of one topic that are read at once: Redis does nothing else meanwhile
SLICE = 100  # events that are judged before others get a turn
CURSOR = re.compile(r"([0-9a-f]{8}):([0-9]{1,17})")
Reason = Literal["", "epoch_changed", "too_old"]


class Entry(NamedTuple):
    """An event as it stands in the logs, and of which of one's topics it is."""

    offset: int
    fields: dict[bytes, bytes]
    topics: set[str]


class MissedEvents(NamedTuple):
    """What came after a cursor, for whomever, or some of it; or nothing, and the reason why."""

    cursor: str  # where the client stands when it has received these
    entries: list[Entry]
    reason: Reason = ""
    more: bool = False  # whether there may be more of it, after `cursor`

    def slices(self) -> Iterator[list[Entry]]:
        """Yield the entries in order, some at a time."""
        for first in range(0, len(self.entries), SLICE):
            yield self.entries[first : first + SLICE]


def offset_of(cursor: str) -> tuple[str, int]:
    """Return the epoch and the offset of a cursor; `Invalid` when it is none of ours."""
    found = CURSOR.fullmatch(cursor)
    if not found:
        raise Invalid(errors={"cursor": "This is not a cursor of ours."})
    return found[1], int(found[2])


def events_since(cursor: str, topics: Iterable[str]) -> MissedEvents:
    """Return the events of `topics` after `cursor`, in order, each once; `Judge` says who hears.

    Of many, the first; `more` says so. Nothing, and the reason, when the log began anew or may have
    been cut since. `Invalid` for a cursor that is none of ours, `Unavailable`.
    """
    known_epoch, after = offset_of(cursor)
    names = sorted(set(topics))
    request = {
        "after": after,
        "max_entries": MAX_ENTRIES,
        "logs": [keys.topic_log(parent_topic(name)) for name in names],
    }
    epoch, clock, now_us, logs = REPLAY(request)
    here = f"{epoch.decode()}:{clock.decode()}"
    if known_epoch != epoch.decode() or after > int(clock):
        return MissedEvents(here, [], "epoch_changed")
    kept_us = settings.EVENT_LOG_SECONDS * 1_000_000
    if int(now_us) - after > kept_us or any(cut for cut, _ in logs):
        return MissedEvents(here, [], "too_old")
    entries: dict[int, Entry] = {}
    ends = []  # up to where what was read of a log is all that there is
    for name, (_, found) in zip(names, logs, strict=True):
        for entry_id, flat in found:
            offset = _offset(entry_id)
            fields = dict(zip(flat[::2], flat[1::2], strict=True))
            entries.setdefault(offset, Entry(offset, fields, set())).topics.add(name)
        if len(found) == MAX_ENTRIES:
            ends.append(_offset(found[-1][0]))
    if not ends:
        return MissedEvents(here, [entries[offset] for offset in sorted(entries)])
    end = min(ends)
    some = [entries[offset] for offset in sorted(entries) if offset <= end]
    return MissedEvents(f"{known_epoch}:{end}", some, more=True)


def _offset(entry_id: bytes) -> int:
    return int(entry_id.partition(b"-")[0])


class AudienceFilter:
    """Says what one viewer may see now; many events ask the same of the same things."""

    def __init__(self, epoch: str, viewer: str) -> None:
        self._epoch, self._viewer = epoch, viewer

    def filter(self, entries: Iterable[Entry]) -> list[tuple[int, str, str]]:
        """Return offset, type and frame of each entry that the viewer hears. `Unavailable`.

        All of them are judged as things stand now, and those that ask the same once.
        """
        with cached_queries():
            return list(self._filter(entries))

    def _filter(self, entries: Iterable[Entry]) -> Iterator[tuple[int, str, str]]:
        judged: dict[Any, bool] = {}
        for offset, fields, names in entries:
            kind, about = fields[b"type"].decode(), fields[b"context"]
            said = orjson.loads(about)
            question = (kind, about, frozenset(names))
            if question not in judged:
                judged[question] = self._is_audience(kind, said, names)
            if judged[question] and EVENTS[kind].still_valid(said, fields[b"data"]):
                text = event_frame(self._epoch, str(offset), kind, fields[b"data"]).decode()
                yield offset, kind, text

    def _is_audience(self, kind: str, said: Any, names: set[str]) -> bool:
        return any(EVENTS[kind].audience_on(name, said, {self._viewer}) for name in names)
