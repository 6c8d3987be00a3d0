"""Prometheus metrics that are read from Redis once per scrape, and the `/metrics` page."""

from collections.abc import Iterable, Iterator

from prometheus_client import generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from mysocial.core import keys
from mysocial.core.errors import Unavailable
from mysocial.core.metrics import REGISTRY
from mysocial.core.redis import available, client
from mysocial.persistence.dead_letters import count_dead_letters
from mysocial.persistence.dirty import get_backlogs
from mysocial.persistence.heartbeats import SCHEDULER_KEY


def metrics_page() -> bytes:
    """Return all metrics in the text format of Prometheus."""
    return generate_latest(REGISTRY)


class _RedisCollector(Collector):
    """What Redis knows."""

    def collect(self) -> Iterable[Metric]:
        try:
            found = list(_of_redis())
        except Unavailable:
            found = []
        up = GaugeMetricFamily("mysocial_redis_up", "Whether Redis answers.", bool(found))
        return [up, *found]


def _of_redis() -> Iterator[Metric]:
    with available():
        pipe = client().pipeline(transaction=False)
        pipe.info("memory")
        pipe.hgetall(keys.FLUSHED_COUNTS)
        pipe.exists(keys.BACKOFF)
        pipe.exists(SCHEDULER_KEY)
        memory, settled, waits, beats = pipe.execute()
    yield _gauge("redis_memory_bytes", "What Redis uses.", memory["used_memory"])
    yield _gauge("redis_memory_max_bytes", "What it may use; 0: all.", memory["maxmemory"])
    yield _gauge("mongodb_awaited", "Whether workers found MongoDB away just now.", waits)
    yield _gauge("beat_up", "Whether beat worked in the last seconds.", beats)
    yield from _of_queues()
    persisted = CounterMetricFamily(
        "mysocial_persisted_records", "Versions of records that MongoDB got.", labels=("queue",)
    )
    for queue, count in settled.items():
        persisted.add_metric((queue.decode(),), int(count))
    yield persisted


def _of_queues() -> Iterator[Metric]:
    debts = _by_queue("debts", "Records that MongoDB has not got.")
    oldest = _by_queue("oldest_debt_seconds", "How long the oldest of them waits.")
    dead = _by_queue("dead_letters", "Records that MongoDB refused.")
    for name, backlog in get_backlogs().items():
        debts.add_metric((name,), backlog.count)
        oldest.add_metric((name,), backlog.oldest_seconds)
    for name, count in count_dead_letters().items():
        dead.add_metric((name,), count)
    yield from (debts, oldest, dead)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"mysocial_{name}", text, value)


def _by_queue(name: str, text: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"mysocial_{name}", text, labels=("queue",))


REGISTRY.register(_RedisCollector())
