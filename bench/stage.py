"""`Stage`: servers of its own and one pinned process, the load being on the other core."""

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
KEPT = ROOT / "docs" / "bench"  # the figures and plots that the documents show
SERVING, LOADING = "0", 1  # cores


class Usage(NamedTuple):
    """CPU seconds so far, and memory: of the serving process and its children, of Valkey."""

    web: float
    valkey: float
    memory: int  # bytes, resident


def cpu_of(root: psutil.Process) -> float:
    """Return the CPU seconds of a process and of those it has started."""
    return sum(sum(one.cpu_times()[:2]) for one in (root, *root.children(recursive=True)))


class Serving:
    """One process that serves, pinned to a core of its own."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, valkey: Valkey) -> None:
        self.port = port
        self._process, self._valkey = process, valkey

    def usage(self) -> Usage:
        """Return what was used so far."""
        root = psutil.Process(self._process.pid)
        assert self._valkey.pid is not None
        return Usage(
            cpu_of(root),
            cpu_of(psutil.Process(self._valkey.pid)),
            sum(one.memory_info().rss for one in (root, *root.children(recursive=True))),
        )


class Stage:
    """Valkey with `appendfsync always` and mongod, prepared; nothing else runs on them."""

    def __init__(self, valkey: Valkey) -> None:
        self._valkey = valkey

    @contextmanager
    def serving(self, *module: str, **env: str) -> Iterator[Serving]:
        """Run `python -m <module>`, where `{port}` stands for a port, until the block ends."""
        port = free_port()
        command = ["taskset", "-c", SERVING, sys.executable, "-m", *module]
        process = subprocess.Popen(
            [part.replace("{port}", str(port)) for part in command],
            cwd=ROOT,
            env=os.environ | env,
        )
        try:
            yield Serving(process, port, self._valkey)
        finally:
            process.terminate()
            process.wait(20)


@contextmanager
def stage() -> Iterator[Stage]:
    """Start the servers in a temporary folder, the environment set to use them; end them again."""
    os.sched_setaffinity(0, {LOADING})
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
            yield Stage(valkey)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
