"""What is measured side by side: the HTTP door, the one port of `make up`, and the floor."""

import contextlib
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.load import Load, Next
from bench.results import Cost
from bench.spoken import SPOKEN
from bench.stage import ROOT, Serving, Stage
from tests.support.stack import wait_for

# With as many threads as compose.yaml says; `python -m bench.choices` has the others beside it.
GRANIAN = (
    "granian", "--interface", "wsgi", "--workers", "1", "--no-ws", "--host", "127.0.0.1",
    "--port", "{port}", "--blocking-threads", "8", "--log-level", "error",
)  # fmt: skip
DOOR = (*GRANIAN, "mysocial.wsgi:application")
PORT = ("mysocial.realtime.server", "--port", "{port}")
FLOOR = (*GRANIAN, "bench.floor:application")
DRAIN = """
import time
import django; django.setup()
from mysocial import persist
began = time.process_time()
print(sum(persist.drain(queue) for queue in persist.queues()), time.process_time() - began)
"""


def listens(port: int) -> bool:
    """Tell whether something takes connections there."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=2):
        return True
    return False


@contextlib.contextmanager
def column(servers: Stage, command: tuple[str, ...], **env: str) -> Iterator[tuple[Serving, Load]]:
    """Serve by a command; yields what it uses, and requests to it."""
    with servers.serving(*command, **env) as serving:
        wait_for(lambda: listens(serving.port), within=30, name=command[0])
        yield serving, Load("127.0.0.1", serving.port)


def spend(  # noqa: PLR0917 - one measurement
    cost: Cost, serving: Serving, asking: Load, following: Next, numbers: Iterator[int],
    seconds: float,
) -> None:  # fmt: skip
    """Add to a cost what one round of requests took."""
    before = serving.usage()
    count = asking.flat_out(following, numbers, seconds=seconds)
    after = serving.usage()
    cost.web.append(1000 * (after.web - before.web) / count)
    cost.redis.append(1000 * (after.valkey - before.valkey) / count)
    cost.per_second.append(count / seconds)


def floor_env(file: Path) -> dict[str, str]:
    """Return the environment that tells the floor what to say."""
    return {SPOKEN: str(file)}


def drain() -> float:
    """Carry all that is owed to MongoDB, as a worker does; return the CPU seconds it took."""
    done = subprocess.run(
        [sys.executable, "-c", DRAIN], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return float(done.stdout.split()[1])
