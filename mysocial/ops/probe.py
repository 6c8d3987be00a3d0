"""Liveness probe of workers and the scheduler: `python -m mysocial.ops.probe worker|media|beat`.

Exits with 1 if a restart of the process would help, else with 0. It exits with 0 as well if a
server is unavailable, because a restart would not help then. docs/operations.md shows how
supervisors use it.
"""

import argparse
import contextlib
import os
import socket
import sys
import time
from collections.abc import Sequence
from typing import NamedTuple

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysocial.settings")

import psutil

from mysocial.core import mongo
from mysocial.core.errors import Unavailable
from mysocial.core.redis import available, client
from mysocial.core.wakeup_names import EXPORTS, MEDIA
from mysocial.persistence.dirty import get_backlogs
from mysocial.persistence.due import oldest_due_seconds
from mysocial.persistence.heartbeats import MAX_BACKLOG_SECONDS, SCHEDULER_KEY, worker_key

HEALTHY, UNHEALTHY = 0, 1
# From SIGTERM to SIGKILL. A worker that runs no tasks finishes none, and the health check of
# compose ends the probe after 25 seconds.
GRACE_SECONDS = 15.0
POLL_SECONDS = 0.1
START_SECONDS = 60  # a process that started less than this ago is not terminated


class ProbeResult(NamedTuple):
    """The result of a probe: the exit code, and an explanation for the log."""

    code: int
    reason: str


def _read_heartbeats(node: str) -> tuple[bool, bool]:
    """Return whether a worker and the scheduler have recorded a heartbeat recently.

    Raises:
        Unavailable: Redis cannot be reached.
    """
    with available():
        worker_is_alive, scheduler_is_alive = (
            client().pipeline(transaction=False).exists(worker_key(node)).exists(SCHEDULER_KEY)
        ).execute()
    return bool(worker_is_alive), bool(scheduler_is_alive)


def check_worker(node: str) -> ProbeResult:
    """Check whether the backlog is too old and only this worker can be the cause.

    Args:
        node: The Celery node name of the worker.
    """
    try:
        worker_is_alive, scheduler_is_alive = _read_heartbeats(node)
        oldest = max(backlog.oldest_seconds for backlog in get_backlogs().values())
        if oldest <= MAX_BACKLOG_SECONDS:
            return ProbeResult(HEALTHY, f"the oldest record has waited {oldest:.0f} s")
        if worker_is_alive:
            return ProbeResult(HEALTHY, "there is a backlog, but the worker runs tasks")
        if not scheduler_is_alive:
            return ProbeResult(HEALTHY, "there is a backlog, but beat is not running")
        mongo.ping()
    except Unavailable as error:
        return ProbeResult(HEALTHY, f"unknown: {error}")
    reason = f"the oldest record has waited {oldest:.0f} s, and the worker runs no tasks"
    return ProbeResult(UNHEALTHY, reason)


def check_media_worker(node: str) -> ProbeResult:
    """Check whether files or exports wait for too long and only this worker can be the cause.

    It records heartbeats during long work as well. It does not flush, so no backlog is its fault.

    Args:
        node: The Celery node name of the worker.
    """
    try:
        worker_is_alive, scheduler_is_alive = _read_heartbeats(node)
        oldest = oldest_due_seconds([MEDIA, EXPORTS])
    except Unavailable as error:
        return ProbeResult(HEALTHY, f"unknown: {error}")
    if oldest <= MAX_BACKLOG_SECONDS:
        return ProbeResult(HEALTHY, f"the oldest item has waited {oldest:.0f} s")
    if worker_is_alive:
        return ProbeResult(HEALTHY, "items wait, but the worker runs tasks")
    if not scheduler_is_alive:
        return ProbeResult(HEALTHY, "items wait, but beat is not running")
    reason = f"the oldest item has waited {oldest:.0f} s, and the worker runs no tasks"
    return ProbeResult(UNHEALTHY, reason)


def check_beat() -> ProbeResult:
    """Check whether the scheduler has run its jobs within the last seconds."""
    try:
        with available():
            scheduler_is_alive = client().exists(SCHEDULER_KEY)
    except Unavailable as error:
        return ProbeResult(HEALTHY, f"unknown: {error}")
    if scheduler_is_alive:
        return ProbeResult(HEALTHY, "running")
    return ProbeResult(UNHEALTHY, "not running its jobs")


def terminate(pid: int, grace_seconds: float) -> str:
    """Terminate a process, unless it has just started; its supervisor restarts it.

    If SIGTERM does not suffice, its descendants are killed, and then the process. The first process
    of a container cannot be killed from inside, but ends with its only child.

    Returns:
        What was done, for the log.
    """
    process = psutil.Process(pid)
    if time.time() - process.create_time() < START_SECONDS:
        return "not terminated, as it has just started"
    family = [*process.children(recursive=True), process]
    process.terminate()
    deadline = time.monotonic() + grace_seconds
    while any(map(_runs, family)):
        if time.monotonic() >= deadline:
            break
        time.sleep(POLL_SECONDS)
    else:
        return "terminated"
    for member in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            member.kill()
    return f"killed {grace_seconds:g} s after SIGTERM"


def _runs(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    return False


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the state of a role and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m mysocial.ops.probe", description=__doc__)
    parser.add_argument("role", choices=("worker", "media", "beat"))
    parser.add_argument(
        "--node", help="Celery node name of the worker; by default, the role at this host"
    )
    parser.add_argument(
        "--terminate", type=int, metavar="PID", help="process to terminate if it is unhealthy"
    )
    parser.add_argument(
        "--grace", type=float, default=GRACE_SECONDS, metavar="SECONDS",
        help="time from SIGTERM to SIGKILL; by default, %(default)s s",
    )  # fmt: skip
    options = parser.parse_args(arguments)
    node = options.node or f"{options.role}@{socket.gethostname()}"
    checks = {
        "worker": lambda: check_worker(node),
        "media": lambda: check_media_worker(node),
        "beat": check_beat,
    }
    result = checks[options.role]()
    reason = result.reason
    if result.code == UNHEALTHY and options.terminate:
        reason += f"; {terminate(options.terminate, options.grace)}"
    sys.stdout.write(f"{options.role}: {reason}\n")
    return result.code


if __name__ == "__main__":
    sys.exit(main())
