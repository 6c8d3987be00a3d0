"""Reads of the whole event log, in order, by offset."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import orjson

from mysocial.core import keys
from mysocial.core.addresses import insert_public_url
from mysocial.core.packed_events import Fields, entry_offset, unpack_events
from mysocial.core.redis import available, client
from mysocial.hooks.registry import StoredEvent

MAX_ENTRIES = 200
MAX_BLOCKS = 8


class LogPart(NamedTuple):
    """The oldest entries of the log after an offset, as Redis had them at one moment."""

    epoch: str
    clock: int  # the offset of the last write
    floor: int  # events up to here may be missing
    entries: list[tuple[int, Fields]]

    @property
    def is_end(self) -> bool:
        """Return whether the log has no entries after these."""
        return not self.entries


def read_position() -> tuple[str, int]:
    """Return the epoch of the log, which is empty if there is no log yet, and its clock.

    Raises:
        Unavailable: Redis cannot be reached.
    """
    with available():
        epoch, clock = client().mget(keys.EPOCH, keys.CLOCK)
    return (epoch or b"").decode(), int(clock or 0)


def read_log(after: int) -> LogPart:
    """Return the oldest entries after an offset.

    Raises:
        Unavailable: Redis cannot be reached.
    """
    with available():
        pipe = client().pipeline(transaction=True)
        pipe.mget(keys.EPOCH, keys.CLOCK, keys.LOG_FLOOR)
        pipe.zrange(keys.PACKED_EVENTS, after + 1, "+inf", byscore=True, offset=0, num=MAX_BLOCKS)
        pipe.xrange(keys.EVENT_LOG, f"{after + 1}-0", "+", count=MAX_ENTRIES)
        (epoch, clock, floor), blocks, recent = pipe.execute()
    # Packed events are older than all others.
    packed = [event for block in blocks for event in unpack_events(block) if event[0] > after]
    entries = packed or [(entry_offset(entry_id), fields) for entry_id, fields in recent]
    return LogPart((epoch or b"").decode(), int(clock or 0), int(floor or 0), entries)


def stored_events(part: LogPart, types: frozenset[str]) -> Iterator[StoredEvent]:
    """Yield the events of these types, in order."""
    for offset, fields in part.entries:
        kind = fields[b"type"].decode()
        if kind in types:
            yield StoredEvent(
                id=f"{part.epoch}:{offset}",
                type=kind,
                context=orjson.loads(fields[b"context"]),
                topics=tuple(fields[b"topics"].decode().split(" ")),
                data=_data(fields),
            )


def _data(fields: Fields) -> Any:
    data = fields.get(b"data")
    return None if data is None else orjson.loads(insert_public_url(data))
