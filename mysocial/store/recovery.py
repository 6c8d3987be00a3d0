"""Comparison of Redis with MongoDB after a restart, and the recovery of a Redis that is older.

`docs/recovery.md` explains it. `mysocial.core.redis` calls `compare` before the first script of a
process in a Redis process; scripts that find no epoch call it as well.
"""

import logging
import os
import threading
from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from redis.exceptions import OutOfMemoryError

from mysocial.core import keys, mongo, watermark
from mysocial.core.errors import Unavailable
from mysocial.core.ids import new_id
from mysocial.core.queues import queue_names
from mysocial.core.redis import TIMEOUT_SECONDS, Script, available, client, server
from mysocial.core.watermark import Mark
from mysocial.store.read_through import new_epoch
from mysocial.store.store import STORES, parse_record

RECOVERY = Script(
    *("common", "pending_cleanup", "recovery"), flags="allow-oom", needs_comparison=False
)
BATCH = 500
LEASE_SECONDS = 15
LEASE = keys.lease("recovery")
logger = logging.getLogger(__name__)
_lock = threading.Lock()


class ForeignDatabase(Unavailable):
    """Redis and MongoDB belong to different installations."""


def _reset_after_fork() -> None:
    """Replace the lock in a forked child: a thread of the parent may hold it."""
    global _lock  # noqa: PLW0603 - one lock per process
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_reset_after_fork)


def compare(run_id: str) -> None:
    """Compare Redis with the mark of MongoDB. Recover Redis if it is older.

    If MongoDB is older, `MONGODB_IS_OLDER` is set in Redis, and the workers do the rest.

    Args:
        run_id: The `run_id` of the Redis process that this thread is connected to.

    Raises:
        Unavailable: A server cannot be reached, another process recovers Redis, or the two servers
            do not belong together.
    """
    if not _lock.acquire(timeout=TIMEOUT_SECONDS):
        raise Unavailable("The store is being recovered. Try again.")
    try:
        try:
            code, mark = _compare(run_id)
        except ForeignDatabase:
            raise
        except Unavailable:
            if not _was_compared(run_id):
                raise
            return
        if code == b"older":  # again, as another process may just have recovered Redis
            code, mark = _compare(run_id, is_repeated=True)
        if code == b"older":
            with _recovery_lease():
                _recover(mark, run_id)
    finally:
        _lock.release()


def _was_compared(run_id: str) -> bool:
    """Return whether another process has compared this Redis process since it has its data."""
    with available():
        epoch, checked_run = client().mget(keys.EPOCH, keys.CHECKED_RUN)
    return epoch is not None and checked_run == run_id.encode()


def _compare(run_id: str, *, is_repeated: bool = False) -> tuple[bytes, Mark | None]:
    """Return the result of the comparison, and the mark.

    `FLUSHED_CLOCK` is read before the mark, and the clock after it: workers raise the mark first.
    """
    with available():
        flushed_clock = client().get(keys.FLUSHED_CLOCK)
    mark = watermark.read_mark()
    request = {
        "step": "compare",
        "mark": [mark.installation, mark.epoch, str(mark.clock)] if mark else False,
        "flushed_clock": flushed_clock or False,
        "is_repeated": is_repeated,
        "epoch": new_epoch(),
        "installation": new_id(),
        "run_id": run_id,
    }
    code, *details = RECOVERY(request)
    if code == b"foreign":
        raise ForeignDatabase(
            f"Redis belongs to installation {details[0].decode()}, and the database to "
            f"{mark and mark.installation}. Check REDIS_URL, MONGO_URL and MONGO_DB."
        )
    return code, mark


@contextmanager
def _recovery_lease() -> Iterator[None]:
    """Let one process recover Redis at a time.

    Raises:
        Unavailable: Another process does.
    """
    with available():
        try:
            is_ours = client().set(LEASE, "1", nx=True, ex=LEASE_SECONDS)
        except OutOfMemoryError:
            is_ours = True
    if not is_ours:
        raise Unavailable("The store is being recovered. Try again.")
    try:
        yield
    finally:
        with available():
            client().delete(LEASE)


def _recover(mark: Mark | None, run_id: str) -> None:
    """Replace what Redis has by what MongoDB has, but keep what MongoDB lacks."""
    logger.critical("Redis has older data than MongoDB. It is recovered with a new epoch.")
    mark = watermark.begin_epoch(mark.installation if mark else new_id(), new_epoch())
    dropped = drop_cached()
    superseded = _drop_superseded()
    _load_responses()
    RECOVERY(
        {
            "step": "finish",
            "clock": str(mark.clock),
            "installation": mark.installation,
            "epoch": mark.epoch,
            "run_id": run_id,
        }
    )
    logger.warning(
        "Redis has the epoch %s; %s cached keys and %s dirty records were older than MongoDB's.",
        *(mark.epoch, dropped, superseded),
    )


def drop_cached(*kinds: str) -> int:
    """Delete the records, lists and unique keys in Redis that are not pending; return how many.

    Args:
        kinds: Only these: `record`, `list`, `unique`. By default, all of them. With `absent`, of
            the records only those that MongoDB did not have.

    Raises:
        Unavailable: Redis cannot be reached.
    """
    count, wanted = 0, kinds or ("record", "list", "unique")
    with available():
        scan = client().scan_iter(count=BATCH)
        while batch := list(islice(scan, BATCH)):
            items = [item for name in batch if (item := _cached_item(name.decode(), wanted))]
            count += int(RECOVERY({"step": "drop", "items": items})) if items else 0
            client().expire(LEASE, LEASE_SECONDS)
    return count


def _cached_item(name: str, kinds: Collection[str]) -> list[str] | None:
    """Return a key of the record store with its kind and queue; None if it is not of `kinds`."""
    key = keys.parse_store_key(name)
    if key is None or key.label not in STORES:
        return None
    kind = "list" if key.is_cached_list else ""
    if key.separator == keys.RECORD_SEPARATOR:
        kind = "record" if "record" in kinds else "absent"
    if key.separator == keys.UNIQUE_SEPARATOR:
        kind = "unique"
    return [name, kind, STORES[key.label].queue] if kind in kinds else None


def _drop_superseded() -> int:
    """Delete the pending records of which MongoDB has the same or a newer version."""
    count = 0
    for queue in queue_names():
        with available():
            dirty = client().zrange(keys.dirty(queue), 0, -1)
            names = [*dirty, *client().hkeys(keys.dead_letters(queue))]
        for start in range(0, len(names), BATCH):
            batch = [name.decode() for name in names[start : start + BATCH]]
            items = [
                [key, parse_record(key)[1], queue, version]
                for key, version, stored_version in compare_versions(batch)
                if stored_version >= int(version)
            ]
            count += int(RECOVERY({"step": "drop_superseded", "items": items})) if items else 0
            with available():
                client().expire(LEASE, LEASE_SECONDS)
    return count


def compare_versions(record_keys: list[str]) -> list[tuple[str, bytes, int]]:
    """Return the keys of the records that Redis knows, with their version there and in MongoDB.

    The version in MongoDB is -1 if it lacks the record.

    Raises:
        Unavailable: Redis or MongoDB cannot be reached.
    """
    with available():
        pipe = client().pipeline(transaction=False)
        for key in record_keys:
            pipe.hget(key, keys.VERSION)
        versions = pipe.execute()
    ids: dict[str, list[str]] = defaultdict(list)
    for key in record_keys:
        store, pk = parse_record(key)
        ids[store.label].append(pk)
    stored: dict[str, Any] = {}
    for label, pks in ids.items():
        store = STORES[label]
        query = {"_id": {"$in": pks}}
        for row in mongo.find(store.model, query, projection=["_version"], tombstones=True):
            stored[store.key(row["_id"])] = row["_version"]
    return [
        (key, version, stored.get(key, -1))
        for key, version in zip(record_keys, versions, strict=True)
        if version is not None
    ]


def mark_missing_dirty() -> int:
    """Mark each record dirty that MongoDB lacks, or has in an older version; return how many.

    Raises:
        Unavailable: Redis or MongoDB cannot be reached.
    """
    count = 0
    with available():
        scan = client().scan_iter(count=BATCH)
        while batch := list(islice(scan, BATCH)):
            names = [name.decode() for name in batch]
            records = [name for name in names if _cached_item(name, ("record",))]
            items = [
                [key, parse_record(key)[0].queue]
                for key, version, stored_version in compare_versions(records)
                if int(version) > max(stored_version, 0)
            ]
            count += int(RECOVERY({"step": "mark_dirty", "items": items})) if items else 0
    return count


def adopt_mongodb(mark: Mark) -> None:
    """Let the workers write to a MongoDB that is older than Redis.

    Raises:
        Unavailable: Redis cannot be reached.
    """
    RECOVERY({"step": "adopt_mongodb", "clock": str(mark.clock)})


def _load_responses() -> None:
    """Copy the stored responses that MongoDB has to Redis."""
    for batch in watermark.saved_responses():
        items = [
            [response.digest, f"{response.due_seconds}{response.digest}", response.stored]
            for response in batch
        ]
        if items:
            RECOVERY({"step": "add_responses", "items": items})
            with available():
                client().expire(LEASE, LEASE_SECONDS)


server.set_comparison(compare)
