"""Cost of each route beside a floor: `python -m bench` (`make bench`).

The figures are the CPU milliseconds a request of one web process pinned to a core, of Valkey and of
the worker; the requests a second; and response times at a moderate rate. Rounds are interleaved:
each measures a route in all columns before the next route. docs/performance.md explains the result.
"""

import argparse
import contextlib
import itertools
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django
import psutil

from bench import columns, results
from bench.capture import capture
from bench.cases import CASES_FILE, Case, Request, World, load_cases
from bench.dataset import DatasetClient, create_dataset
from bench.load import Load, NextRequest
from bench.results import COLUMNS, FLOOR, ONE_PORT, OURS, Cost
from bench.stage import (
    RESULTS_FOLDER,
    ROOT,
    ServerProcess,
    Servers,
    Usage,
    cpu_seconds,
    start_servers,
)

WARM_UP_SECONDS = 2.0  # the start of a server takes a core for about as long
EMPTY_SERVER = (*columns.GRANIAN, "bench.empty:application")
Costs = dict[str, dict[str, Cost]]  # By case, then by column.


class Bench:
    """One run: the cases, the data set, and the cost of each case in each column."""

    def __init__(self, cases: Sequence[Case], world: World, options: argparse.Namespace) -> None:
        self.cases, self.world, self._options = cases, world, options
        self.request_numbers = {case.name: itertools.count() for case in cases}
        self.costs: Costs = defaultdict(lambda: defaultdict(Cost))

    def run(
        self,
        servers_by_column: dict[str, tuple[ServerProcess, Load]],
        measure_slowdown: Callable[[], float] = lambda: 1.0,
    ) -> None:
        """Measure all rounds, then the response times.

        `measure_slowdown` is called before each case and returns how many times slower than the
        reference machine this one is at the moment.
        """
        self._warm_up(servers_by_column)
        for round_ in range(self._options.rounds):
            for position, case in enumerate(self.cases):
                slowdown = measure_slowdown()
                for column, (server, load) in servers_by_column.items():
                    self._measure(case, position, column, server, load)
                    self.costs[case.name][column].slower.append(slowdown)
                self._print_costs(round_, case, slowdown)
        for position, case in enumerate(self.cases):
            for column, (_, load) in servers_by_column.items():
                cost = self.costs[case.name][column]
                cost.p50, cost.p99 = load.send_at_rate(
                    self._next_request(case, position, column),
                    self.request_numbers[case.name],
                    rate=self._options.rate,
                    count=self._options.requests,
                )

    def _warm_up(self, servers_by_column: dict[str, tuple[ServerProcess, Load]]) -> None:
        """Send requests until the work that servers do when they start is done."""
        for column, (_, load) in servers_by_column.items():
            next_request = self._next_request(self.cases[0], 0, column)
            numbers = self.request_numbers[self.cases[0].name]
            load.send_continuously(next_request, numbers, seconds=WARM_UP_SECONDS)

    def _next_request(self, case: Case, position: int, column: str) -> NextRequest:
        floor = Request("GET", f"/{position}", "", "")
        return (lambda _: floor) if column == FLOOR else partial(case.request, self.world)

    def _measure(
        self, case: Case, position: int, column: str, server: ServerProcess, load: Load
    ) -> None:
        cost = self.costs[case.name][column]
        columns.measure_round(
            cost,
            server,
            load,
            self._next_request(case, position, column),
            self.request_numbers[case.name],
            self._options.seconds,
        )
        if case.writes and not self._options.target:
            # Also after the floor, so that its dirty records do not count for the next column.
            flush_seconds = columns.flush_to_mongodb()
            if column != FLOOR:
                count = cost.per_second[-1] * self._options.seconds
                cost.persist.append(1000 * flush_seconds / count)

    def _print_costs(self, round_: int, case: Case, slowdown: float) -> None:
        costs = (f"{name} {cost.web[-1]:.3f}" for name, cost in self.costs[case.name].items())
        print(f"{round_ + 1}  {case.name:22} {'  '.join(costs)}  at {slowdown:.2f}", flush=True)


def measure_slowdown(empty_server: ServerProcess, load: Load, seconds: float) -> float:
    """Return the cost of an empty Django view as a multiple of that on the reference machine."""
    cost, request = Cost(), Request("GET", "/", "", "")
    columns.measure_round(cost, empty_server, load, lambda _: request, itertools.count(), seconds)
    return cost.web[0] / results.REFERENCE_MS


def measure_own_servers(
    servers: Servers, options: argparse.Namespace
) -> tuple[Bench, dict[str, Any]]:
    """Measure the HTTP server, the single port and the floor on the servers of this run."""
    templates, cases = load_cases(options.cases)
    cases = [case for case in cases if options.only in case.name]
    with contextlib.ExitStack() as stack:
        empty = stack.enter_context(columns.serve(servers, EMPTY_SERVER))
        http_server = stack.enter_context(columns.serve(servers, columns.HTTP_SERVER))
        world = _create_world(http_server[1], templates, options)
        columns.flush_to_mongodb()
        bench = Bench(cases, world, options)
        recordings = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "floor"
        capture(cases, world, lambda case: bench.request_numbers[case.name], recordings)
        single_port = stack.enter_context(columns.serve(servers, columns.SINGLE_PORT_SERVER))
        floor = stack.enter_context(
            columns.serve(servers, columns.FLOOR_SERVER, **columns.floor_env(recordings))
        )
        servers_by_column = dict(zip(COLUMNS, (http_server, single_port, floor), strict=True))
        bench.run(servers_by_column, partial(measure_slowdown, *empty, options.seconds / 2))
        memory = {
            OURS: http_server[0].usage().memory,
            ONE_PORT: single_port[0].usage().memory,
        }
    slowdown = statistics.median(
        value for cost in bench.costs.values() for value in cost[OURS].slower
    )
    print(f"an empty Django view costs {slowdown:.2f} x what it does on the reference machine")
    return bench, {"slower": slowdown, "memory": memory}


def _create_world(
    load: Load, templates: dict[str, dict[str, Any]], options: argparse.Namespace
) -> World:
    mark = f"{time.monotonic_ns() % 10**9:x}"
    client = DatasetClient(templates, load.connect().send)
    return create_dataset(client, mark, scale=options.scale)


class ExternalServer:
    """A server that this run did not start; its CPU is known if it is a local process."""

    def __init__(self, pid: int | None) -> None:
        self._process = psutil.Process(pid) if pid else None

    def usage(self) -> Usage:
        """Return the usage so far."""
        return Usage(cpu_seconds(self._process) if self._process else 0.0, 0.0, 0)


def measure_target(options: argparse.Namespace) -> Bench:
    """Measure another server with its own cases."""
    templates, cases = load_cases(options.cases)
    url = urlsplit(options.target)
    load = Load(url.hostname or "127.0.0.1", url.port or 80)
    world = _create_world(load, templates, options)
    bench = Bench([case for case in cases if options.only in case.name], world, options)
    bench.run({OURS: (ExternalServer(options.pid), load)})  # type: ignore[dict-item]
    return bench


def main() -> None:
    """Measure and print; with `--keep`, write the figures of docs/performance.md."""
    folder = RESULTS_FOLDER.relative_to(ROOT)
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--cases", type=Path, default=CASES_FILE, help="file with the cases")
    parser.add_argument("--target", help="URL of another server on this machine to measure")
    parser.add_argument("--pid", type=int, help="process id of that server, to measure its CPU")
    parser.add_argument("--only", default="", help="measure only cases whose name contains this")
    parser.add_argument("--scale", type=float, default=1.0, help="size of the data set, 1 is full")
    parser.add_argument("--rounds", type=int, default=5, help="number of rounds")
    parser.add_argument("--seconds", type=float, default=2.0, help="duration of each measurement")
    parser.add_argument("--rate", type=float, default=50.0, help="requests a second")
    parser.add_argument("--requests", type=int, default=300, help="number of requests at that rate")
    parser.add_argument("--keep", action="store_true", help=f"write {folder}/")
    options = parser.parse_args()
    if options.target:
        bench, notes = measure_target(options), dict[str, Any](slower=1.0)
    else:
        with start_servers() as servers:
            django.setup()
            bench, notes = measure_own_servers(servers, options)
    print("\n".join(results.table(bench.cases, bench.costs)))
    for line in results.changed_costs(bench.costs, RESULTS_FOLDER / results.RESULTS_FILE):
        print(line)
    if options.keep:
        results.write_results(RESULTS_FOLDER, bench.cases, bench.costs, notes)


if __name__ == "__main__":
    main()
