"""Backlogs of dirty records: what each queue has not yet flushed to MongoDB.

This module loads no model, so that `mysocial.ops.probe` starts fast.
"""

from dataclasses import dataclass

from mysocial.core import keys
from mysocial.core.queues import queue_names
from mysocial.core.redis import available, client

__all__ = ["Backlog", "get_backlogs", "queue_names"]


@dataclass(frozen=True)
class Backlog:
    """The dirty records of one queue."""

    count: int
    oldest_seconds: float


def get_backlogs() -> dict[str, Backlog]:
    """Return the backlog of each queue.

    Raises:
        Unavailable: Redis cannot be reached.
    """
    names = queue_names()
    with available():
        pipe = client().pipeline(transaction=False)
        pipe.time()
        for name in names:
            pipe.zcard(keys.dirty(name))
            pipe.zrange(keys.dirty(name), 0, 0, withscores=True)
        (seconds, microseconds), *replies = pipe.execute()
    now = seconds + microseconds / 1e6
    return {
        name: Backlog(count, max(0.0, now - oldest[0][1] / 1000) if oldest else 0.0)
        for name, count, oldest in zip(names, replies[::2], replies[1::2], strict=True)
    }
