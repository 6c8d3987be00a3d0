"""The recovery by the workers after a server has lost data: see `docs/recovery.md`."""

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from mysocial.core import keys, watermark
from mysocial.core.leases import lease
from mysocial.core.queues import queue_names
from mysocial.core.redis import available, client, server
from mysocial.ops.consistency import PAUSE_SECONDS, labels_with_records
from mysocial.ops.differences import ORPHAN, Difference
from mysocial.ops.mongo_consistency import check_counters, check_references
from mysocial.ops.repair import repair
from mysocial.persistence import flush
from mysocial.persistence.dirty import get_backlogs
from mysocial.store import STORES, parse_record
from mysocial.store.recovery import (
    adopt_mongodb,
    drop_cached,
    mark_missing_dirty,
    writes_frozen,
)

logger = logging.getLogger(__name__)
Pause = Callable[[], None]
WAIT_SECONDS = 0.1  # for a worker that flushes the same queue
LEASE = "recover_data"
LEASE_SECONDS = 300
MAX_FREEZE_SECONDS = 20


def recover(pause: Pause = lambda: time.sleep(PAUSE_SECONDS)) -> int:
    """Write to an older MongoDB what only Redis has; then correct counters and references.

    One worker does it at a time: two would repair the same difference twice.

    Args:
        pause: Waits between two looks at the counters.

    Returns:
        How many records were marked dirty and how many differences were repaired.

    Raises:
        Unavailable: A server cannot be reached. The next call continues.
    """
    server.compare()
    with lease(LEASE, LEASE_SECONDS) as is_ours:
        if not is_ours:
            return 0
        with available():
            mongodb_is_older, must_recount = client().mget(keys.MONGODB_IS_OLDER, keys.RECOUNT)
        count = _update_mongodb() if mongodb_is_older else 0
        if mongodb_is_older or must_recount:
            count += _correct_counters(pause)
    return count


def _update_mongodb() -> int:
    """Write the records to MongoDB that it lacks; return how many."""
    logger.critical("MongoDB has older data than Redis. Redis writes its records to it again.")
    with available():
        installation, epoch = client().mget(keys.INSTALLATION, keys.EPOCH)
    mark = watermark.begin_epoch(installation.decode(), epoch.decode())
    adopt_mongodb(mark)
    count = mark_missing_dirty()
    _flush_all()
    # These may have been loaded from the older MongoDB before it had the records.
    drop_cached("list", "unique", "absent")
    with available():
        client().delete(keys.MONGODB_IS_OLDER)
    logger.warning("%s records that MongoDB lacked were written to it.", count)
    return count


def _flush_all() -> None:
    """Return when all records that are dirty now are flushed, by this worker or by others."""
    began = time.monotonic()
    for queue in queue_names():
        while get_backlogs()[queue].oldest_seconds > time.monotonic() - began:
            if not flush.flush_queue(queue):
                time.sleep(WAIT_SECONDS)


def _correct_counters(pause: Pause) -> int:
    """Repair counters and references that differ; return how many.

    A write of several records may be in MongoDB in part. Under traffic, most differences that are
    found are momentary: those of counters are compared again while no writes are accepted.
    """
    first = set(_differences())
    pause()
    second = set(_differences()) if first else set()
    orphans = {item for item in first & second if item.kind == ORPHAN}
    counters = {item.key.partition("#")[0] for item in first | second if item.kind != ORPHAN}
    differences = [*orphans, *(_exact_differences(counters) if counters else ())]
    for difference in differences:
        logger.warning("Repaired: %s %s: %s", *difference[:3])
    count = sum(map(repair, differences))
    with available():
        client().delete(keys.RECOUNT)
    return count


def _differences() -> Iterator[Difference]:
    _flush_all()
    labels = labels_with_records()
    for label, store in STORES.items():
        yield from check_counters(store, labels)
        yield from check_references(store) if label in labels else ()


def _exact_differences(record_keys: Iterable[str]) -> list[Difference]:
    """Return how the counters of these records differ while no writes are accepted."""
    pks_by_label: dict[str, list[str]] = defaultdict(list)
    for key in record_keys:
        store, pk = parse_record(key)
        pks_by_label[store.label].append(pk)
    with writes_frozen(MAX_FREEZE_SECONDS):
        _flush_all()
        labels = labels_with_records()
        return [
            difference
            for store in STORES.values()
            for difference in check_counters(store, labels, pks_by_label)
        ]
