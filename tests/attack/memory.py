"""The memory of the site during the attacks: samples, the limits of compose.yaml, and a plot."""

import threading
import time
from collections.abc import Callable
from typing import NamedTuple, Self

from tests.support.compose import compose_services

MEBIBYTE = 1024 * 1024
UNITS = {"k": 1024, "m": MEBIBYTE, "g": 1024 * MEBIBYTE}
SAMPLE_SECONDS = 1.0
USED_MEMORY = "Valkey: used_memory"
# The services of compose.yaml, by the names of our processes.
SERVICES = {
    "caddy": "proxy",
    "http-1": "http",
    "ws-1": "ws",
    "worker": "worker",
    "media": "media",
    "beat": "beat",
    "redis": "redis",
    "mongo": "mongo",
}


def parse_size(text: str) -> int:
    """Return a size such as `512m`, `1gb` or `1536m` in bytes."""
    number = text.lower().removesuffix("b")
    return int(number[:-1]) * UNITS[number[-1]] if number[-1] in UNITS else int(number)


class Limits(NamedTuple):
    """The limits of memory in compose.yaml, in bytes."""

    services: dict[str, int]
    redis_bytes: int  # maxmemory

    @classmethod
    def of_compose(cls) -> Self:
        """Read the limits of each service that the attacks can reach."""
        services = compose_services()
        limits = {name: parse_size(str(services[name]["mem_limit"])) for name in SERVICES.values()}
        command = services["redis"]["command"]
        return cls(limits, parse_size(command[command.index("--maxmemory") + 1]))

    def of(self, name: str) -> int:
        """Return the limit of a service or of Valkey's `used_memory`."""
        return self.redis_bytes if name == USED_MEMORY else self.services[name]


class MemorySample(NamedTuple):
    """The memory at a time: in bytes, by service."""

    at: float
    sizes: dict[str, int]


class MemorySampler:
    """A thread that samples the memory each second, as a context manager."""

    def __init__(self, measure: Callable[[], dict[str, int]]) -> None:
        self.samples: list[MemorySample] = []
        self._measure = measure
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        while True:
            self.samples.append(MemorySample(time.monotonic(), self._measure()))
            if self._is_over.wait(SAMPLE_SECONDS):
                return

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join(30)

    def peaks(self) -> dict[str, int]:
        """Return the highest sample of each service, in bytes."""
        peaks: dict[str, int] = {}
        for sample in self.samples:
            for name, size in sample.sizes.items():
                peaks[name] = max(size, peaks.get(name, 0))
        return peaks


def exceeded_limits(peaks: dict[str, int], limits: Limits) -> list[str]:
    """Return a sentence for each service that used more memory than its limit."""
    return [
        f"{name} used {peak / MEBIBYTE:.0f} MiB; its limit is {limits.of(name) / MEBIBYTE:.0f} MiB"
        for name, peak in peaks.items()
        if peak > limits.of(name)
    ]


def missing_services(peaks: dict[str, int], limits: Limits) -> list[str]:
    """Return the services that were never measured."""
    return [name for name in (*limits.services, USED_MEMORY) if not peaks.get(name)]


class Span(NamedTuple):
    """The time of an attack, for the plot."""

    name: str
    began: float
    ended: float
