"""Prometheus metrics that each process counts for itself; docs/operations.md names every metric.

The samples carry the process id, because several processes may share a port. The metrics that are
read from Redis at each scrape are in `mysocial/ops/collectors.py`.
"""

import os
import threading
import time
from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    ProcessCollector,
)
from prometheus_client.core import (
    CounterMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

REGISTRY = CollectorRegistry()
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
PROBLEMS = Counter(
    "mysocial_problems", "Problems that were answered, by code: `unavailable` is a refused write.",
    ("process", "code"), registry=REGISTRY,
)  # fmt: skip
OPEN_CONNECTIONS = Gauge(
    "mysocial_open_connections", "Sockets and streams that are open.",
    ("process", "kind"), registry=REGISTRY,
)  # fmt: skip
_lock = threading.Lock()
# By method and status: how many took up to each of BUCKETS, how many longer, the seconds of all.
_durations: dict[tuple[str, int], list[float]] = {}


def record_request(method: str | None, status: int, since: float) -> None:
    """Count a request that began at `since`, by `time.perf_counter`.

    By hand: counters and a histogram of the library's cost ten times as much, at each request.
    """
    seconds = time.perf_counter() - since
    key = (method if method in METHODS else "other", status)
    with _lock:
        row = _durations.get(key)
        if row is None:
            row = _durations[key] = [0.0] * (len(BUCKETS) + 2)
        row[bisect_left(BUCKETS, seconds)] += 1
        row[-1] += seconds


def record_problem(code: str) -> None:
    """Count a problem."""
    PROBLEMS.labels(os.getpid(), code).inc()


def record_connection(kind: str, by: int = 1) -> None:
    """Count a socket or a stream that was opened, or with -1 one that has ended."""
    OPEN_CONNECTIONS.labels(os.getpid(), kind).inc(by)


class _RequestCollector(Collector):
    """What this process has answered."""

    def collect(self) -> Iterable[Metric]:
        with _lock:
            rows = {key: list(row) for key, row in _durations.items()}
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


REGISTRY.register(_RequestCollector())
ProcessCollector(namespace="mysocial", registry=REGISTRY)
