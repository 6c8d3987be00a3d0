"""`python -m tests.chaos.planted`: defects planted one by one, each of which a run must find.

A defect is a change of a copy of the sources, or a server that is set otherwise than promised.
A checker that passes any of them proves nothing.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from redis import Redis

from tests.chaos import faults
from tests.chaos.faults import Fault
from tests.chaos.runs import SETTINGS, run
from tests.chaos.site import Site
from tests.support.stack import ROOT

UNSYNCED_FOR = 3.0  # seconds
PLANTS_FOLDER = Path(__file__).parent / "plants"


@dataclass(frozen=True)
class Plant:
    """A defect, under which faults it is looked for, and which checks must find it."""

    name: str
    patch: str  # in `plants/`; none for a server that is set otherwise
    faults: Callable[[Site], list[Fault]]
    found_by: frozenset[str]


def unsynced_power_cut() -> Fault:
    """Valkey no longer syncs before it answers; then the power is cut, while no worker runs."""

    def act(site: Site) -> None:
        with Redis.from_url(site.running["redis_url"]) as valkey:
            valkey.config_set("appendfsync", "no")
        faults.kill_workers(site, UNSYNCED_FOR)
        faults.power_cut("valkey").act(site)

    return Fault("power cut without fsync", act)


PLANTS = [
    Plant(
        "a debt is forgiven before MongoDB has it",
        "settles_first",
        lambda _: [*[faults.down("mongod", 4)] * 3, faults.kill_child(), faults.kill("mongod")],
        frozenset({"MongoDB"}),
    ),
    Plant(
        "counters are read, added to and written back",
        "counts_by_hand",
        lambda _: [faults.kill("web")],
        frozenset({"totals", "verify"}),
    ),
    Plant(
        "events are appended after the write, not in it",
        "announces_later",
        lambda _: [faults.kill("web", "web-2")] * 4,
        frozenset({"events"}),
    ),
    Plant(
        "idempotency keys are not kept",
        "forgets_keys",
        lambda _: [faults.kill("web", "web-2")],
        frozenset({"answers", "MongoDB"}),
    ),
    Plant(
        "Valkey acknowledges before it has synced",
        "",
        lambda site: [unsynced_power_cut()] if site.disks else [],
        frozenset({"MongoDB", "API"}),
    ),
]


def copy_of_sources(folder: Path, patch: str) -> Path:
    """Return a copy of the checkout with a patch; CalledProcessError where it does not fit."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    if patch:
        command = ["git", "apply", str(PLANTS_FOLDER / f"{patch}.patch")]
        subprocess.run(command, cwd=folder, check=True)
    return folder


def is_found(plant: Plant, number: int) -> bool | None:
    """Run it; tell whether the checks that must find it did, None where it can't be planted."""
    site = Site(f"planted-{number}", **SETTINGS)
    site.give_disks()
    with tempfile.TemporaryDirectory() as folder:
        site.root = copy_of_sources(Path(folder), plant.patch)
        try:
            some = plant.faults(site)
            if not some:
                return None
            with site.start():
                result = run(site, some, size=4, pause=2, seed=number, say=lambda _: None)
        finally:
            site.take_disks()
    for one in result.wrong:
        print("   ", one[:200])
    return plant.found_by <= {one.partition(":")[0] for one in result.wrong}


def main() -> int:
    """Return 0 when every planted defect was found."""
    missed = 0
    for number, plant in enumerate(PLANTS):
        began = time.monotonic()
        print(plant.name)
        found = is_found(plant, number)
        said = {True: "found", False: "NOT FOUND", None: "left out: no disk of our own here"}
        print(f"  {said[found]} ({time.monotonic() - began:.0f} s)")
        missed += found is False
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
