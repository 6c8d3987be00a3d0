"""Flushing of dirty records to MongoDB, in batches.

A record stays dirty until a majority of MongoDB has journaled that very version. Every step may be
interrupted or run twice: writes are fenced by version, and a record is marked clean only if it was
not written since the batch was read.
"""

import time
from collections import defaultdict
from typing import NamedTuple

from redis.exceptions import OutOfMemoryError

from mysocial.core import keys
from mysocial.core.redis import Script, available, client, server
from mysocial.core.watermark import Position
from mysocial.persistence import mongo_writer
from mysocial.persistence.dead_letters import Rejection, record_rejections
from mysocial.persistence.mark import POSITION_KEYS, parse_position, raise_mark
from mysocial.persistence.mongo_writer import Snapshot
from mysocial.store.recovery import drop_cached

# A full server must accept this script: it is what empties it.
MARK_FLUSHED = Script("common", "pending_cleanup", "mark_flushed", flags="allow-oom")
BATCH = 500
LEASE_MS = 1500
# Snapshots of one store. In smaller batches, asking MongoDB for the missing ids does not pay.
MIN_BATCH_FOR_LOOKUP = 20


class DirtyBatch(NamedTuple):
    """The oldest dirty records of a queue, as Redis had them at one moment."""

    read_at_ms: int
    hashes: dict[str, dict[str, bytes]]  # by record key
    position: Position  # after they were read


def flush_batch(queue: str, *, limit: int = BATCH) -> int:
    """Flush the oldest dirty records of `queue`. Safe to run concurrently.

    Returns:
        How many records are clean now.

    Raises:
        Unavailable: Redis or MongoDB cannot be reached. Every record stays dirty then.
    """
    server.require_compared()
    batch = read_batch(queue, limit)
    if batch.hashes:
        raise_mark(batch.position)
    snapshots, rejections = _take_snapshots(batch)
    written = []
    for group in snapshots.values():
        new = mongo_writer.missing_ids(group) if len(group) > MIN_BATCH_FOR_LOOKUP else ()
        group_written, group_rejections = mongo_writer.write_snapshots(group, new=new)
        written += group_written
        rejections += group_rejections
    record_rejections(queue, rejections)
    return mark_flushed(queue, written, batch.read_at_ms, batch.position)


def read_batch(queue: str, limit: int) -> DirtyBatch:
    """Return the oldest dirty records of `queue`, at most `limit`.

    Raises:
        Unavailable: Redis cannot be reached.
    """
    with available():
        record_keys = [k.decode() for k in client().zrange(keys.dirty(queue), 0, limit - 1)]
        pipe = client().pipeline(transaction=False)
        pipe.time()
        for key in record_keys:
            pipe.hgetall(key)
        pipe.mget(POSITION_KEYS)  # last: its clock is no lower than any version in the batch
        (seconds, microseconds), *replies, position = pipe.execute()
    hashes = [{name.decode(): value for name, value in reply.items()} for reply in replies]
    read_at_ms = seconds * 1000 + microseconds // 1000
    return DirtyBatch(
        read_at_ms, dict(zip(record_keys, hashes, strict=True)), parse_position(position)
    )


def _take_snapshots(batch: DirtyBatch) -> tuple[dict[str, list[Snapshot]], list[Rejection]]:
    """Return the snapshots by store, and a rejection of each record that cannot be a document."""
    snapshots: dict[str, list[Snapshot]] = defaultdict(list)
    rejections = []
    for key, fields in batch.hashes.items():
        try:
            snapshot = mongo_writer.take_snapshot(key, fields)
            snapshots[snapshot.store.label].append(snapshot)
        except Exception as error:  # noqa: BLE001 - a bad record must not block the others
            reason = f"{type(error).__name__}: {error}"
            rejections.append(Rejection(key, fields.get(keys.VERSION, b""), reason))
    return snapshots, rejections


def mark_flushed(queue: str, written: list[Snapshot], read_at_ms: int, position: Position) -> int:
    """Mark the written records clean, except those that were changed after the batch was read.

    If Redis was recovered since, none is marked, and what Redis has loaded meanwhile is dropped.

    Args:
        queue: The queue of the records.
        written: The snapshots that MongoDB has.
        read_at_ms: When the batch was read.
        position: The position of the batch, to which the mark was raised.

    Returns:
        How many records are clean now.
    """
    if not written:
        return 0
    items = [[copy.key, copy.pk, copy.version, copy.ttl_seconds, queue] for copy in written]
    request = {"items": items, "read_at_ms": read_at_ms}
    count = int(MARK_FLUSHED(request | {"epoch": position.epoch, "clock": position.clock}))
    if count < 0:
        drop_cached()
    return max(count, 0)


def flush_queue(queue: str, *, seconds: float = 20) -> int:
    """Flush until nothing is dirty, nothing can be flushed, or `seconds` have passed.

    A lease keeps a second worker from flushing the same batch, which would be safe but wasted. It
    is short, so that a killed worker does not block the queue.

    Returns:
        How many records were flushed.

    Raises:
        Unavailable: Redis or MongoDB cannot be reached. The remaining records stay dirty then.
    """
    if not _take_lease(queue):
        return 0
    total, deadline = 0, time.monotonic() + seconds
    try:
        while time.monotonic() < deadline:
            flushed = flush_batch(queue)
            total += flushed
            if not flushed:
                break
            _take_lease(queue, renew=True)
    finally:
        with available():
            client().delete(keys.lease(queue))
    return total


def _take_lease(queue: str, *, renew: bool = False) -> bool:
    with available():
        try:
            return bool(client().set(keys.lease(queue), "1", nx=not renew, px=LEASE_MS))
        except OutOfMemoryError:
            return True  # a full server has no room for a lease, and must be emptied
