"""The whole application, as a developer runs it: `manage.py up` in a temporary folder."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import psutil

from mysocial.dev.processes import free_port
from mysocial.testing.servers import FOLDER

ROOT = Path(__file__).resolve().parents[2]
START_TIMEOUT_SECONDS = 120.0
POLL_SECONDS = 0.05


def wait_for(condition: Callable[[], Any], *, within: float, name: str) -> Any:
    """Call `condition` until its result is true, and return the result.

    Raises:
        AssertionError: the condition was not met `within` seconds; `name` is in the message.
    """
    deadline = time.monotonic() + within
    while True:
        result = condition()
        if result:
            return result
        assert time.monotonic() < deadline, f"{name}: not within {within} s"
        threading.Event().wait(POLL_SECONDS)


class Stack:
    """A `manage.py up` with its own folder and ports; another `start` keeps the data.

    `settings` are additional environment variables.
    """

    arguments: tuple[str, ...] = ("up",)
    processes = frozenset({"web", "beat", "flower"})  # the last ones to start

    def __init__(self, name: str, **settings: str) -> None:
        self.folder = FOLDER / name
        self.root = ROOT  # the checkout to run
        self.cwd: Path | None = None  # the folder in which it is run; the checkout by default
        self.settings = settings
        self.port, self.flower_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.public_url = f"http://localhost:{self.port}"  # as `up` prints it
        self._process: subprocess.Popen[bytes] | None = None
        self._previous_ready_count = 0  # "ready" lines of earlier starts in the log

    @property
    def environment(self) -> dict[str, str]:
        """The environment of `up`: the defaults, except ports and folders."""
        unset = ("REDIS_URL", "MONGO_URL", "REDIS_FSYNC", "DJANGO_SETTINGS_MODULE", "SECRET_KEY")
        env = {name: value for name, value in os.environ.items() if name not in unset}
        return env | {
            "PORT": str(self.port),
            "FLOWER_PORT": str(self.flower_port),
            "RATE_LIMITS": "0",  # the journey exceeds the limits of one member
            "DATA_DIR": str(self.folder / "data"),
            **self.settings,
        }

    def start(self, *, workers: bool = True) -> Self:
        """Start `up`; return when everything runs, or without `workers` when the web does."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log.touch()
        self._previous_ready_count = self.log.read_text(errors="replace").count(" ready.")
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, str(self.root / "manage.py"), *self.arguments],
                cwd=self.cwd or self.root,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        wait_for(
            self._is_complete if workers else self._web_is_up,
            within=START_TIMEOUT_SECONDS,
            name="up",
        )
        return self

    def _is_complete(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log.read_text()[-3000:]
        is_ready = (
            self.log.read_text(errors="replace").count(" ready.") > self._previous_ready_count
        )
        return is_ready and self.processes <= {k for k, v in self.pids.items() if v}

    def _web_is_up(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log.read_text()[-3000:]
        return self.is_up()

    def is_up(self) -> bool:
        """Return whether a web process responds now."""
        try:
            return httpx.get(f"{self.url}/health/live", timeout=2).is_success
        except httpx.HTTPError:
            return False

    @property
    def log(self) -> Path:
        """The file with the output of `up`."""
        return self.folder / "up.log"

    @property
    def running(self) -> dict[str, Any]:
        """The content of `running.json`, which `up` writes for other commands."""
        try:
            return dict(json.loads((self.folder / "data" / "running.json").read_text()))
        except (OSError, ValueError):
            return {}

    @property
    def pids(self) -> dict[str, int]:
        """The pids of the processes, by name."""
        return dict(self.running.get("pids", {}))

    def pid(self, name: str) -> int:
        """Return the pid of a process; wait while the supervisor restarts it."""

        def existing_pid() -> int | None:
            pid = self.pids.get(name)
            return pid if pid and psutil.pid_exists(pid) else None

        return int(wait_for(existing_pid, within=START_TIMEOUT_SECONDS, name=f"{name} runs"))

    def kill(self, name: str) -> int:
        """SIGKILL a process, as a crash would; return its pid."""
        pid = self.pid(name)
        os.kill(pid, signal.SIGKILL)
        return pid

    def kill_up(self) -> None:
        """SIGKILL `up` itself: its child processes go on, or are ended by the kernel."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(20)

    def kill_web_processes(self) -> None:
        """SIGKILL the web process."""
        self._killed = self.kill("web")

    def restart_web_processes(self) -> None:
        """Return when the killed web process has been restarted and responds."""
        self.wait_restarted("web", self._killed)
        wait_for(self.is_up, within=60, name="the site")

    def wait_restarted(self, name: str, killed: int) -> None:
        """Return when `up` has restarted a process; `killed` is its old pid."""
        wait_for(
            lambda: self.pids.get(name) not in (None, killed),
            within=20,
            name=f"{name} is restarted",
        )

    def stop(self, number: int = signal.SIGINT) -> list[int]:
        """Stop `up` with a signal; return the pids of all its processes, which must have ended."""
        assert self._process is not None
        pids = [pid for pid in self.pids.values() if pid]
        children = [p.pid for p in psutil.Process(self._process.pid).children(recursive=True)]
        self._process.send_signal(number)
        assert self._process.wait(40) == 0
        return [*pids, *children]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(40)
            except subprocess.TimeoutExpired:
                self._process.kill()
