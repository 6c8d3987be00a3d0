"""Heartbeats of workers and beat in Redis, for `python -m mysocial.ops.probe`."""

import logging
import time
from typing import Any

from celery.signals import task_postrun
from redis.exceptions import RedisError

from mysocial.core.errors import Unavailable
from mysocial.core.keys import heartbeat
from mysocial.core.redis import Script

logger = logging.getLogger(__name__)
HEARTBEAT = Script("common", "heartbeat", flags="allow-oom", needs_comparison=False)
SCHEDULER_KEY = heartbeat("beat")
MAX_BACKLOG_SECONDS = 30  # with older dirty records, the workers do not do their work
INTERVAL_SECONDS = 2.0
SCHEDULER_TTL_SECONDS, WORKER_TTL_SECONDS = 10, 30
_last_sent: dict[str, float] = {}


def worker_key(node: str) -> str:
    """Return the key of a worker's heartbeat, by its Celery node name: `worker@host`."""
    return heartbeat(node)


def record_heartbeat(key: str, ttl_seconds: int) -> None:
    """Record a heartbeat of this process, at most every two seconds. Never raises."""
    now = time.monotonic()
    if now - _last_sent.get(key, -INTERVAL_SECONDS) < INTERVAL_SECONDS:
        return
    _last_sent[key] = now
    try:
        HEARTBEAT({"key": key, "ttl_ms": ttl_seconds * 1000})
    except (Unavailable, RedisError) as error:
        logger.warning("The heartbeat could not be recorded: %s", error)


@task_postrun.connect
def _record_worker_heartbeat(task: Any = None, **_: Any) -> None:
    """Record that this worker has run a task: it consumes messages, and its pool is alive."""
    node = getattr(getattr(task, "request", None), "hostname", None)
    if node:
        record_heartbeat(worker_key(node), WORKER_TTL_SECONDS)
