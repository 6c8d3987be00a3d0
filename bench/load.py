"""The load: as many requests as a server takes, or so many a second, by a few connections."""

import http.client
import itertools
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from bench.cases import Request

Next = Callable[[int], Request]
CLIENTS = 4
TIMEOUT = 30.0


class Times(NamedTuple):
    """How long requests took, in milliseconds."""

    p50: float
    p99: float


class Line:
    """One connection that stays open."""

    def __init__(self, host: str, port: int) -> None:
        self._connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT)

    def ask(self, request: Request) -> bytes:
        """Send a request; return the body of a good answer. `RuntimeError` for any other."""
        headers = {"Content-Type": "application/json"} if request.body else {}
        if request.token:
            headers["Authorization"] = f"Bearer {request.token}"
        self._connection.request(request.method, request.path, request.body or None, headers)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status >= http.client.MULTIPLE_CHOICES:
            raise RuntimeError(f"{request.method} {request.path}: {answer.status} {body[:300]!r}")
        return body

    def close(self) -> None:
        self._connection.close()


class Load:
    """Requests to one server, each number of a case once."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port

    def line(self) -> Line:
        """Return a new connection."""
        return Line(self._host, self._port)

    def flat_out(self, following: Next, numbers: Iterator[int], *, seconds: float) -> int:
        """Send one after the other by each connection; return how many were answered."""
        until = time.monotonic() + seconds
        counts: list[int] = []

        def run() -> None:
            line, count = self.line(), 0
            while time.monotonic() < until:
                line.ask(following(next(numbers)))
                count += 1
            counts.append(count)
            line.close()

        _all_at_once(run)
        return sum(counts)

    def paced(self, following: Next, numbers: Iterator[int], *, rate: float, count: int) -> Times:
        """Send `rate` a second, whether or not those before were answered in time.

        Counted from when each was due: a server that stalls does not hide it.
        """
        began, taken = time.monotonic() + 0.1, []
        turns = itertools.count()

        def run() -> None:
            line = self.line()
            while (turn := next(turns)) < count:
                due = began + turn / rate
                time.sleep(max(0.0, due - time.monotonic()))
                line.ask(following(next(numbers)))
                taken.append(1000 * (time.monotonic() - due))
            line.close()

        _all_at_once(run)
        hundredths = statistics.quantiles(taken, n=100)
        return Times(hundredths[49], hundredths[98])


def _all_at_once(run: Callable[[], None]) -> None:
    """Let each client run in a thread of its own; raises what the first of them failed of."""
    with ThreadPoolExecutor(CLIENTS) as pool:
        for one in [pool.submit(run) for _ in range(CLIENTS)]:
            one.result()
