"""Web processes on the servers of this test run."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Self

import httpx
import psutil
import pytest
from django.conf import settings

from mysocial.dev.processes import free_port
from tests.support.compose import compose_services
from tests.support.stack import ROOT, wait_for

START_TIMEOUT_SECONDS = 60.0
# With `SERVER=daphne`, all tests of web processes run with Daphne, except those of its gaps.
needs_uvicorn = pytest.mark.skipif(
    settings.SERVER == "daphne", reason="Daphne has no such limit: docs/deploy.md"
)


class WebProcess:
    """A process of `mysocial.realtime.server`; a restart uses the same port.

    `server` is `uvicorn` or `daphne`, by default that of the environment.
    """

    def __init__(self, *options: str, server: str = settings.SERVER) -> None:
        self.port = free_port()
        self.url = f"ws://127.0.0.1:{self.port}/ws"
        self._options = options
        self._server = server
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process without waiting for it; `wait_until_up` waits."""
        env = os.environ | {
            "DJANGO_SETTINGS_MODULE": "mysocial.settings",
            "SECRET_KEY": settings.SECRET_KEY,
            "PORT": str(self.port),
            "SERVER": self._server,
            # Of all processes of one site: the addresses in their responses begin with it.
            "PUBLIC_URL": settings.PUBLIC_URL,
        }
        self._process = subprocess.Popen([*self._command(), *self._options], cwd=ROOT, env=env)

    def _command(self) -> list[str]:
        return [sys.executable, "-m", "mysocial.realtime.server", "--port", str(self.port)]

    def wait_until_up(self) -> None:
        """Return when the process responds."""
        wait_for(self._is_up, within=START_TIMEOUT_SECONDS, name="the web process")

    def _is_up(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/health/live", timeout=2).is_success
        except httpx.HTTPError:
            return False

    def resident_bytes(self) -> int:
        """Return the memory of the process and its children."""
        assert self._process is not None
        root = psutil.Process(self._process.pid)
        return sum(process.memory_info().rss for process in (root, *root.children(recursive=True)))

    def clients(self) -> set[tuple[str, int]]:
        """Return the addresses of the connected clients."""
        assert self._process is not None
        connections = psutil.Process(self._process.pid).net_connections("tcp")
        return {(c.raddr.ip, c.raddr.port) for c in connections if c.raddr}

    def open_spools(self) -> int:
        """Return the number of open temporary files of bodies; each is deleted while it is open."""
        assert self._process is not None
        paths = []
        for file in Path(f"/proc/{self._process.pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):  # it was closed meanwhile
                paths.append(str(file.readlink()))
        return len([path for path in paths if "/incoming/" in path])

    def terminate(self, number: int = signal.SIGTERM) -> None:
        """Send a signal and wait until the process has ended."""
        assert self._process is not None
        self._process.send_signal(number)
        self._process.wait(20)

    def pause(self) -> None:
        """Stop the process and its children until `resume`."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused process continue."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        assert self._process is not None
        root = psutil.Process(self._process.pid)
        for process in (root, *root.children(recursive=True)):
            process.send_signal(number)

    def kill(self) -> None:
        """End the process as a crash would."""
        self.terminate(signal.SIGKILL)

    def __enter__(self) -> Self:
        self.start()
        self.wait_until_up()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


class GranianProcess(WebProcess):
    """A process of granian, which serves HTTP in production, with the options of compose.yaml."""

    def __exit__(self, *_: object) -> None:
        self.terminate()  # after a kill its worker would go on

    def _command(self) -> list[str]:
        role = compose_services()["http"]
        program, *arguments = role["command"].split()
        overrides = {"0.0.0.0": "127.0.0.1", "8000": str(self.port), "2": "1"}
        command = [str(Path(sys.executable).parent / program)]
        return command + [overrides.get(argument, argument) for argument in arguments]
