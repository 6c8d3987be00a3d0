"""`python -m bench` (`make bench`): what each route costs, beside the floor of the same run.

CPU milliseconds of one web process pinned to a core, of Valkey and of the worker; as many requests
as it takes, and times at a moderate rate. Rounds are interleaved: each measures a route in every
column before the next route. docs/performance.md says how to read it.
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
from bench.cases import FILE, Case, Request, World, load
from bench.dataset import Seeds, make
from bench.load import Load, Next
from bench.results import COLUMNS, FLOOR, ONE_PORT, OURS, Cost
from bench.stage import KEPT, ROOT, Serving, Stage, Usage, cpu_of, stage

EMPTY = (*columns.GRANIAN, "bench.empty:application")
Costs = dict[str, dict[str, Cost]]


class Bench:
    """One run: the data set, the columns, and what each case costs in each of them."""

    def __init__(self, cases: Sequence[Case], world: World, options: argparse.Namespace) -> None:
        self.cases, self.world, self._options = cases, world, options
        self.numbers = {case.name: itertools.count() for case in cases}
        self.costs: Costs = defaultdict(lambda: defaultdict(Cost))

    def run(
        self, sides: dict[str, tuple[Serving, Load]], slower: Callable[[], float] = lambda: 1.0
    ) -> None:
        """Measure everything, round by round; `slower` is asked beside each what a CPU second is
        worth just then."""
        for turn in range(self._options.rounds):
            for place, case in enumerate(self.cases):
                factor = slower()
                for column, (serving, asking) in sides.items():
                    self._measure(case, place, column, serving, asking)
                    self.costs[case.name][column].slower.append(factor)
                self._say(turn, case, factor)
        for place, case in enumerate(self.cases):
            for column, (_, asking) in sides.items():
                cost = self.costs[case.name][column]
                cost.p50, cost.p99 = asking.paced(
                    self._following(case, place, column), self.numbers[case.name],
                    rate=self._options.rate, count=self._options.requests,
                )  # fmt: skip

    def _following(self, case: Case, place: int, column: str) -> Next:
        floor = Request("GET", f"/{place}", "", "")
        return (lambda _: floor) if column == FLOOR else partial(case.request, self.world)

    def _measure(self, case: Case, place: int, column: str, serving: Serving, asking: Load) -> None:
        cost = self.costs[case.name][column]
        following = self._following(case, place, column)
        columns.spend(
            cost, serving, asking, following, self.numbers[case.name], self._options.seconds
        )
        if case.writes and not self._options.target:
            spent = columns.drain()  # after the floor, too: what it owes is not the next one's
            if column != FLOOR:
                count = cost.per_second[-1] * self._options.seconds
                cost.persist.append(1000 * spent / count)

    def _say(self, turn: int, case: Case, factor: float) -> None:
        said = (f"{name} {cost.web[-1]:.3f}" for name, cost in self.costs[case.name].items())
        print(f"{turn + 1}  {case.name:22} {'  '.join(said)}  at {factor:.2f}", flush=True)


def slower(empty: Serving, asking: Load, seconds: float) -> float:
    """Return how much more an empty Django view costs now than on the reference machine."""
    cost, asked = Cost(), Request("GET", "/", "", "")
    columns.spend(cost, empty, asking, lambda _: asked, itertools.count(), seconds)
    return cost.web[0] / results.REFERENCE


def ours(servers: Stage, options: argparse.Namespace) -> tuple[Bench, dict[str, Any]]:
    """Measure our two doors and the floor on servers of this run's own."""
    templates, cases = load(options.cases)
    cases = [case for case in cases if options.only in case.name]
    with contextlib.ExitStack() as stack:
        empty = stack.enter_context(columns.column(servers, EMPTY))
        door = stack.enter_context(columns.column(servers, columns.DOOR))
        mark = f"{time.monotonic_ns() % 10**9:x}"
        world = make(Seeds(templates, door[1].line().ask), mark, scale=options.scale)
        columns.drain()
        bench = Bench(cases, world, options)
        file = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "floor"
        capture(cases, world, lambda case: bench.numbers[case.name], file)
        port = stack.enter_context(columns.column(servers, columns.PORT))
        floor = stack.enter_context(
            columns.column(servers, columns.FLOOR, **columns.floor_env(file))
        )
        sides = dict(zip(COLUMNS, (door, port, floor), strict=True))
        bench.run(sides, partial(slower, *empty, options.seconds / 2))
        memory = {OURS: door[0].usage().memory, ONE_PORT: port[0].usage().memory}
    factor = statistics.median(one for cost in bench.costs.values() for one in cost[OURS].slower)
    print(f"an empty Django view costs {factor:.2f} x what it does on the reference machine")
    return bench, {"slower": factor, "memory": memory}


class Elsewhere:
    """A server that somebody else has started; of a process on this machine its CPU is known."""

    def __init__(self, pid: int | None) -> None:
        self._process = psutil.Process(pid) if pid else None

    def usage(self) -> Usage:
        """Return what was used so far."""
        return Usage(cpu_of(self._process) if self._process else 0.0, 0.0, 0)


def theirs(options: argparse.Namespace) -> Bench:
    """Measure another server by its own cases."""
    templates, cases = load(options.cases)
    url = urlsplit(options.target)
    asking = Load(url.hostname or "127.0.0.1", url.port or 80)
    mark = f"{time.monotonic_ns() % 10**9:x}"
    world = make(Seeds(templates, asking.line().ask), mark, scale=options.scale)
    bench = Bench([case for case in cases if options.only in case.name], world, options)
    bench.run({OURS: (Elsewhere(options.pid), asking)})  # type: ignore[dict-item]
    return bench


def main() -> None:
    """Measure, print, and write what docs/performance.md shows."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--cases", type=Path, default=FILE, help="route templates")
    parser.add_argument("--target", help="another server's URL, on this machine")
    parser.add_argument("--pid", type=int, help="its process, whose CPU is to be counted")
    parser.add_argument("--only", default="", help="cases whose name holds this")
    parser.add_argument("--scale", type=float, default=1.0, help="of the data set, to try out")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each measurement")
    parser.add_argument("--rate", type=float, default=50.0, help="requests a second for times")
    parser.add_argument("--requests", type=int, default=300, help="at that rate")
    parser.add_argument("--keep", action="store_true", help=f"write {KEPT.relative_to(ROOT)}/")
    options = parser.parse_args()
    if options.target:
        bench, notes = theirs(options), dict[str, Any](slower=1.0)
    else:
        with stage() as servers:
            django.setup()
            bench, notes = ours(servers, options)
    print("\n".join(results.table(bench.cases, bench.costs)))
    for line in results.moved(bench.costs, KEPT / results.FILE):
        print(line)
    if options.keep:
        results.keep(KEPT, bench.cases, bench.costs, notes)


if __name__ == "__main__":
    main()
