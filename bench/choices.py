"""Comparison of ways to run the HTTP server: `python -m bench.choices`.

Each variant serves one read and one write on one core. The table has the CPU milliseconds of the
web process and the requests a second with four concurrent clients, then response times at a
moderate rate. Rounds are interleaved. The result is in docs/performance.md.
"""

import argparse
import contextlib
import itertools
from collections import defaultdict
from functools import partial

import django

from bench import columns
from bench.cases import CASES_FILE, load_cases
from bench.dataset import DatasetClient, create_dataset
from bench.results import Cost
from bench.stage import Servers, start_servers

CASE_NAMES = ("feed, 10 posts", "create post")
Costs = dict[str, dict[str, Cost]]  # By variant, then by case.


def _http_server(*options: str, threads: int) -> tuple[str, ...]:
    """Return the command of the HTTP server with other options."""
    *command, application = columns.HTTP_SERVER
    command[command.index("--blocking-threads") + 1] = str(threads)
    return (*command, *options, application)


# The command and the additional environment variables of each variant.
VARIANTS: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "1 thread": (_http_server(threads=1), {}),
    "2 threads": (_http_server(threads=2), {}),
    "4 threads": (_http_server(threads=4), {}),
    "8 threads": (_http_server(threads=8), {}),
    "8 threads, 2 of the runtime": (
        _http_server("--runtime-mode", "mt", "--runtime-threads", "2", threads=8),
        {},
    ),
    "8 threads, one arena of malloc": (_http_server(threads=8), {"MALLOC_ARENA_MAX": "1"}),
    "8 threads, malloc for all": (_http_server(threads=8), {"PYTHONMALLOC": "malloc"}),
    "one port (mysocial.realtime.server), 16 threads": (columns.SINGLE_PORT_SERVER, {}),
}


def measure(servers: Servers, options: argparse.Namespace) -> Costs:
    """Return the cost of each case with each variant."""
    templates, cases = load_cases(CASES_FILE)
    cases = [case for case in cases if case.name in CASE_NAMES]
    costs: Costs = defaultdict(lambda: defaultdict(Cost))
    with contextlib.ExitStack() as stack:
        servers_by_variant = {
            variant: stack.enter_context(columns.serve(servers, command, **env))
            for variant, (command, env) in VARIANTS.items()
        }
        _, load = servers_by_variant["8 threads"]
        client = DatasetClient(templates, load.connect().send)
        world = create_dataset(client, "choices", scale=options.scale)
        columns.flush_to_mongodb()
        numbers = itertools.count()
        for _, case, (variant, (server, load)) in itertools.product(
            range(options.rounds), cases, servers_by_variant.items()
        ):
            next_request = partial(case.request, world)
            cost = costs[variant][case.name]
            columns.measure_round(cost, server, load, next_request, numbers, options.seconds)
        for case, (variant, (_, load)) in itertools.product(cases, servers_by_variant.items()):
            cost = costs[variant][case.name]
            cost.p50, cost.p99 = load.send_at_rate(
                partial(case.request, world), numbers, rate=options.rate, count=options.requests
            )
    return costs


def table(costs: Costs) -> list[str]:
    """Return the lines of a Markdown table."""
    figures = ("CPU ms", "req/s", "p50", "p99")
    headings = [f"{case}: {figure}" for case in CASE_NAMES for figure in figures]
    lines = [f"| variant | {' | '.join(headings)} |", "|" + "---|" * (len(headings) + 1)]
    for variant, row in costs.items():
        cells = [
            f"{row[case].median('web'):.3f} | {row[case].median('per_second'):.0f} | "
            f"{row[case].p50:.1f} | {row[case].p99:.1f}"
            for case in CASE_NAMES
        ]
        lines.append(f"| {variant} | {' | '.join(cells)} |")
    return lines


def main() -> None:
    """Measure all variants and print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.choices", description=__doc__)
    parser.add_argument("--scale", type=float, default=0.2, help="size of the data set, 1 is full")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0, help="duration of each measurement")
    parser.add_argument("--rate", type=float, default=50.0, help="requests a second")
    parser.add_argument("--requests", type=int, default=300, help="number of requests at that rate")
    options = parser.parse_args()
    with start_servers() as servers:
        django.setup()
        print("\n".join(table(measure(servers, options))))


if __name__ == "__main__":
    main()
