"""What `/metrics` tells, in the format of Prometheus; docs/operations.md names every metric.

What Redis knows is asked once for each scrape. What a process counts is counted by that process,
and carries its number: several may share a port.
"""

import os
import threading
import time
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import accumulate

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from mysocial.debts import queues
from mysocial.errors import Unavailable
from mysocial.hearts import BEAT
from mysocial.redis import available, client

REGISTRY = CollectorRegistry()
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
PROBLEMS = Counter(
    "mysocial_problems", "Problems that were answered, by code: `unavailable` is a refused write.",
    ("process", "code"), registry=REGISTRY,
)  # fmt: skip
OPEN = Gauge(
    "mysocial_open_connections", "Sockets and streams that are open.",
    ("process", "kind"), registry=REGISTRY,
)  # fmt: skip
_lock = threading.Lock()
# By method and status: how many took up to each of BUCKETS, how many longer, the seconds of all.
_taken: dict[tuple[str, int], list[float]] = {}


def answered(method: str | None, status: int, since: float) -> None:
    """Count a request that began at `since`, by `time.perf_counter`.

    By hand: counters and a histogram of the library's cost ten times as much, at each request.
    """
    seconds = time.perf_counter() - since
    key = (method if method in METHODS else "other", status)
    with _lock:
        row = _taken.get(key)
        if row is None:
            row = _taken[key] = [0.0] * (len(BUCKETS) + 2)
        row[bisect_left(BUCKETS, seconds)] += 1
        row[-1] += seconds


def refused(code: str) -> None:
    """Count a problem."""
    PROBLEMS.labels(os.getpid(), code).inc()


def opened(kind: str, by: int = 1) -> None:
    """Count a socket or a stream that was opened, or with -1 one that has ended."""
    OPEN.labels(os.getpid(), kind).inc(by)


def page() -> bytes:
    """Return all of it as text."""
    return generate_latest(REGISTRY)


class _Requests(Collector):
    """What this process has answered."""

    def collect(self) -> Iterable[Metric]:
        with _lock:
            rows = {key: list(row) for key, row in _taken.items()}
        process = str(os.getpid())
        answers = CounterMetricFamily(
            "mysocial_requests",
            "Requests under /api that were answered.",
            labels=("process", "method", "status"),
        )
        sums: dict[str, list[float]] = {}
        for (method, status), row in rows.items():
            answers.add_metric((process, method, str(status)), sum(row[:-1]))
            before = sums.get(method, [0.0] * len(row))
            sums[method] = [one + more for one, more in zip(before, row, strict=True)]
        took = HistogramMetricFamily(
            "mysocial_request_seconds", "How long they took.", labels=("process", "method")
        )
        for method, row in sums.items():
            bounds = [*map(str, BUCKETS), "+Inf"]
            steps = list(zip(bounds, accumulate(row[:-1]), strict=True))
            took.add_metric((process, method), steps, row[-1])
        return answers, took


class _Store(Collector):
    """What Redis knows."""

    def collect(self) -> Iterable[Metric]:
        try:
            found = list(_of_redis())
        except Unavailable:
            found = []
        up = GaugeMetricFamily("mysocial_redis_up", "Whether Redis answers.", bool(found))
        return [up, *found]


def _of_redis() -> Iterator[Metric]:
    names = queues()
    with available():
        pipe = client().pipeline(transaction=False)
        pipe.time()
        pipe.info("memory")
        pipe.hgetall("settled")
        pipe.exists("pause")
        pipe.exists(BEAT)
        for name in names:
            pipe.zcard(f"dirty:{name}")
            pipe.zrange(f"dirty:{name}", 0, 0, withscores=True)
            pipe.hlen(f"dead:{name}")
        (seconds, micros), memory, settled, waits, beats, *answers = pipe.execute()
    now = seconds + micros / 1e6
    yield _gauge("redis_memory_bytes", "What Redis uses.", memory["used_memory"])
    yield _gauge("redis_memory_max_bytes", "What it may use; 0: all.", memory["maxmemory"])
    yield _gauge("mongodb_awaited", "Whether workers found MongoDB away just now.", waits)
    yield _gauge("beat_up", "Whether beat worked in the last seconds.", beats)
    yield from _of_queues(names, answers, now)
    persisted = CounterMetricFamily(
        "mysocial_persisted_records", "Versions of records that MongoDB got.", labels=("queue",)
    )
    for queue, count in settled.items():
        persisted.add_metric((queue.decode(),), int(count))
    yield persisted


def _of_queues(names: list[str], answers: list[object], now: float) -> Iterator[Metric]:
    debts = _by_queue("debts", "Records that MongoDB has not got.")
    oldest = _by_queue("oldest_debt_seconds", "How long the oldest of them waits.")
    dead = _by_queue("dead_letters", "Records that MongoDB refused.")
    for number, name in enumerate(names):
        count, first, letters = answers[3 * number : 3 * number + 3]
        since = first[0][1] / 1000 if isinstance(first, list) and first else now
        debts.add_metric((name,), float(str(count)))
        oldest.add_metric((name,), max(0.0, now - since))
        dead.add_metric((name,), float(str(letters)))
    yield from (debts, oldest, dead)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"mysocial_{name}", text, value)


def _by_queue(name: str, text: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"mysocial_{name}", text, labels=("queue",))


REGISTRY.register(_Requests())
REGISTRY.register(_Store())
ProcessCollector(namespace="mysocial", registry=REGISTRY)
