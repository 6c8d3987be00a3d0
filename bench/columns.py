"""The columns that are measured side by side: the HTTP server, the single port, and the floor."""

import contextlib
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.load import Load, NextRequest
from bench.recordings import RECORDINGS_VARIABLE
from bench.results import Cost
from bench.stage import ROOT, ServerProcess, Servers
from tests.support.stack import wait_for

# With the number of threads of compose.yaml; `python -m bench.choices` compares others.
GRANIAN = (
    "granian", "--interface", "wsgi", "--workers", "1", "--no-ws", "--host", "127.0.0.1",
    "--port", "{port}", "--blocking-threads", "8", "--log-level", "error",
)  # fmt: skip
HTTP_SERVER = (*GRANIAN, "mysocial.wsgi:application")
SINGLE_PORT_SERVER = ("mysocial.realtime.server", "--port", "{port}")  # As `make up` runs it.
FLOOR_SERVER = (*GRANIAN, "bench.floor:application")
FLUSH_PROGRAM = """
import time
import django; django.setup()
from mysocial.persistence.dirty import queue_names
from mysocial.persistence.flush import flush_queue
start = time.process_time()
print(sum(flush_queue(queue) for queue in queue_names()), time.process_time() - start)
"""


def accepts_connections(port: int) -> bool:
    """Return whether a server accepts connections on a local port."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=2):
        return True
    return False


@contextlib.contextmanager
def serve(
    servers: Servers, command: tuple[str, ...], **env: str
) -> Iterator[tuple[ServerProcess, Load]]:
    """Run a server until the block ends; the context is its process and a load for it."""
    with servers.run(*command, **env) as server:
        wait_for(lambda: accepts_connections(server.port), within=30, name=command[0])
        yield server, Load("127.0.0.1", server.port)


def measure_round(  # noqa: PLR0917 - the parts of one measurement
    cost: Cost,
    server: ServerProcess,
    load: Load,
    next_request: NextRequest,
    numbers: Iterator[int],
    seconds: float,
) -> None:
    """Send requests for some seconds and add their cost as one round."""
    before = server.usage()
    count = load.send_continuously(next_request, numbers, seconds=seconds)
    after = server.usage()
    cost.web.append(1000 * (after.web - before.web) / count)
    cost.redis.append(1000 * (after.valkey - before.valkey) / count)
    cost.per_second.append(count / seconds)


def floor_env(recordings: Path) -> dict[str, str]:
    """Return the environment variables of the floor, which replays these recordings."""
    return {RECORDINGS_VARIABLE: str(recordings)}


def flush_to_mongodb() -> float:
    """Persist all dirty records to MongoDB as a worker does; return the CPU seconds it took."""
    result = subprocess.run(
        [sys.executable, "-c", FLUSH_PROGRAM], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return float(result.stdout.split()[1])
