"""`python -m tests.chaos`: run it, print the table, write what `docs/reliability.md` shows."""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.chaos import faults, reports
from tests.chaos.runs import SETTINGS, Run, run
from tests.chaos.site import Site

# Who write 200 times a second, by how long they think, with a socket each: for everybody to hear
# all that takes what a small machine has left.
BACKLOG_MEMBERS = 14


def options_of(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Return what was asked for; each form of the run has its own number of members."""
    parser = argparse.ArgumentParser(description=__doc__)
    forms = parser.add_mutually_exclusive_group()
    forms.add_argument("--smoke", action="store_true", help="the short form, for CI")
    forms.add_argument(
        "--backlog", action="store_true", help="MongoDB away once, under 200 writes a second"
    )
    parser.add_argument("--writes", type=int, default=50_000, help="acknowledged, at least")
    parser.add_argument("--members", type=int, help="who write; 6, or with --smoke 4")
    parser.add_argument("--outage", type=float, default=600, help="seconds without MongoDB")
    parser.add_argument("--pause", type=float, default=3, help="seconds between faults")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--out", help="folder for the results and the plot")
    return parser.parse_args(arguments)


def site_for(options: argparse.Namespace) -> Site:
    """Return a site with all that this machine lets us take away of what the form does."""
    if options.backlog:
        return Site("chaos-backlog", **SETTINGS)
    site = Site("chaos-smoke" if options.smoke else "chaos", **SETTINGS)
    if not options.smoke:
        site.give_clock()
    site.give_disks()
    if not site.disks:
        print("LEFT OUT: power cuts and full disks, which need root and loop devices.")
    if not (options.smoke or site.clock):
        print("LEFT OUT: jumps of the clock, which need a C compiler.")
    return site


def run_on(site: Site, options: argparse.Namespace) -> Run:
    """Return what came of the form that was asked for."""
    size, seed = options.members, options.seed
    if options.smoke:
        some = faults.for_smoke(site)
        return run(site, some, size=size or 4, pause=0.5, seed=seed, writes=3000)
    if options.backlog:
        some = [faults.down("mongod", options.outage)]
        many = size or BACKLOG_MEMBERS
        return run(site, some, size=many, pause=options.pause, seed=seed, ears_each=1)
    some = faults.for_long(site, outage=options.outage, seed=seed)
    return run(site, some, size=size or 6, pause=options.pause, seed=seed, writes=options.writes)


def main() -> int:
    """Return 0 when nothing is wrong."""
    options = options_of()
    site = site_for(options)
    try:
        with site.start():
            result = run_on(site, options)
    finally:
        site.take_disks()
    reports.show(result)
    if options.out:
        reports.keep(result, Path(options.out))
    return 1 if result.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
