"""Signs of life that workers and beat leave in Redis, for `python -m mysocial.ops.probe`."""

import logging
import time
from typing import Any

from celery.signals import task_postrun
from redis.exceptions import RedisError

from mysocial.core.errors import Unavailable
from mysocial.core.keys import heartbeat
from mysocial.core.redis import Script

logger = logging.getLogger(__name__)
HEARTBEAT = Script("common", "heartbeat", flags="allow-oom")
SCHEDULER_KEY = heartbeat("beat")
MAX_BACKLOG_SECONDS = 30  # older than this, the workers are not doing their work
INTERVAL_SECONDS = 2.0
SCHEDULER_TTL_SECONDS, WORKER_TTL_SECONDS = 10, 30
_last: dict[str, float] = {}


def worker_key(node: str) -> str:
    """Return the key of a worker's sign of life, by its Celery name: `worker@host`."""
    return heartbeat(node)


def record_heartbeat(key: str, seconds: int) -> None:
    """Say that this one works, now; at most every two seconds, and never raises."""
    now = time.monotonic()
    if now - _last.get(key, -INTERVAL_SECONDS) < INTERVAL_SECONDS:
        return
    _last[key] = now
    try:
        HEARTBEAT({"key": key, "ttl_ms": seconds * 1000})
    except (Unavailable, RedisError) as error:
        logger.warning("No sign of life could be left: %s", error)


@task_postrun.connect
def _record_worker_heartbeat(task: Any = None, **_: Any) -> None:
    """A task was carried out: by this node its messages are taken, and its pool is alive."""
    node = getattr(getattr(task, "request", None), "hostname", None)
    if node:
        record_heartbeat(worker_key(node), WORKER_TTL_SECONDS)
