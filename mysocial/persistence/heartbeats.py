"""Signs of life that workers and beat leave in Redis, for `python -m mysocial.ops.probe`."""

import logging
import time
from typing import Any

from celery.signals import task_postrun
from redis.exceptions import RedisError

from mysocial.core.errors import Unavailable
from mysocial.core.redis import Script

logger = logging.getLogger(__name__)
HEART = Script("common", "heart", flags="allow-oom")
BEAT = "heart:beat"
OLDEST_DEBT_SECONDS = 30  # older than this, the workers are not doing their work
EVERY = 2.0
BEAT_SECONDS, WORKER_SECONDS = 10, 30
_last: dict[str, float] = {}


def worker_heart(node: str) -> str:
    """Return the key of a worker's sign of life, by its Celery name: `worker@host`."""
    return f"heart:{node}"


def leave_sign(key: str, seconds: int) -> None:
    """Say that this one works, now; at most every two seconds, and never raises."""
    now = time.monotonic()
    if now - _last.get(key, -EVERY) < EVERY:
        return
    _last[key] = now
    try:
        HEART({"key": key, "ms": seconds * 1000})
    except (Unavailable, RedisError) as error:
        logger.warning("No sign of life could be left: %s", error)


@task_postrun.connect
def _worker_works(task: Any = None, **_: Any) -> None:
    """A task was carried out: by this node its messages are taken, and its pool is alive."""
    node = getattr(getattr(task, "request", None), "hostname", None)
    if node:
        leave_sign(worker_heart(node), WORKER_SECONDS)
