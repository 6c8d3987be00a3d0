"""Recovery of a Redis or MongoDB that has lost data, from what the other one has.

`docs/recovery.md` explains it. `mysocial.store.comparison` and `mysocial.ops.recovery` call it.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from mysocial.core import keys, mongo, watermark
from mysocial.core.errors import Unavailable
from mysocial.core.queues import queue_names
from mysocial.core.redis import Script, available, client
from mysocial.core.watermark import Mark
from mysocial.store.store import STORES, parse_record

RECOVERY = Script(
    *("common", "pending_cleanup", "recovery"), flags="allow-oom", needs_comparison=False
)
BATCH = 500
LEASE_SECONDS = 15
IN_RECOVERY = "The store is being recovered. Try again."
logger = logging.getLogger(__name__)


@contextmanager
def recovery_lease(epoch: str) -> Iterator[None]:
    """Let one process recover Redis at a time.

    Args:
        epoch: The epoch that the process gives to Redis: it is the value of the lease.

    Raises:
        Unavailable: Another process recovers Redis.
    """
    if not RECOVERY({"step": "take_lease", "lease": epoch, "seconds": LEASE_SECONDS}):
        raise Unavailable(IN_RECOVERY)
    try:
        yield
    finally:
        RECOVERY({"step": "release_lease", "lease": epoch})


def recover_redis(installation: str, epoch: str, run_id: str) -> None:
    """Replace what Redis has by what MongoDB has, but keep what MongoDB lacks.

    Call it with the lease.

    Args:
        installation: The id of the installation.
        epoch: The new epoch.
        run_id: The `run_id` of the Redis process.

    Raises:
        Unavailable: A server cannot be reached, or the lease was lost. The next comparison starts
            again.
    """

    def keep_lease() -> None:
        if not RECOVERY({"step": "keep_lease", "lease": epoch, "seconds": LEASE_SECONDS}):
            raise Unavailable(IN_RECOVERY)

    logger.critical("Redis has older data than MongoDB. It is recovered with a new epoch.")
    mark = watermark.begin_epoch(installation, epoch)
    dropped = drop_cached(after_batch=keep_lease)
    superseded = _drop_superseded(keep_lease)
    _load_responses(keep_lease)
    request = {
        "step": "finish",
        "clock": str(mark.clock),
        "installation": mark.installation,
        "lease": epoch,
        "run_id": run_id,
    }
    if RECOVERY(request) != [b"ok"]:
        raise Unavailable(IN_RECOVERY)
    logger.warning(
        "Redis has the epoch %s; %s cached keys and %s dirty records were older than MongoDB's.",
        *(epoch, dropped, superseded),
    )


def drop_cached(*kinds: str, after_batch: Callable[[], None] = lambda: None) -> int:
    """Delete the records, lists and unique keys in Redis that are not pending; return how many.

    Args:
        kinds: Only these: `record`, `list`, `unique`. By default, all of them. With `absent`, of
            the records only those that MongoDB did not have.
        after_batch: Called after each batch of keys.

    Raises:
        Unavailable: Redis cannot be reached.
    """
    count, wanted = 0, kinds or ("record", "list", "unique")
    with available():
        scan = client().scan_iter(count=BATCH)
        while batch := list(islice(scan, BATCH)):
            items = [item for name in batch if (item := _cached_item(name.decode(), wanted))]
            count += int(RECOVERY({"step": "drop", "items": items})) if items else 0
            after_batch()
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


def _drop_superseded(after_batch: Callable[[], None]) -> int:
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
            after_batch()
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


@contextmanager
def writes_frozen(seconds: int) -> Iterator[None]:
    """Refuse all writes in the block.

    Args:
        seconds: The time after which writes are accepted again in any case.

    Raises:
        Unavailable: Redis cannot be reached, another process has frozen it, or the block took
            longer.
    """
    if not RECOVERY({"step": "freeze_writes", "seconds": seconds}):
        raise Unavailable(IN_RECOVERY)
    was_frozen = 0
    try:
        yield
    finally:
        was_frozen = RECOVERY({"step": "accept_writes"})
    if not was_frozen:
        raise Unavailable("The comparison took too long. Writes were accepted meanwhile.")


def _load_responses(after_batch: Callable[[], None]) -> None:
    """Copy the stored responses that MongoDB has to Redis."""
    for batch in watermark.saved_responses():
        items = [
            [response.digest, f"{response.due_seconds}{response.digest}", response.stored]
            for response in batch
        ]
        if items:
            RECOVERY({"step": "add_responses", "items": items})
        after_batch()
