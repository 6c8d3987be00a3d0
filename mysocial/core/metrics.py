"""Prometheus metrics that each process counts for itself.

The samples carry the process id, because several processes may share a port. The metrics that are
read from Redis at each scrape are in `mysocial/ops/collectors.py`. `docs/operations.md` lists all.
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
    "mysocial_problems", "Error responses by code; `unavailable` is a rejected write.",
    ("process", "code"), registry=REGISTRY,
)  # fmt: skip
OPEN_CONNECTIONS = Gauge(
    "mysocial_open_connections", "Open WebSockets and event streams.",
    ("process", "kind"), registry=REGISTRY,
)  # fmt: skip
SECURITY_EVENTS = Counter(
    "mysocial_security_events", "Events of the security log by kind and outcome.",
    ("process", "kind", "outcome"), registry=REGISTRY,
)  # fmt: skip
_lock = threading.Lock()
# By method and status: the requests of each bucket, the slower ones, and the sum of seconds.
_durations: dict[tuple[str, int], list[float]] = {}


def record_request(method: str | None, status: int, since: float) -> None:
    """Count a request that started at `since`, a value of `time.perf_counter`.

    The counters and the histogram of prometheus_client cost ten times as much per request.
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
    """Count an error response by its code."""
    PROBLEMS.labels(os.getpid(), code).inc()


def record_security_event(kind: str, outcome: str) -> None:
    """Count an event of the security log."""
    SECURITY_EVENTS.labels(os.getpid(), kind, outcome).inc()


def record_connection(kind: str, change: int = 1) -> None:
    """Count a connection that was opened; with a `change` of -1, one that was closed."""
    OPEN_CONNECTIONS.labels(os.getpid(), kind).inc(change)


class _RequestCollector(Collector):
    """The requests that this process has answered."""

    def collect(self) -> Iterable[Metric]:
        with _lock:
            rows = {key: list(row) for key, row in _durations.items()}
        process = str(os.getpid())
        requests = CounterMetricFamily(
            "mysocial_requests",
            "Requests to the API.",
            labels=("process", "method", "status"),
        )
        sums: dict[str, list[float]] = {}
        for (method, status), row in rows.items():
            requests.add_metric((process, method, str(status)), sum(row[:-1]))
            previous = sums.get(method, [0.0] * len(row))
            sums[method] = [total + value for total, value in zip(previous, row, strict=True)]
        durations = HistogramMetricFamily(
            "mysocial_request_duration_seconds",
            "Duration of requests to the API.",
            labels=("process", "method"),
        )
        for method, row in sums.items():
            bounds = [*map(str, BUCKETS), "+Inf"]
            steps = list(zip(bounds, accumulate(row[:-1]), strict=True))
            durations.add_metric((process, method), steps, row[-1])
        return requests, durations


REGISTRY.register(_RequestCollector())
ProcessCollector(namespace="mysocial", registry=REGISTRY)
