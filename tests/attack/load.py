"""Another member at a moderate rate: reads of the feed, posts and sign-ins, in an own process.

`python -m tests.attack.load URL FILE` appends a line of JSON for each request until it is
terminated. An own process, because the attacks keep the interpreter of theirs busy.
"""

import json
import math
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple, Self

import httpx

from tests.attack.target import Outsider, Target
from tests.support.servers import PASSWORD
from tests.support.stack import ROOT

MAX_SLOWDOWN = 10  # of a p99, compared with its quiet value
INTERVAL_SECONDS = {"feed": 0.1, "post": 0.5, "sign in": 1.0}
# Below the limits of a member: 30 posts a minute, 20 sign-ins in 15 minutes from a network.
POSTERS, SIGNERS = 6, 60
START_SECONDS = 120.0


class Sample(NamedTuple):
    """A request of the other member."""

    kind: str
    at: float  # time.time()
    seconds: float
    failure: str  # empty if it succeeded


class Latency(NamedTuple):
    """Percentiles in milliseconds."""

    count: int
    p50: float
    p99: float


def percentile(values: list[float], share: float) -> float:
    """Return a percentile by the nearest rank."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def latencies(samples: Iterable[Sample]) -> dict[str, Latency]:
    """Return the latency of each kind of request."""
    by_kind: dict[str, list[float]] = {}
    for sample in samples:
        by_kind.setdefault(sample.kind, []).append(1000 * sample.seconds)
    return {
        kind: Latency(len(values), percentile(values, 0.5), percentile(values, 0.99))
        for kind, values in by_kind.items()
    }


def harm(quiet: list[Sample], loaded: list[Sample]) -> list[str]:
    """Return what an attack did to the other member: failed and slow requests."""
    failures = [f"{sample.kind}: {sample.failure}" for sample in loaded if sample.failure]
    harms = [f"{len(failures)} requests failed, such as {failures[0]}"] if failures else []
    before, during = latencies(quiet), latencies(loaded)
    for kind in INTERVAL_SECONDS:
        if kind not in before or kind not in during:
            harms.append(f"{kind}: no request")
        elif during[kind].p99 >= MAX_SLOWDOWN * before[kind].p99:
            harms.append(f"{kind}: p99 {before[kind].p99:.0f} -> {during[kind].p99:.0f} ms")
    return harms


class OtherMember:
    """The process, as a context manager."""

    def __init__(self, url: str, file: Path) -> None:
        self._command = [sys.executable, "-m", "tests.attack.load", url, str(file)]
        self._file = file
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._file.unlink(missing_ok=True)
        self._process = subprocess.Popen(self._command, cwd=ROOT)
        deadline = time.monotonic() + START_SECONDS
        while not self.samples(0, time.time()):
            assert self._process.poll() is None, "the other member has ended"
            assert time.monotonic() < deadline, "the other member does not start"
            time.sleep(0.5)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(30)

    def samples(self, began: float, ended: float) -> list[Sample]:
        """Return the requests that were sent between two times of `time.time`."""
        if not self._file.exists():
            return []
        lines = self._file.read_text().splitlines()
        samples = [Sample(*json.loads(line)) for line in lines if line.endswith("]")]
        return [sample for sample in samples if began <= sample.at < ended]


def main(url: str, file: Path) -> None:
    """Send requests until the process is terminated."""
    target = Target(url)
    posters = [target.sign_up() for _ in range(POSTERS)]
    signers = [target.sign_up(own_network=True) for _ in range(SIGNERS)]
    lock = threading.Lock()
    with file.open("a", buffering=1) as lines:

        def repeat(kind: str, request: Callable[[int], httpx.Response]) -> None:
            for number in range(sys.maxsize):
                sample = _measured(kind, request, number)
                with lock:
                    lines.write(f"{json.dumps(sample)}\n")
                time.sleep(max(0.0, sample.at + INTERVAL_SECONDS[kind] - time.time()))

        work = {
            "feed": lambda _: posters[0].get("posts?limit=20"),
            "post": lambda number: _post(posters[number % POSTERS], number),
            "sign in": lambda number: _sign_in(signers[number % SIGNERS]),
        }
        threads = [threading.Thread(target=repeat, args=item, daemon=True) for item in work.items()]
        for thread in threads:
            thread.start()
        threads[0].join()


def _measured(kind: str, request: Callable[[int], httpx.Response], number: int) -> Sample:
    at, begun = time.time(), time.monotonic()
    try:
        response = request(number)
        failure = "" if response.is_success else f"{response.status_code} {response.text[:200]}"
    except httpx.HTTPError as error:
        failure = repr(error)
    return Sample(kind, at, time.monotonic() - begun, failure)


def _post(member: Outsider, number: int) -> httpx.Response:
    return member.call("POST", "posts", {"text": f"An ordinary post, number {number}"})


def _sign_in(member: Outsider) -> httpx.Response:
    body = {"username": member.name, "password": PASSWORD}
    return member.client.post("/api/v1/signin", json=body)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
