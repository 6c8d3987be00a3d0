"""A process supervisor for `manage.py up`: prefixed logs, restarts and an orderly shutdown.

honcho, which runs a Procfile, stops everything when one process dies. Here a crashed worker or
server is restarted with the same folder and port, as it is in production.
"""

import signal
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE
from types import FrameType, TracebackType
from typing import IO, Any, Protocol, Self, TextIO

from mysocial.dev.processes import Child

MIN_DELAY_SECONDS = 0.1
MAX_DELAY_SECONDS = 10.0
STABLE_SECONDS = 30.0  # after which a process counts as healthy: the delay is reset
TICK_SECONDS = 0.2
COLORS = (36, 33, 32, 35, 34, 96, 93, 92)
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Process(Protocol):
    """A process that can be supervised: a `Program`, or a server of `mysocial.dev.servers`."""

    @property
    def name(self) -> str:
        """Its name in the log."""

    @property
    def pid(self) -> int | None:
        """Its pid while it runs, else None."""

    @property
    def exit_code(self) -> int | None:
        """Its exit code, negative for a signal; None while it runs."""

    def start(self) -> object:
        """Start it."""

    def alive(self) -> bool:
        """Return whether it is running."""

    def stop(self, grace_seconds: float = ...) -> None:
        """Stop it, or kill it after `grace_seconds`."""

    def kill(self) -> None:
        """Kill it."""


class Log:
    """A shared output stream: whole lines, each prefixed with the name of the process."""

    def __init__(self, out: TextIO | None = None, *, width: int = 8) -> None:
        self._out = out or sys.stdout
        self._width = width
        self._colors: dict[str, int] | None = {} if self._out.isatty() else None
        self._lock = threading.Lock()

    def line(self, name: str, text: str) -> None:
        """Print one line. A closed pipe is ignored."""
        with self._lock:
            prefix = f"{name:<{self._width}} |"
            if self._colors is not None:
                color = self._colors.setdefault(name, COLORS[len(self._colors) % len(COLORS)])
                prefix = f"\x1b[{color}m{prefix}\x1b[0m"
            try:
                self._out.write(f"{prefix} {text}\n")
                self._out.flush()
            except (OSError, ValueError):
                pass


class Program:
    """A program whose output is written to the log, line by line."""

    def __init__(  # noqa: PLR0913 - the parameters of a process
        self,
        name: str,
        args: Sequence[str],
        *,
        log: Log,
        run_dir: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        pass_fds: Sequence[int] = (),
    ) -> None:
        self.name = name
        self._log = log
        run_dir.mkdir(parents=True, exist_ok=True)
        pid_file = run_dir / f"{name}.pid.json"
        self._child = Child(args, pid_file=pid_file, env=env, cwd=cwd, pass_fds=pass_fds)
        self._reader: threading.Thread | None = None

    @property
    def pid(self) -> int | None:
        """Return the pid while it runs, else None."""
        return self._child.pid

    @property
    def exit_code(self) -> int | None:
        """Return its exit code, negative for a signal; None while it runs."""
        return self._child.exit_code

    def start(self) -> None:
        """Start it.

        Raises:
            OSError: The program cannot be run.
        """
        pipe = self._child.start(PIPE)
        assert pipe is not None  # noqa: S101 - because of PIPE
        self._reader = threading.Thread(target=self._read, args=(pipe,), daemon=True)
        self._reader.start()

    def _read(self, pipe: IO[bytes]) -> None:
        with pipe:
            for line in pipe:
                self._log.line(self.name, line.decode(errors="replace").rstrip())

    def alive(self) -> bool:
        """Return whether it is running."""
        return self._child.alive()

    def stop(self, grace_seconds: float = 10.0) -> None:
        """Send SIGTERM, and SIGKILL after `grace_seconds`; log its last lines."""
        self._child.stop(grace_seconds)
        self._drain()

    def kill(self) -> None:
        """Send SIGKILL to it and its children."""
        self._child.kill()
        self._drain()

    def _drain(self) -> None:
        if self._reader is not None:
            self._reader.join(1.0)


@dataclass
class _Supervised:
    process: Process
    grace_seconds: float
    stop_rank: int
    started: float = 0.0
    delay: float = MIN_DELAY_SECONDS
    retry_at: float | None = None


class Supervisor:
    """Keeps processes running until a signal arrives, then stops them all.

    It is a context manager for the main thread; no process outlives the block. The first SIGINT,
    SIGTERM or SIGHUP requests an orderly shutdown, the second one an immediate shutdown.
    """

    def __init__(self, log: Log) -> None:
        self.log = log
        self.stopping = threading.Event()
        self._is_urgent = False
        self._watches: list[_Supervised] = []
        self._handlers: dict[int, Any] = {}

    def __enter__(self) -> Self:
        self._handlers = {number: signal.signal(number, self._on_signal) for number in SIGNALS}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self.stop()
        finally:
            for number, handler in self._handlers.items():
                signal.signal(number, handler)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        if self.stopping.is_set() and not self._is_urgent:
            self._is_urgent = True
            raise KeyboardInterrupt
        self.stopping.set()

    @property
    def pids(self) -> dict[str, int | None]:
        """Return the pid of each process, None while it is down."""
        return {watch.process.name: watch.process.pid for watch in self._watches}

    def start(self, process: Process, *, grace_seconds: float = 5.0, stop_rank: int = 0) -> None:
        """Start a process and keep it running.

        Args:
            process: The process.
            grace_seconds: The seconds that it has to stop.
            stop_rank: A higher rank is stopped first. Within a rank, the last one started is.

        Raises:
            Exception: The process cannot start; its own `start` raised it.
        """
        watch = _Supervised(process, grace_seconds, stop_rank)
        self._watches.append(watch)  # first, so that an interrupted start is stopped, too
        process.start()
        watch.started = time.monotonic()

    def run(self, program: Program) -> int | None:
        """Run a program to its end and return its exit code; None after a signal."""
        watch = _Supervised(program, grace_seconds=2.0, stop_rank=0)
        self._watches.append(watch)
        program.start()
        while program.alive() and not self.stopping.wait(0.05):
            pass
        program.stop(watch.grace_seconds)
        self._watches.remove(watch)
        return None if self.stopping.is_set() else program.exit_code

    def check(self) -> None:
        """Check each process once, and restart those that died and waited long enough."""
        for watch in self._watches:
            if watch.process.alive():
                if time.monotonic() - watch.started > STABLE_SECONDS:
                    watch.delay = MIN_DELAY_SECONDS
            elif watch.retry_at is None:
                self._plan_restart(watch, f"exited with code {watch.process.exit_code}")
            elif time.monotonic() >= watch.retry_at:
                self._restart(watch)

    def _plan_restart(self, watch: _Supervised, reason: str) -> None:
        self.log.line("up", f"{watch.process.name} {reason}; it restarts in {watch.delay:g} s")
        watch.retry_at = time.monotonic() + watch.delay
        watch.delay = min(watch.delay * 2, MAX_DELAY_SECONDS)

    def _restart(self, watch: _Supervised) -> None:
        watch.retry_at = None
        try:
            watch.process.start()
        except (OSError, RuntimeError) as error:
            self._plan_restart(watch, f"did not start: {error}")
        else:
            watch.started = time.monotonic()
            self.log.line("up", f"{watch.process.name} restarted")

    def restart(self, stop_rank: int) -> None:
        """Stop the processes of a rank, all at once, and start them again in their order."""
        watches = [watch for watch in self._watches if watch.stop_rank == stop_rank]
        with ThreadPoolExecutor() as threads:
            list(threads.map(lambda watch: watch.process.stop(watch.grace_seconds), watches))
        for watch in watches:
            watch.delay = MIN_DELAY_SECONDS
            self._restart(watch)

    def stop(self) -> None:
        """Stop the processes one after the other; if interrupted, kill the remaining ones."""
        self.stopping.set()
        remaining = self._watches[::-1]
        remaining.sort(key=lambda watch: -watch.stop_rank)
        try:
            for watch in remaining:
                if watch.process.alive():
                    self.log.line("up", f"stopping {watch.process.name}")
                watch.process.stop(watch.grace_seconds)
        except KeyboardInterrupt:
            self.log.line("up", "killing the remaining processes")
        finally:
            for watch in remaining:
                watch.process.kill()
            self._watches.clear()
