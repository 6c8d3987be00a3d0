"""The recovery by the workers after a server has lost data: see `docs/recovery.md`."""

import logging
import time
from collections.abc import Callable, Iterator

from mysocial.core import keys, watermark
from mysocial.core.errors import Unavailable
from mysocial.core.queues import queue_names
from mysocial.core.redis import available, client, server
from mysocial.ops.consistency import PAUSE_SECONDS, labels_with_records
from mysocial.ops.differences import Difference
from mysocial.ops.mongo_consistency import check_counters, check_references
from mysocial.ops.repair import repair
from mysocial.persistence import flush
from mysocial.store import STORES
from mysocial.store.recovery import adopt_mongodb, drop_cached, mark_missing_dirty

logger = logging.getLogger(__name__)
Pause = Callable[[], None]


def recover(pause: Pause = lambda: time.sleep(PAUSE_SECONDS)) -> int:
    """Write to an older MongoDB what only Redis has; then correct counters and references.

    Args:
        pause: Waits between two looks: only a difference that is found twice is repaired.

    Returns:
        How many records were marked dirty and how many differences were repaired.

    Raises:
        Unavailable: A server cannot be reached. The next call continues.
    """
    server.compare()
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
    if mark.installation != installation.decode():
        raise Unavailable("MongoDB belongs to another installation.")
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
    for queue in queue_names():
        while flush.flush_queue(queue):
            pass


def _correct_counters(pause: Pause) -> int:
    """Repair counters and references until no difference is found; return how many were repaired.

    A write of several records may be in MongoDB in part.
    """
    count = 0
    while True:
        differences = {_identity(difference): difference for difference in _differences()}
        if differences:
            pause()
            repeated = {_identity(difference) for difference in _differences()}
            differences = {key: differences[key] for key in differences.keys() & repeated}
        if not differences:
            break
        for difference in differences.values():
            logger.warning("Repaired: %s %s: %s", *difference[:3])
            count += repair(difference)
    with available():
        client().delete(keys.RECOUNT)
    return count


def _differences() -> Iterator[Difference]:
    _flush_all()
    labels = labels_with_records()
    for label, store in STORES.items():
        yield from check_counters(store, labels)
        yield from check_references(store) if label in labels else ()


def _identity(difference: Difference) -> tuple[str, str, int]:
    """Return what two looks at the same difference share, while the counter changes."""
    return difference.kind, difference.key, difference.delta
