"""Prometheus metrics that are read at each scrape, and the `/metrics` page."""

import time
from collections.abc import Iterable, Iterator
from itertools import product

from prometheus_client import generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from mysocial.core import keys
from mysocial.core.errors import Unavailable, error_classes
from mysocial.core.metrics import PROBLEMS, REGISTRY, SECURITY_EVENTS
from mysocial.core.redis import available, client
from mysocial.ops.build import current_build
from mysocial.ops.memory import memory_usage
from mysocial.persistence.dead_letters import count_dead_letters
from mysocial.persistence.dirty import get_backlogs
from mysocial.persistence.heartbeats import SCHEDULER_KEY
from mysocial.security_log import Kind, Outcome


def metrics_page() -> bytes:
    """Return all metrics in the text format of Prometheus.

    Counters start at 0: `rate()` does not see the first increment of one that starts at 1.
    """
    for error_class in error_classes():
        PROBLEMS.labels(error_class.code)
    for kind, outcome in product(Kind.values, Outcome.values):
        SECURITY_EVENTS.labels(kind, outcome)
    return generate_latest(REGISTRY)


class _RedisCollector(Collector):
    """Metrics of Redis and of the queues, the same in every process."""

    def collect(self) -> Iterable[Metric]:
        try:
            metrics = [*_server_metrics(), *_queue_metrics()]
        except Unavailable:
            metrics = []
        return [_gauge("redis_up", "1 if Redis is available.", bool(metrics)), *metrics]


def _server_metrics() -> Iterator[Metric]:
    with available():
        pipe = client().pipeline(transaction=False)
        pipe.hgetall(keys.FLUSHED_COUNTS)
        pipe.exists(keys.BACKOFF)
        pipe.exists(SCHEDULER_KEY)
        pipe.get(keys.LAST_BACKUP)
        pipe.exists(keys.MONGODB_IS_OLDER)
        flushed_counts, in_backoff, scheduler_is_alive, last_backup, is_older = pipe.execute()
    yield from _memory_metrics()
    yield _gauge("mongodb_backoff", "1 while workers wait for an unavailable MongoDB.", in_backoff)
    yield _gauge(
        "mongodb_is_older",
        "1 while MongoDB lacks records that were written to it.",
        is_older,
    )
    yield _gauge("beat_up", "1 if beat has run within the last seconds.", scheduler_is_alive)
    if last_backup:
        age_seconds = max(0.0, time.time() - int(last_backup))
        yield _gauge("last_backup_age_seconds", "Age of the newest backup.", age_seconds)
    flushed = CounterMetricFamily(
        "mysocial_persisted_records", "Record versions written to MongoDB.", labels=("queue",)
    )
    for queue, count in flushed_counts.items():
        flushed.add_metric((queue.decode(),), int(count))
    yield flushed


def _memory_metrics() -> Iterator[Metric]:
    usage = memory_usage()
    yield _gauge("redis_memory_bytes", "Memory used by Redis.", usage.used)
    yield _gauge("redis_memory_max_bytes", "Memory limit of Redis; 0 for none.", usage.limit)
    yield _gauge(
        "redis_memory_pressure",
        "1 if Redis is nearly full; see /health/ready.",
        bool(usage.pressure()),
    )
    stored = GaugeMetricFamily(
        "mysocial_stored_bytes", "Bytes that Redis cannot evict, by kind.", labels=("kind",)
    )
    budgets = GaugeMetricFamily(
        "mysocial_stored_max_bytes",
        "Budgets of the bytes that Redis cannot evict.",
        labels=("kind",),
    )
    for kind, size in usage.stored.items():
        stored.add_metric((kind,), size)
        budgets.add_metric((kind,), usage.budgets[kind])
    yield from (stored, budgets)


def _queue_metrics() -> Iterator[Metric]:
    dirty = _gauge_by_queue("dirty_records", "Records waiting to be written to MongoDB.")
    oldest = _gauge_by_queue("oldest_dirty_seconds", "Time that the oldest record has waited.")
    dead_letters = _gauge_by_queue("dead_letters", "Records that MongoDB rejected.")
    for queue, backlog in get_backlogs().items():
        dirty.add_metric((queue,), backlog.count)
        oldest.add_metric((queue,), backlog.oldest_seconds)
    for queue, count in count_dead_letters().items():
        dead_letters.add_metric((queue,), count)
    yield from (dirty, oldest, dead_letters)


def _gauge(name: str, documentation: str, value: float) -> Metric:
    return GaugeMetricFamily(f"mysocial_{name}", documentation, value)


def _gauge_by_queue(name: str, documentation: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"mysocial_{name}", documentation, labels=("queue",))


class _BuildCollector(Collector):
    """The version and the commit of the code."""

    def collect(self) -> Iterable[Metric]:
        build = current_build()
        info = GaugeMetricFamily("mysocial_build_info", "The code that runs.", labels=build._fields)
        info.add_metric(build, 1)
        return [info]


REGISTRY.register(_BuildCollector())
REGISTRY.register(_RedisCollector())
