"""A web process on the servers of this test run."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Self

import httpx
import yaml
from django.conf import settings

from mysocial.dev.processes import free_port
from tests.support.stack import ROOT, wait_for

START_TIMEOUT_SECONDS = 60.0


class WebProcess:
    """`mysocial.realtime.server` at a port of its own; after a kill it comes back at the same."""

    def __init__(self, *options: str) -> None:
        self.port = free_port()
        self.url = f"ws://127.0.0.1:{self.port}/ws"
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return at once; `up` waits."""
        env = os.environ | {
            "DJANGO_SETTINGS_MODULE": "mysocial.settings",
            "SECRET_KEY": settings.SECRET_KEY,
            "PORT": str(self.port),
        }
        self._process = subprocess.Popen([*self._command(), *self._options], cwd=ROOT, env=env)

    def _command(self) -> list[str]:
        return [sys.executable, "-m", "mysocial.realtime.server", "--port", str(self.port)]

    def wait_until_up(self) -> None:
        wait_for(self._is_up, within=START_TIMEOUT_SECONDS, name="the web process")

    def _is_up(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/health/live", timeout=2).is_success
        except httpx.HTTPError:
            return False

    def terminate(self, number: int = signal.SIGTERM) -> None:
        """Ask it to end, and wait until it has."""
        assert self._process is not None
        self._process.send_signal(number)
        self._process.wait(20)

    def kill(self) -> None:
        """As a crash would."""
        self.terminate(signal.SIGKILL)

    def __enter__(self) -> Self:
        self.start()
        self.wait_until_up()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


class GranianProcess(WebProcess):
    """The other door of production, granian, as compose.yaml has it."""

    def __exit__(self, *_: object) -> None:
        self.terminate()  # its worker would outlive it after a kill

    def _command(self) -> list[str]:
        role = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["http"]
        program, *arguments = role["command"].split()
        ours = {"0.0.0.0": "127.0.0.1", "8000": str(self.port), "2": "1"}
        command = [str(Path(sys.executable).parent / program)]
        return command + [ours.get(one, one) for one in arguments]
