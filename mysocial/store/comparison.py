"""Comparison of Redis with the mark of MongoDB, before a process uses a Redis that was started.

`docs/recovery.md` explains it. `mysocial.core.redis` calls `compare`.
"""

import logging

from mysocial.core import keys, watermark
from mysocial.core.errors import Unavailable
from mysocial.core.ids import new_id
from mysocial.core.redis import available, client, server
from mysocial.core.watermark import Mark
from mysocial.store.read_through import new_epoch
from mysocial.store.recovery import RECOVERY, recover_redis, recovery_lease

# How long to wait for MongoDB if another process has compared this Redis.
MAX_REPEATED_SECONDS = 1.0
logger = logging.getLogger(__name__)


def compare(run_id: str) -> None:
    """Compare Redis with the mark of MongoDB. Recover Redis if it is older.

    If MongoDB is older, `MONGODB_IS_OLDER` is set in Redis, and the workers do the rest. If MongoDB
    cannot be reached, a Redis is accepted that another process has compared.

    Args:
        run_id: The `run_id` of the Redis process that this thread is connected to.

    Raises:
        Unavailable: A server cannot be reached, another process recovers Redis, or the two servers
            do not belong together.
    """
    flushed_clock, was_compared = _read_redis(run_id)
    try:
        mark = watermark.read_mark(MAX_REPEATED_SECONDS if was_compared else 0)
    except Unavailable:
        if not was_compared:
            raise
        logger.warning("MongoDB is unavailable. Another process has compared this Redis with it.")
        return
    if _is_older(run_id, mark, flushed_clock):
        _recover(run_id)


def _recover(run_id: str) -> None:
    """Recover Redis, unless another process has done so meanwhile."""
    epoch = new_epoch()
    with recovery_lease(epoch):
        flushed_clock, _ = _read_redis(run_id)
        mark = watermark.read_mark()
        if mark and _is_older(run_id, mark, flushed_clock, lease=epoch):
            recover_redis(mark.installation, epoch, run_id)


def _read_redis(run_id: str) -> tuple[bytes | None, bool]:
    """Return `FLUSHED_CLOCK`, and whether another process has compared this Redis and its data.

    Workers raise the mark first. So this is read before the mark, and the clock after it.
    """
    with available():
        epoch, compared_run, flushed_clock = client().mget(
            keys.EPOCH, keys.CHECKED_RUN, keys.FLUSHED_CLOCK
        )
    return flushed_clock, epoch is not None and compared_run == run_id.encode()


def _is_older(
    run_id: str, mark: Mark | None, flushed_clock: bytes | None, *, lease: str = ""
) -> bool:
    """Return whether Redis is older than the mark; with the lease, close it for other scripts."""
    request = {
        "step": "compare",
        "mark": [mark.installation, mark.epoch, str(mark.clock)] if mark else False,
        "flushed_clock": flushed_clock or False,
        "lease": lease,
        "epoch": new_epoch(),
        "installation": new_id(),
        "run_id": run_id,
    }
    code, *details = RECOVERY(request)
    if code == b"foreign":
        raise Unavailable(
            f"Redis belongs to installation {details[0].decode()}, and the database to "
            f"{mark and mark.installation}. Check REDIS_URL, MONGO_URL and MONGO_DB."
        )
    return bool(code == b"older")


server.set_comparison(compare)
