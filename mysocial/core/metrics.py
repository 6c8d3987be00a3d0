"""Prometheus metrics that the processes count for themselves.

Processes that share a port have shared metrics (`mysocial/core/shared_metrics.py`). The metrics
that are read at each scrape are in `mysocial/ops/collectors.py`. `docs/operations.md` lists all.
"""

import fcntl
import functools
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    mmap_dict,
)
from prometheus_client.core import Metric
from prometheus_client.multiprocess import MultiProcessCollector as _MultiProcessCollector
from prometheus_client.registry import Collector

from mysocial.core.shared_metrics import shared_folder

MultiProcessCollector: Any = _MultiProcessCollector  # untyped
MmapedDict: Any = mmap_dict.MmapedDict
REGISTRY = CollectorRegistry()  # what a scrape returns
COUNTED = CollectorRegistry()  # what this process has counted
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
ENDED = 0  # in place of a pid: all processes that have ended
REQUESTS = Counter(
    "mysocial_requests", "Requests to the API.", ("method", "status"), registry=COUNTED
)
DURATIONS = Histogram(
    "mysocial_request_duration_seconds", "Duration of requests to the API.",
    ("method",), buckets=BUCKETS, registry=COUNTED,
)  # fmt: skip
PROBLEMS = Counter(
    "mysocial_problems", "Error responses by code; `unavailable` is a rejected write.",
    ("code",), registry=COUNTED,
)  # fmt: skip
OPEN_CONNECTIONS = Gauge(
    "mysocial_open_connections", "Open WebSockets and event streams.",
    ("kind",), registry=COUNTED, multiprocess_mode="livesum",
)  # fmt: skip
SECURITY_EVENTS = Counter(
    "mysocial_security_events", "Events of the security log by kind and outcome.",
    ("kind", "outcome"), registry=COUNTED,
)  # fmt: skip


@functools.cache  # a look-up by labels would cost as much as both counters
def _request_metrics(method: str | None, status: int) -> tuple[Counter, Histogram]:
    name = method if method in METHODS else "other"
    return REQUESTS.labels(name, str(status)), DURATIONS.labels(name)


def record_request(method: str | None, status: int, since: float) -> None:
    """Count a request that started at `since`, a value of `time.perf_counter`."""
    seconds = time.perf_counter() - since
    requests, durations = _request_metrics(method if method in METHODS else "other", status)
    requests.inc()
    durations.observe(seconds)


def record_problem(code: str) -> None:
    """Count an error response by its code."""
    PROBLEMS.labels(code).inc()


def record_security_event(kind: str, outcome: str) -> None:
    """Count an event of the security log."""
    SECURITY_EVENTS.labels(kind, outcome).inc()


def record_connection(kind: str, change: int = 1) -> None:
    """Count a connection that was opened; with a `change` of -1, one that was closed."""
    OPEN_CONNECTIONS.labels(kind).inc(change)


def collect_counted() -> list[Metric]:
    """Return the metrics that this process, and those that share its metrics, have counted."""
    folder = shared_folder()
    if folder is None:
        return list(COUNTED.collect())
    with _locked(folder):
        _merge_ended(folder)
        return list(MultiProcessCollector(None, str(folder)).collect())


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Let one process at a time read and merge the files."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _merge_ended(folder: Path) -> None:
    """Add the counters of ended processes to files of their own, and delete their gauges.

    So the counters never decrease, and the number of files is bounded.
    """
    for path, kind, pid in _files(folder):
        if pid == ENDED or psutil.pid_exists(pid):
            continue
        if not kind.startswith("gauge"):
            total = MmapedDict(str(folder / f"{kind}_{ENDED}.db"))
            for key, value, _timestamp, _position in MmapedDict.read_all_values_from_file(path):
                total.write_value(key, total.read_value(key)[0] + value, 0.0)
            total.close()
        path.unlink()


def _files(folder: Path) -> list[tuple[Path, str, int]]:
    """Return the files with the kind of their metrics and the pid of their process."""
    parts = [(path, *path.stem.rpartition("_")[::2]) for path in sorted(folder.glob("*_*.db"))]
    return [(path, kind, int(pid)) for path, kind, pid in parts]


class _CountedCollector(Collector):
    """The metrics that the processes of this port have counted."""

    def collect(self) -> Iterable[Metric]:
        return collect_counted()


class _ProcessesCollector(Collector):
    """CPU, memory and open files of each process of this port."""

    def collect(self) -> Iterable[Metric]:
        folder = shared_folder()
        pids = {pid for _path, _kind, pid in _files(folder)} - {ENDED} if folder else set()
        metrics: dict[str, Metric] = {}
        for pid in sorted({*pids, os.getpid()}):
            for metric in ProcessCollector(
                "mysocial", functools.partial(int, pid), registry=None
            ).collect():
                family = metrics.setdefault(
                    metric.name, Metric(metric.name, metric.documentation, metric.type)
                )
                for sample in metric.samples:
                    family.add_sample(sample.name, {"process": str(pid)}, sample.value)
        return metrics.values()


REGISTRY.register(_CountedCollector())
REGISTRY.register(_ProcessesCollector())
