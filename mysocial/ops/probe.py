"""`python -m mysocial.ops.probe worker|beat`: exits with 1 where a restart of the role would help.

For supervisors: docs/operations.md says how each asks. It answers 0 as well where something else is
at fault, because a restart mends no server that is away.
"""

import argparse
import os
import socket
import sys
import time
from collections.abc import Sequence

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysocial.settings")

import psutil

from mysocial.core import mongo
from mysocial.core.errors import Unavailable
from mysocial.core.redis import available, client
from mysocial.persistence.dirty import get_backlogs
from mysocial.persistence.heartbeats import MAX_BACKLOG_SECONDS, SCHEDULER_KEY, worker_key

HEALTHY, UNHEALTHY = 0, 1
START_SECONDS = 60  # who has just been started is given this long to become well
ProbeResult = tuple[int, str]


def worker(node: str) -> ProbeResult:
    """Tell whether debts wait too long, and nobody but this worker can be at fault."""
    try:
        with available():
            pipe = client().pipeline(transaction=False)
            pipe.exists(worker_key(node))
            pipe.exists(SCHEDULER_KEY)
            works, beats = pipe.execute()
        waits = max(backlog.oldest_seconds for backlog in get_backlogs().values())
        if waits <= MAX_BACKLOG_SECONDS:
            return HEALTHY, f"the oldest debt waits for {waits:.0f} s"
        if works:
            return HEALTHY, "debts wait, but it carries out tasks"
        if not beats:
            return HEALTHY, "debts wait, but beat does nothing"
        mongo.ping()
    except Unavailable as error:
        return HEALTHY, f"nobody can tell: {error}"
    return UNHEALTHY, f"the oldest debt waits for {waits:.0f} s, and it carries out no task"


def beat() -> ProbeResult:
    """Tell whether beat has done what is scheduled, in the last seconds."""
    try:
        with available():
            beats = client().exists(SCHEDULER_KEY)
    except Unavailable as error:
        return HEALTHY, f"nobody can tell: {error}"
    return (HEALTHY, "it works") if beats else (UNHEALTHY, "it does nothing")


def terminate(pid: int) -> str:
    """Ask a process to end, unless it began just now; its supervisor starts it again."""
    process = psutil.Process(pid)
    if time.time() - process.create_time() < START_SECONDS:
        return "it began just now"
    process.terminate()
    return "it was asked to end"


def main(arguments: Sequence[str] | None = None) -> int:
    """Say how a role is, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m mysocial.ops.probe", description=__doc__)
    parser.add_argument("role", choices=("worker", "beat"))
    parser.add_argument("--node", default=f"worker@{socket.gethostname()}", help="of `worker`")
    parser.add_argument("--end", type=int, metavar="PID", help="what to end when it is ill")
    asked = parser.parse_args(arguments)
    code, sentence = worker(asked.node) if asked.role == "worker" else beat()
    if code == UNHEALTHY and asked.end:
        sentence += f"; {terminate(asked.end)}"
    sys.stdout.write(f"{asked.role}: {sentence}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
