"""Planted defects, each of which a chaos run must find: `python -m tests.chaos.planted`.

A defect is a patch of a copy of the sources, a server whose settings are not the required ones, or
an upgrade that leaves a step out.
Checks that do not find it prove nothing.
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

from tests.chaos import faults, losses
from tests.chaos.faults import Fault
from tests.chaos.releases import deploy, migrate_records
from tests.chaos.runs import SETTINGS, run
from tests.chaos.site import Site
from tests.support.stack import ROOT

UNSYNCED_SECONDS = 3.0
PLANTS_FOLDER = Path(__file__).parent / "plants"


@dataclass(frozen=True)
class Plant:
    """A defect, the faults that make it visible, and the checks that must find it."""

    name: str
    patch: str  # in `plants/`; empty if the sources are as they are
    faults: Callable[[Site], list[Fault]]
    found_by: frozenset[str]
    has_cards: bool = False


def unsynced_power_cut() -> Fault:
    """Return a fault: Valkey responds before it syncs, and the power fails while no worker runs."""

    def act(site: Site) -> None:
        with Redis.from_url(site.running["redis_url"]) as valkey:
            valkey.config_set("appendfsync", "no")
        faults.kill_workers(site, UNSYNCED_SECONDS)
        faults.power_cut("valkey").act(site)

    return Fault("power cut without fsync", act)


PLANTS = [
    Plant(
        "records are marked as flushed before MongoDB has them",
        "marked_flushed_before_the_write",
        lambda _: [
            *[faults.make_unavailable("mongod", 4)] * 3,
            faults.kill_child(),
            faults.kill("mongod"),
        ],
        frozenset({"MongoDB"}),
    ),
    Plant(
        "counters are read, added to and written back",
        "counters_read_and_written_back",
        lambda _: [faults.kill("web")],
        frozenset({"totals", "verify"}),
    ),
    Plant(
        "events are appended after the write, not in it",
        "events_appended_after_the_write",
        lambda _: [faults.kill("web", "web-2")] * 4,
        frozenset({"events"}),
    ),
    Plant(
        "responses are not stored under their idempotency key",
        "responses_not_stored",
        lambda _: [faults.kill("web", "web-2")],
        frozenset({"responses", "MongoDB"}),
    ),
    Plant(
        "Valkey responds before it has synced",
        "",
        lambda site: [unsynced_power_cut()] if site.disks else [],
        frozenset({"MongoDB", "API"}),
    ),
    Plant(
        "record migrations overwrite what was changed since they read a record",
        "migrated_without_revision",
        lambda _: [deploy(2), migrate_records()],
        frozenset({"cards"}),
        has_cards=True,
    ),
    Plant(
        "the old name of a field is removed while processes still read it",
        "",
        lambda _: [deploy(2), migrate_records(), deploy(4)],
        frozenset({"responses", "cards"}),
        has_cards=True,
    ),
    Plant(
        "a Redis that is older than MongoDB is used as it is",
        "older_redis_not_noticed",
        lambda _: [losses.older_redis()],
        frozenset({"API", "verify"}),
    ),
    Plant(
        "clients keep their cursors when Redis is recovered",
        "epoch_kept_after_a_recovery",
        lambda _: [losses.emptied_redis()],
        frozenset({"events"}),
    ),
    Plant(
        "stored responses are not read from MongoDB when Redis is recovered",
        "responses_not_loaded",
        lambda _: [losses.emptied_redis()],
        frozenset({"responses"}),
    ),
    Plant(
        "records that an older MongoDB lacks are not written to it",
        "records_not_written_to_an_older_mongodb",
        lambda _: [losses.older_mongodb()],
        frozenset({"MongoDB", "verify"}),
    ),
]


def copy_of_sources(folder: Path, patch: str) -> Path:
    """Copy the checkout to `folder` and apply a patch.

    Raises:
        CalledProcessError: The patch does not apply.
    """
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
    """Return whether the checks found a planted defect; None if it cannot be planted here."""
    site = Site(f"planted-{number}", **SETTINGS)
    site.set_up_disks()
    if plant.has_cards:
        site.set_up_cards()
    with tempfile.TemporaryDirectory() as folder:
        site.root = copy_of_sources(Path(folder), plant.patch)
        try:
            planted_faults = plant.faults(site)
            if not planted_faults:
                return None
            with site.start():
                result = run(
                    site, planted_faults, size=4, pause=2, seed=number, report=lambda _: None
                )
        finally:
            site.remove_disks()
    for problem in result.problems:
        print("   ", problem[:200])
    return plant.found_by <= {problem.partition(":")[0] for problem in result.problems}


def main() -> int:
    """Return 0 if every planted defect was found."""
    missed = 0
    for number, plant in enumerate(PLANTS):
        began = time.monotonic()
        print(plant.name)
        result = is_found(plant, number)
        text = {True: "found", False: "NOT FOUND", None: "skipped: no disk for the test here"}
        print(f"  {text[result]} ({time.monotonic() - began:.0f} s)")
        missed += result is False
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
