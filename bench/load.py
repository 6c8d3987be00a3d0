"""Load: requests by a few connections, as many as a server takes or at a fixed rate."""

import http.client
import itertools
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from bench.cases import Request

NextRequest = Callable[[int], Request]
CLIENTS = 4
TIMEOUT_SECONDS = 30.0


class Percentiles(NamedTuple):
    """Percentiles of the time from a request to its response, in milliseconds."""

    p50: float
    p99: float


class Connection:
    """A persistent HTTP connection."""

    def __init__(self, host: str, port: int) -> None:
        self._connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_SECONDS)

    def send(self, request: Request) -> bytes:
        """Send a request and return the body of its response.

        Raises:
            RuntimeError: The response is not successful.
        """
        headers = {"Content-Type": "application/json"} if request.body else {}
        if request.token:
            headers["Authorization"] = f"Bearer {request.token}"
        self._connection.request(request.method, request.path, request.body or None, headers)
        response = self._connection.getresponse()
        body = response.read()
        if response.status >= http.client.MULTIPLE_CHOICES:
            raise RuntimeError(f"{request.method} {request.path}: {response.status} {body[:300]!r}")
        return body

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class Load:
    """Requests to one server; each number of a case is sent once."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port

    def connect(self) -> Connection:
        """Return a new connection."""
        return Connection(self._host, self._port)

    def send_continuously(
        self, next_request: NextRequest, numbers: Iterator[int], *, seconds: float
    ) -> int:
        """Send requests without a pause on each connection; return how many were answered."""
        deadline = time.monotonic() + seconds
        counts: list[int] = []

        def run_client() -> None:
            connection, count = self.connect(), 0
            while time.monotonic() < deadline:
                connection.send(next_request(next(numbers)))
                count += 1
            counts.append(count)
            connection.close()

        _run_clients(run_client)
        return sum(counts)

    def send_at_rate(
        self, next_request: NextRequest, numbers: Iterator[int], *, rate: float, count: int
    ) -> Percentiles:
        """Send `count` requests, `rate` a second, and return the percentiles of their times.

        The time of a request starts when it is due, even if it is sent later because the server has
        not answered earlier ones. So a server that stalls cannot hide it.
        """
        start, times_ms = time.monotonic() + 0.1, []
        positions = itertools.count()

        def run_client() -> None:
            connection = self.connect()
            while (position := next(positions)) < count:
                due = start + position / rate
                time.sleep(max(0.0, due - time.monotonic()))
                connection.send(next_request(next(numbers)))
                times_ms.append(1000 * (time.monotonic() - due))
            connection.close()

        _run_clients(run_client)
        percentiles = statistics.quantiles(times_ms, n=100)
        return Percentiles(percentiles[49], percentiles[98])


def _run_clients(run_client: Callable[[], None]) -> None:
    """Run each client in its own thread; raise the first error of any."""
    with ThreadPoolExecutor(CLIENTS) as pool:
        for future in [pool.submit(run_client) for _ in range(CLIENTS)]:
            future.result()
