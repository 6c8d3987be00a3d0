"""The program `python -m tests.chaos`, which writes the reports of `docs/reliability.md`."""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.chaos import faults, losses, releases, reports
from tests.chaos.runs import SETTINGS, Run, run
from tests.chaos.site import Site

# Enough members for 200 writes a second, with one socket each: more listeners would take the rest
# of a small machine.
BACKLOG_MEMBERS = 14


def options_of(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Return the options; each form of the run has its own number of members."""
    parser = argparse.ArgumentParser(description=__doc__)
    forms = parser.add_mutually_exclusive_group()
    forms.add_argument("--smoke", action="store_true", help="the short form, for CI")
    forms.add_argument(
        "--backlog", action="store_true", help="one outage of MongoDB under 200 writes a second"
    )
    forms.add_argument(
        "--releases", action="store_true", help="only releases that change fields of records"
    )
    forms.add_argument(
        "--losses", action="store_true", help="only servers that come back empty or older"
    )
    parser.add_argument("--writes", type=int, default=50_000, help="minimum of acknowledged writes")
    parser.add_argument(
        "--members", type=int, help="writing members; by default 6, or 4 in a short form"
    )
    parser.add_argument("--outage", type=float, default=600, help="seconds without MongoDB")
    parser.add_argument("--pause", type=float, default=3, help="seconds between faults")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--out", help="folder for the results and the plot")
    return parser.parse_args(arguments)


def site_for(options: argparse.Namespace) -> Site:
    """Return a site that supports the faults of the form, as far as the machine allows."""
    if options.releases:
        site = Site("chaos-releases", **SETTINGS)
        site.set_up_cards()
        return site
    if options.backlog or options.losses:
        return Site("chaos-backlog" if options.backlog else "chaos-losses", **SETTINGS)
    site = Site("chaos-smoke" if options.smoke else "chaos", **SETTINGS)
    if not options.smoke:
        site.set_up_cards()
        site.set_up_clock()
    site.set_up_disks()
    if not site.disks:
        print("SKIPPED: power cuts and full disks, which need root and loop devices.")
    if not (options.smoke or site.clock):
        print("SKIPPED: clock jumps, which need a C compiler.")
    return site


def run_on(site: Site, options: argparse.Namespace) -> Run:
    """Run the chosen form and return its result."""
    size, seed = options.members, options.seed
    if options.smoke:
        chosen = faults.smoke_faults(site)
        return run(site, chosen, size=size or 4, pause=0.5, seed=seed, writes=3000)
    if options.backlog:
        chosen = [faults.make_unavailable("mongod", options.outage)]
        members = size or BACKLOG_MEMBERS
        return run(site, chosen, size=members, pause=options.pause, seed=seed, listeners_each=1)
    if options.releases:
        chosen = releases.release_faults()
        return run(site, chosen, size=size or 4, pause=options.pause, seed=seed)
    if options.losses:
        return run(site, losses.all_losses(seed), size=size or 4, pause=options.pause, seed=seed)
    chosen = faults.all_faults(site, outage=options.outage, seed=seed)
    chosen = releases.interleaved(chosen, releases.release_faults())
    return run(site, chosen, size=size or 6, pause=options.pause, seed=seed, writes=options.writes)


def run_form(options: argparse.Namespace, folder: str | None) -> list[str]:
    """Run the chosen form on a new site, and report it; return the problems.

    Args:
        options: The options.
        folder: The folder for the results and the plot.
    """
    site = site_for(options)
    try:
        with site.start():
            result = run_on(site, options)
    finally:
        site.remove_disks()
    reports.print_report(result)
    if folder:
        reports.write_report(result, Path(folder))
    return result.problems


def main() -> int:
    """Return 0 if there are no problems. The long form is followed by the losses of data."""
    options = options_of()
    problems = run_form(options, options.out)
    if not (options.smoke or options.backlog or options.releases or options.losses):
        options.losses = True
        problems += run_form(options, options.out and f"{options.out}/losses")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
