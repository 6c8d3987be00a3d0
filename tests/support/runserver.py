"""The development server of Django: `manage.py runserver` beside `manage.py up --no-web`."""

import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from tests.support.stack import ROOT, Stack, wait_for

START_TIMEOUT_SECONDS = 60.0


class RunserverStack(Stack):
    """A stack whose web process is `runserver`, in this checkout or a copy of it."""

    arguments = ("up", "--no-web")
    processes = frozenset({"worker", "media", "beat"})

    def __init__(self, name: str, *, root: Path = ROOT, **settings: str) -> None:
        super().__init__(name, FLOWER_PASSWORD="", **settings)
        self.root = root
        self._server: subprocess.Popen[bytes] | None = None

    def start(self, *, workers: bool = True) -> Self:
        """Start everything; `runserver` needs the servers and the data, so it comes last."""
        super().start()
        self.restart_web_processes()
        return self

    def restart_web_processes(self) -> None:
        """Start `runserver`, without `PORT` in its environment; return when it responds."""
        environment = {name: value for name, value in self.environment.items() if name != "PORT"}
        command = [sys.executable, "manage.py", "runserver", f"127.0.0.1:{self.port}"]
        with (self.folder / "runserver.log").open("ab") as log:
            self._server = subprocess.Popen(
                command, cwd=self.root, env=environment, stdout=log, stderr=log
            )
        wait_for(self.is_up, within=START_TIMEOUT_SECONDS, name="runserver")

    def kill_web_processes(self) -> None:
        """SIGKILL `runserver`, and the process that it starts again after each change."""
        assert self._server is not None
        parent = psutil.Process(self._server.pid)
        for process in (*parent.children(), parent):
            process.kill()
        self._server.wait()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._server is not None:
            self._server.terminate()  # SIGINT is ignored in a background run of the tests
            self._server.wait(60)
        super().__exit__(kind, error, trace)
