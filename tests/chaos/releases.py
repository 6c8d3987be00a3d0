"""Releases that change the fields of stored records, while the members go on writing.

`docs/apps.md` describes these steps.
"""

import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from functools import partial

import psutil

from tests.chaos.faults import WORKERS, Fault, kill
from tests.chaos.site import RESTART_TIMEOUT_SECONDS, Site
from tests.support.stack import wait_for

HALVES = (("web", "worker"), ("web-2", "worker-2", "beat"))
SIDE_BY_SIDE_SECONDS = 5.0
MIGRATION_TIMEOUT_SECONDS = 300.0
COMPLETED, UNREACHABLE = 0, 2  # exit codes of `migrate_records`


def deploy(release: int) -> Fault:
    """Restart our processes in a release, one half some seconds after the other."""

    def act(site: Site) -> None:
        site.set_release(release)
        for names in HALVES:
            for name in names:
                site.wait_until_restarted(name, site.signal(name, signal.SIGTERM))
            has_clients = partial(_has_clients, site, names[0])
            wait_for(has_clients, within=RESTART_TIMEOUT_SECONDS, name=f"{names[0]}: clients")
            time.sleep(SIDE_BY_SIDE_SECONDS)

    return Fault(f"release {release}, one half of the processes after the other", act)


def _has_clients(site: Site, name: str) -> bool:
    try:
        connections = psutil.Process(site.pid(name)).net_connections("tcp")
    except psutil.NoSuchProcess:
        return False
    return any(
        connection.status == psutil.CONN_ESTABLISHED and connection.laddr.port == site.port
        for connection in connections
    )


def migrate_records(*faults: Fault) -> Fault:
    """Migrate the records; with faults meanwhile, also kill the migration and continue it."""

    def act(site: Site) -> None:
        if faults:
            _interrupt_migration(site, faults)
        wait_for(
            lambda: _is_completed(site),
            within=MIGRATION_TIMEOUT_SECONDS,
            name="the migration of the records",
        )

    return Fault(", ".join(["migrate_records", *(fault.name for fault in faults)]), act)


def _interrupt_migration(site: Site, faults: Sequence[Fault]) -> None:
    """Inject faults during the first batch; kill the migration after it."""
    process = _start_migration(site)
    for fault in faults:
        fault.act(site)
    assert process.stderr is not None
    process.stderr.readline()  # after the first batch, or an error
    process.kill()
    process.wait()


def _is_completed(site: Site) -> bool:
    process = _start_migration(site)
    _, errors = process.communicate()
    assert process.returncode in {COMPLETED, UNREACHABLE}, errors
    return process.returncode == COMPLETED


def _start_migration(site: Site) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "manage.py", "migrate_records", "--rate", "0"],
        cwd=site.root,
        env=site.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def release_faults() -> list[Fault]:
    """Return the steps that add, rename and remove fields of the cards, in their order."""
    return [
        deploy(2),
        migrate_records(kill("web"), kill("valkey")),
        deploy(3),
        deploy(4),
        migrate_records(kill(*WORKERS), kill("mongod")),
    ]


def interleaved(faults: Sequence[Fault], steps: Sequence[Fault]) -> list[Fault]:
    """Return faults with steps between them, at even distances and in their order."""
    result, distance = list(faults), len(faults) // (len(steps) + 1)
    for number, step in reversed(list(enumerate(steps, 1))):
        result.insert(number * distance, step)
    return result
