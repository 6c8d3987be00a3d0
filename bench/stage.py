"""Servers for a benchmark. The measured process is pinned to one core, the load to another."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psutil

from mysocial.dev.processes import free_port
from mysocial.dev.servers import Mongod, Valkey

ROOT = Path(__file__).resolve().parents[1]
RESULTS_FOLDER = ROOT / "docs" / "bench"  # The figures and plots of the documentation.
SERVER_CORE, LOAD_CORE = "0", 1


class Usage(NamedTuple):
    """CPU seconds so far of the server with its children and of Valkey; the server's memory."""

    web: float
    valkey: float
    memory: int  # Resident, in bytes.


def cpu_seconds(root: psutil.Process) -> float:
    """Return the CPU seconds of a process and its children."""
    return sum(sum(process.cpu_times()[:2]) for process in (root, *root.children(recursive=True)))


class ServerProcess:
    """A server process, pinned to its own core."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, valkey: Valkey) -> None:
        self.port = port
        self._process, self._valkey = process, valkey

    def usage(self) -> Usage:
        """Return the usage so far."""
        root = psutil.Process(self._process.pid)
        assert self._valkey.pid is not None
        return Usage(
            cpu_seconds(root),
            cpu_seconds(psutil.Process(self._valkey.pid)),
            sum(process.memory_info().rss for process in (root, *root.children(recursive=True))),
        )


class Servers:
    """Valkey with `appendfsync always` and mongod, prepared and used by this run only."""

    def __init__(self, valkey: Valkey) -> None:
        self._valkey = valkey

    @contextmanager
    def run(self, *module: str, **env: str) -> Iterator[ServerProcess]:
        """Run `python -m <module>` until the block ends; `{port}` is replaced by a free port."""
        port = free_port()
        command = ["taskset", "-c", SERVER_CORE, sys.executable, "-m", *module]
        process = subprocess.Popen(
            [part.replace("{port}", str(port)) for part in command],
            cwd=ROOT,
            env=os.environ | env,
        )
        try:
            yield ServerProcess(process, port, self._valkey)
        finally:
            process.terminate()
            process.wait(20)


@contextmanager
def start_servers() -> Iterator[Servers]:
    """Run the servers in a temporary folder until the block ends, and set the environment."""
    os.sched_setaffinity(0, {LOAD_CORE})
    folder = Path(tempfile.mkdtemp(prefix="ms-"))
    try:
        valkey = Valkey(folder / "valkey", port=free_port(), maxmemory="2gb")
        with valkey, Mongod(folder / "mongod") as mongod:
            os.environ |= {
                "REDIS_URL": valkey.url, "MONGO_URL": mongod.url, "REDIS_FSYNC": "always",
                "RATE_LIMITS": "0", "DATA_DIR": str(folder / "data"),
                "DJANGO_SETTINGS_MODULE": "mysocial.settings", "DEBUG": "0",
                "SECRET_KEY": "x" * 40, "SECURE_SSL_REDIRECT": "0",
            }  # fmt: skip
            subprocess.run([sys.executable, "manage.py", "prepare"], cwd=ROOT, check=True)
            yield Servers(valkey)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
