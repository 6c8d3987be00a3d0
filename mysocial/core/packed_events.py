"""Blocks of packed events: compressed entries of the event log.

A block begins with the number of places that its events have in the logs of topics, and a colon.
"""

from collections.abc import Iterable

import msgpack

from mysocial.core.packing import pack, unpack

Fields = dict[bytes, bytes]
PackedEvent = tuple[int, Fields]  # its offset and fields


def pack_events(events: Iterable[PackedEvent]) -> bytes:
    """Return a block of events, which are given in their order."""
    packed = list(events)
    places = sum(len(fields[b"topics"].split(b" ")) for _, fields in packed)
    return b"%d:%b" % (places, pack(msgpack.packb(packed)))


def unpack_events(block: bytes) -> list[PackedEvent]:
    """Return the events of a block."""
    return unpack_content(block.partition(b":")[2])


def unpack_content(content: bytes) -> list[PackedEvent]:
    """Return the events of a block that is given without its beginning."""
    return [(offset, fields) for offset, fields in msgpack.unpackb(unpack(content))]


def entry_offset(entry_id: bytes) -> int:
    """Return the offset of an entry of a stream."""
    return int(entry_id.partition(b"-")[0])
