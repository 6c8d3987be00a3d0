"""Statistics for the start page of the admin, cheap enough to compute on demand.

Ids begin with the microsecond of their creation, so the records created in each hour are counted in
the index of ids alone. Records that were deleted since then are included.
"""

import time
from itertools import pairwise
from typing import Any, NamedTuple

import pymongo
from django.conf import settings
from django.core.cache import cache
from django.db.models import Model

from mysocial.core import keys, mongo
from mysocial.core.metrics import collect_counted
from mysocial.core.redis import available, client
from mysocial.persistence.dead_letters import count_dead_letters
from mysocial.persistence.dirty import get_backlogs

HOUR_SECONDS = 3600
CACHE_SECONDS = 15


class SiteStats(NamedTuple):
    """The current state of Redis and of the queues."""

    online: int  # members with an open connection
    hit_percent: float  # share of Redis key lookups that found the key
    memory_bytes: int  # used by Redis
    queues: dict[str, int]  # dirty records by queue
    oldest_seconds: float  # age of the oldest dirty record
    dead_letters: int
    problems: dict[str, int]  # error responses of this process, by code


def created_per_hour(model: type[Model], *, hours: int, now: float) -> list[int]:
    """Return how many records were created in each of the last `hours` hours, oldest first.

    Args:
        model: The model whose records are counted.
        hours: The number of hours.
        now: The current Unix time in seconds.

    Raises:
        Unavailable: MongoDB is unavailable or takes too long.
    """
    key = f"created_per_hour:{model._meta.label_lower}:{hours}"  # noqa: SLF001 - public API
    counts: list[int] | None = cache.get(key)
    if counts is None:
        counts = _count_by_hour(model, hours, int(now) + 1)  # includes the current second
        cache.set(key, counts, CACHE_SECONDS)
    return counts


def _count_by_hour(model: type[Model], hours: int, now: int) -> list[int]:
    boundaries = [_first_id_at(now - HOUR_SECONDS * ago) for ago in range(hours, -1, -1)]
    stages: list[dict[str, Any]] = [
        {"$match": {"_id": {"$gte": boundaries[0], "$lt": boundaries[-1]}}},
        {"$project": {"_id": 1}},
        {"$bucket": {"groupBy": "$_id", "boundaries": boundaries}},
    ]
    with mongo.available(), pymongo.timeout(settings.MONGO_TIMEOUT_MS / 1000):
        buckets = list(mongo.collection(model).aggregate(stages))
    counts = {bucket["_id"]: bucket["count"] for bucket in buckets}
    return [counts.get(start, 0) for start, _end in pairwise(boundaries)]


def _first_id_at(seconds: int) -> str:
    return f"{seconds * 1_000_000:013x}"


def site_stats() -> SiteStats:
    """Return the current state of Redis and of the queues.

    Raises:
        Unavailable: Redis is unavailable.
    """
    with available():
        pipe = client().pipeline(transaction=False)
        pipe.info("stats")
        pipe.info("memory")
        pipe.zcount(keys.ONLINE_MEMBERS, time.time() * 1000, "+inf")
        redis_stats, memory, online = pipe.execute()
    hits, misses = redis_stats["keyspace_hits"], redis_stats["keyspace_misses"]
    queues = get_backlogs()
    return SiteStats(
        online=online,
        hit_percent=100 * hits / (hits + misses) if hits + misses else 0.0,
        memory_bytes=memory["used_memory"],
        queues={queue: backlog.count for queue, backlog in queues.items()},
        oldest_seconds=max((backlog.oldest_seconds for backlog in queues.values()), default=0.0),
        dead_letters=sum(count_dead_letters().values()),
        problems=problem_counts(),
    )


def problem_counts() -> dict[str, int]:
    """Return how many error responses the processes of this port have sent, by code."""
    return {
        sample.labels["code"]: int(sample.value)
        for metric in collect_counted()
        for sample in metric.samples
        if sample.name == "mysocial_problems_total" and sample.value
    }
