"""What goes on, in a few figures that are cheap to make: for the first page of the admin.

Ids of records begin with the microsecond at which they were made, so how many were made in each
hour is counted in the index of ids alone. What was made and is deleted since counts as well.
"""

import time
from itertools import pairwise
from typing import Any

import pymongo
from django.conf import settings
from django.core.cache import cache
from django.db.models import Model

from mysocial.core import keys, mongo
from mysocial.core.metrics import PROBLEMS
from mysocial.core.redis import available, client
from mysocial.persistence.dead_letters import count_dead_letters
from mysocial.persistence.dirty import get_backlogs

HOUR = 3600
KEPT_SECONDS = 15  # however many look at the page


def created_per_hour(model: type[Model], *, hours: int, now: float) -> list[int]:
    """Return how many records were made in each of the last hours, the oldest first.

    `Unavailable` when MongoDB is away or takes too long.
    """
    name = f"pulse:{model._meta.label_lower}:{hours}"  # noqa: SLF001 - Django's documented _meta
    found: list[int] | None = cache.get(name)
    if found is None:
        found = _count(model, hours, int(now) + 1)  # this very second, too
        cache.set(name, found, KEPT_SECONDS)
    return found


def _count(model: type[Model], hours: int, now: int) -> list[int]:
    edges = [_id_at(now - HOUR * back) for back in range(hours, -1, -1)]
    stages: list[dict[str, Any]] = [
        {"$match": {"_id": {"$gte": edges[0], "$lt": edges[-1]}}},
        {"$project": {"_id": 1}},
        {"$bucket": {"groupBy": "$_id", "boundaries": edges}},
    ]
    with mongo.available(), pymongo.timeout(settings.MONGO_TIMEOUT_MS / 1000):
        counts = {one["_id"]: one["count"] for one in mongo.collection(model).aggregate(stages)}
    return [counts.get(begin, 0) for begin, _end in pairwise(edges)]


def _id_at(seconds: int) -> str:
    return f"{seconds * 1_000_000:013x}"


def state() -> dict[str, Any]:
    """Return how the store and the queues are just now. `Unavailable` when Redis is away."""
    with available():
        pipe = client().pipeline(transaction=False)
        pipe.info("stats")
        pipe.info("memory")
        pipe.zcount(keys.ONLINE_MEMBERS, time.time() * 1000, "+inf")
        stats, memory, online = pipe.execute()
    hits, misses = stats["keyspace_hits"], stats["keyspace_misses"]
    owed = get_backlogs()
    return {
        "online": online,
        "hit_rate": 100 * hits / (hits + misses) if hits + misses else 0.0,
        "memory": memory["used_memory"],
        "queues": {name: debt.count for name, debt in owed.items()},
        "oldest": max((debt.oldest_seconds for debt in owed.values()), default=0.0),
        "dead": sum(count_dead_letters().values()),
        "refused": refused(),
    }


def refused() -> dict[str, int]:
    """Return how many requests this process has refused, by code."""
    found: dict[str, int] = {}
    for metric in PROBLEMS.collect():
        for sample in metric.samples:
            if sample.name.endswith("_total"):
                code = sample.labels["code"]
                found[code] = found.get(code, 0) + int(sample.value)
    return found
