"""`python -m tests.chaos`: run it, print the table, write what `docs/reliability.md` shows."""

import argparse
import sys
import time
from pathlib import Path

from tests.chaos import faults, reports
from tests.chaos.runs import SETTINGS, run
from tests.chaos.site import Site


def main() -> int:
    """Return 0 when nothing is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="the short form, for CI")
    parser.add_argument("--writes", type=int, default=50_000, help="acknowledged, at least")
    parser.add_argument("--members", type=int, default=6, help="who write; with --smoke 4")
    parser.add_argument("--outage", type=float, default=600, help="seconds without MongoDB")
    parser.add_argument("--pause", type=float, default=3, help="seconds between faults")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--out", help="folder for the results and the plot")
    options = parser.parse_args()
    site = Site("chaos-smoke" if options.smoke else "chaos", **SETTINGS)
    if not options.smoke:
        site.give_clock()
    site.give_disks()
    if not site.disks:
        print("LEFT OUT: power cuts and full disks, which need root and loop devices.")
    if not (options.smoke or site.clock):
        print("LEFT OUT: jumps of the clock, which need a C compiler.")
    try:
        with site.start():
            if options.smoke:
                some, pause, writes = faults.for_smoke(site), 0.5, 3000
            else:
                some = faults.for_long(site, outage=options.outage, seed=options.seed)
                pause, writes = options.pause, options.writes
            result = run(
                site,
                some,
                size=4 if options.smoke else options.members,
                pause=pause,
                seed=options.seed,
                writes=writes,
            )
    finally:
        site.take_disks()
    reports.show(result)
    if options.out:
        reports.keep(result, Path(options.out))
    return 1 if result.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
