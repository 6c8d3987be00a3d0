"""`python -m bench.choices`: why the HTTP door is started as it is.

Each way of starting it serves one read and one write, on one core: CPU milliseconds of the web
process and requests a second with four clients at once, then times at a moderate rate. Rounds are
interleaved. docs/performance.md has the table.
"""

import argparse
import contextlib
import itertools
from collections import defaultdict
from functools import partial

import django

from bench import columns
from bench.cases import FILE, load
from bench.dataset import Seeds, make
from bench.results import Cost
from bench.stage import Stage, stage

CASES = ("feed, 10 posts", "create post")
Costs = dict[str, dict[str, Cost]]  # by way, then by case


def _door(*more: str, threads: int) -> tuple[str, ...]:
    """Return the command of the HTTP door with one thing different."""
    *command, application = columns.DOOR
    command[command.index("--blocking-threads") + 1] = str(threads)
    return (*command, *more, application)


# What each way runs, and what it adds to the environment.
WAYS: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "1 thread": (_door(threads=1), {}),
    "2 threads": (_door(threads=2), {}),
    "4 threads": (_door(threads=4), {}),
    "8 threads": (_door(threads=8), {}),
    "8 threads, 2 of the runtime": (
        _door("--runtime-mode", "mt", "--runtime-threads", "2", threads=8),
        {},
    ),
    "8 threads, one arena of malloc": (_door(threads=8), {"MALLOC_ARENA_MAX": "1"}),
    "8 threads, malloc for all": (_door(threads=8), {"PYTHONMALLOC": "malloc"}),
    "one port (mysocial.realtime.server), 16 threads": (columns.PORT, {}),
}


def measure(servers: Stage, options: argparse.Namespace) -> Costs:
    """Return what each case costs in each way."""
    templates, cases = load(FILE)
    cases = [case for case in cases if case.name in CASES]
    costs: Costs = defaultdict(lambda: defaultdict(Cost))
    with contextlib.ExitStack() as stack:
        sides = {
            way: stack.enter_context(columns.column(servers, command, **env))
            for way, (command, env) in WAYS.items()
        }
        _, asking = sides["8 threads"]
        world = make(Seeds(templates, asking.line().ask), "choices", scale=options.scale)
        columns.drain()
        numbers = itertools.count()
        for _, case, (way, (serving, load_)) in itertools.product(
            range(options.rounds), cases, sides.items()
        ):
            following = partial(case.request, world)
            cost = costs[way][case.name]
            columns.spend(cost, serving, load_, following, numbers, options.seconds)
        for case, (way, (_, load_)) in itertools.product(cases, sides.items()):
            cost = costs[way][case.name]
            cost.p50, cost.p99 = load_.paced(
                partial(case.request, world), numbers, rate=options.rate, count=options.requests
            )
    return costs


def table(costs: Costs) -> list[str]:
    """Return the lines of the table, as Markdown."""
    heads = [f"{case}: {what}" for case in CASES for what in ("CPU ms", "req/s", "p50", "p99")]
    lines = [f"| way | {' | '.join(heads)} |", "|" + "---|" * (len(heads) + 1)]
    for way, some in costs.items():
        cells = [
            f"{some[case].middle('web'):.3f} | {some[case].middle('per_second'):.0f} | "
            f"{some[case].p50:.1f} | {some[case].p99:.1f}"
            for case in CASES
        ]
        lines.append(f"| {way} | {' | '.join(cells)} |")
    return lines


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.choices", description=__doc__)
    parser.add_argument("--scale", type=float, default=0.2, help="of the data set")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each measurement")
    parser.add_argument("--rate", type=float, default=50.0, help="requests a second for times")
    parser.add_argument("--requests", type=int, default=300, help="at that rate")
    options = parser.parse_args()
    with stage() as servers:
        django.setup()
        print("\n".join(table(measure(servers, options))))


if __name__ == "__main__":
    main()
