"""Attacks on the site as an outsider, `python -m tests.attack` (`make attack`).

Starts a site of its own as compose.yaml does, attacks it, and fails if an attack has its effect, if
another member is harmed meanwhile, or if a process uses more memory than compose.yaml allows.
`BASE_URL=https://…` attacks a running site instead, without the attacks that look at its machine.
"""

import argparse
import os
import shutil
import signal
import sys
from contextlib import ExitStack
from pathlib import Path

from tests.attack import attacks  # noqa: F401 - registers the attacks
from tests.attack.load import OtherMember
from tests.attack.memory import Limits, MemorySampler
from tests.attack.plots import plot_memory
from tests.attack.registry import ATTACKS
from tests.attack.runner import (
    Report,
    check_memory,
    chosen_attacks,
    header,
    is_proxy_installed,
    measure_site,
    run_all,
    show_latencies,
)
from tests.attack.site import AttackedSite
from tests.attack.target import Target
from tests.support.servers import FOLDER

LOWER_PRIORITY = 5  # of the attackers, whose CPU is elsewhere in reality


def options_of(arguments: list[str] | None = None) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(prog="make attack", description=__doc__)
    parser.add_argument("--only", default="", metavar="NAME", help="run one attack")
    parser.add_argument("--list", action="store_true", help="list the attacks")
    parser.add_argument(
        "--seconds", type=float, default=60, help="duration of an attack on resources"
    )
    parser.add_argument(
        "--load",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="measure another member during the attacks on resources",
    )
    parser.add_argument("--quick", action="store_true", help="run the quick attacks only")
    parser.add_argument("--plot", type=Path, help="write an SVG of the memory")
    return parser.parse_args(arguments)


def attack_site(options: argparse.Namespace) -> Report:
    """Start a site, attack it and return the report."""
    chosen = chosen_attacks(options.only, is_local=True, is_quick=options.quick)
    with ExitStack() as ends:
        ends.callback(shutil.rmtree, FOLDER, ignore_errors=True)
        site = ends.enter_context(AttackedSite())
        other = None
        if options.load and any(attack.is_resource for attack in chosen):
            other = ends.enter_context(OtherMember(site.url, site.folder / "load.jsonl"))
        os.nice(LOWER_PRIORITY)
        sampler = MemorySampler(lambda: measure_site(site))
        with sampler:
            target = Target(site.url, site, options.seconds)
            report = run_all(chosen, target, other)
        show_latencies(report, print)
        if not options.only:
            check_memory(report, sampler, print)
            report.problems += [f"verify: {difference}" for difference in site.differences()]
        if options.plot:
            plot_memory(options.plot, sampler.samples, Limits.of_compose(), report.spans)
    return report


def attack_url(url: str, options: argparse.Namespace) -> Report:
    """Attack a running site and return the report."""
    chosen = chosen_attacks(options.only, is_local=False, is_quick=options.quick)
    target = Target(url.rstrip("/"), None, options.seconds)
    with ExitStack() as ends:
        ends.callback(shutil.rmtree, FOLDER, ignore_errors=True)
        other = None
        if options.load and target.is_loopback and any(attack.is_resource for attack in chosen):
            FOLDER.mkdir(exist_ok=True)
            other = ends.enter_context(OtherMember(target.url, FOLDER / "load.jsonl"))
        report = run_all(chosen, target, other)
        show_latencies(report, print)
    return report


def main() -> int:
    """Run the attacks; return 1 if one succeeded."""
    options, url = options_of(), os.environ.get("BASE_URL", "")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the site is stopped then, too
    if options.list:
        for attack in ATTACKS.values():
            print(f"{attack.name:<36} {attack.summary}")
        return 0
    if not url and not is_proxy_installed():
        print("Caddy was not found. Install it (apt-get install caddy), or set BASE_URL.")
        return 2
    print(header(), flush=True)
    report = attack_url(url, options) if url else attack_site(options)
    for failure in report.failures:
        print(f"FAILED {failure}", file=sys.stderr)
    print(f"\n{len(report.results)} attacks, {len(report.failures)} failures")
    return 1 if report.failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
