"""Runs the processes of `manage.py up`: prefixed logs, restarts, an orderly end.

honcho runs a Procfile as well, but ends everything when one process dies; here a crashed worker
or server comes back by itself, on the same folder and port, as it does in production.
"""

import signal
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE
from types import FrameType, TracebackType
from typing import IO, Any, Protocol, Self, TextIO

from mysocial.dev.processes import Child

FIRST_DELAY = 0.1
LONGEST_DELAY = 10.0
SETTLED_AFTER = 30.0
TICK = 0.2
COLOURS = (36, 33, 32, 35, 34, 96, 93, 92)
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Process(Protocol):
    """What can be supervised: a `Program`, or one of `mysocial.dev.servers`."""

    @property
    def name(self) -> str: ...
    @property
    def pid(self) -> int | None: ...
    @property
    def exit_code(self) -> int | None: ...
    def start(self) -> object: ...
    def alive(self) -> bool: ...
    def stop(self, grace: float = ...) -> None: ...
    def kill(self) -> None: ...


class Log:
    """One stream for all: whole lines, each with the name of who said it."""

    def __init__(self, out: TextIO | None = None, *, width: int = 8) -> None:
        self._out = out or sys.stdout
        self._width = width
        self._colours: dict[str, int] | None = {} if self._out.isatty() else None
        self._lock = threading.Lock()

    def line(self, name: str, text: str) -> None:
        """Print one line; a reader who went away (a closed pipe) is no reason to stop."""
        with self._lock:
            head = f"{name:<{self._width}} |"
            if self._colours is not None:
                colour = self._colours.setdefault(name, COLOURS[len(self._colours) % len(COLOURS)])
                head = f"\x1b[{colour}m{head}\x1b[0m"
            try:
                self._out.write(f"{head} {text}\n")
                self._out.flush()
            except (OSError, ValueError):
                pass


class Program:
    """A program whose output goes to the log, line by line."""

    def __init__(  # noqa: PLR0913 - what a process is started with
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
        """The pid while it runs, else None."""
        return self._child.pid

    @property
    def exit_code(self) -> int | None:
        """How it ended (negative: by that signal), None while it runs."""
        return self._child.exit_code

    def start(self) -> None:
        """Start it; OSError if the program cannot be run."""
        pipe = self._child.start(PIPE)
        assert pipe is not None  # noqa: S101 - PIPE was asked for
        self._reader = threading.Thread(target=self._read, args=(pipe,), daemon=True)
        self._reader.start()

    def _read(self, pipe: IO[bytes]) -> None:
        with pipe:
            for line in pipe:
                self._log.line(self.name, line.decode(errors="replace").rstrip())

    def alive(self) -> bool:
        """Whether it runs now."""
        return self._child.alive()

    def stop(self, grace: float = 10.0) -> None:
        """SIGTERM, then SIGKILL after `grace` seconds; its last lines are in the log."""
        self._child.stop(grace)
        self._drain()

    def kill(self) -> None:
        """SIGKILL for it and all that it started."""
        self._child.kill()
        self._drain()

    def _drain(self) -> None:
        if self._reader is not None:
            self._reader.join(1.0)


@dataclass
class _Supervised:
    process: Process
    grace: float
    rank: int
    started: float = 0.0
    delay: float = FIRST_DELAY
    retry_at: float | None = None


class Supervisor:
    """Keeps processes running until it is told to stop; then ends them all.

    Used in a `with` block on the main thread: from there on no process outlives the block.
    The first SIGINT, SIGTERM or SIGHUP asks for an orderly end, a second one for an immediate one.
    """

    def __init__(self, log: Log) -> None:
        self.log = log
        self.stopping = threading.Event()
        self._hurry = False
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
        if self.stopping.is_set() and not self._hurry:
            self._hurry = True
            raise KeyboardInterrupt
        self.stopping.set()

    @property
    def pids(self) -> dict[str, int | None]:
        """The pid of each process, None while it is down."""
        return {watch.process.name: watch.process.pid for watch in self._watches}

    def start(self, process: Process, *, grace: float = 5.0, rank: int = 0) -> None:
        """Start a process and keep it running; what its own `start` raises if it cannot start.

        It gets `grace` seconds to end. Higher ranks end first; among equals, the last started.
        """
        watch = _Supervised(process, grace, rank)
        self._watches.append(watch)  # first: a start that is interrupted is ended too
        process.start()
        watch.started = time.monotonic()

    def run(self, program: Program) -> int | None:
        """Run a program to its end and return its exit code; None if we were told to stop."""
        watch = _Supervised(program, grace=2.0, rank=0)
        self._watches.append(watch)
        program.start()
        while program.alive() and not self.stopping.wait(0.05):
            pass
        program.stop(watch.grace)
        self._watches.remove(watch)
        return None if self.stopping.is_set() else program.exit_code

    def check(self) -> None:
        """Look at each process once, and start again what died and has waited long enough."""
        for watch in self._watches:
            if watch.process.alive():
                if time.monotonic() - watch.started > SETTLED_AFTER:
                    watch.delay = FIRST_DELAY
            elif watch.retry_at is None:
                self._plan_restart(watch, f"ended with code {watch.process.exit_code}")
            elif time.monotonic() >= watch.retry_at:
                self._restart(watch)

    def _plan_restart(self, watch: _Supervised, why: str) -> None:
        self.log.line("up", f"{watch.process.name} {why}; it starts again in {watch.delay:g} s")
        watch.retry_at = time.monotonic() + watch.delay
        watch.delay = min(watch.delay * 2, LONGEST_DELAY)

    def _restart(self, watch: _Supervised) -> None:
        watch.retry_at = None
        try:
            watch.process.start()
        except (OSError, RuntimeError) as error:
            self._plan_restart(watch, f"did not start: {error}")
        else:
            watch.started = time.monotonic()
            self.log.line("up", f"{watch.process.name} is started again")

    def stop(self) -> None:
        """End every process, one after the other; the rest is killed if we are interrupted."""
        self.stopping.set()
        left = self._watches[::-1]
        left.sort(key=lambda watch: -watch.rank)
        try:
            for watch in left:
                if watch.process.alive():
                    self.log.line("up", f"stopping {watch.process.name}")
                watch.process.stop(watch.grace)
        except KeyboardInterrupt:
            self.log.line("up", "killing what is left")
        finally:
            for watch in left:
                watch.process.kill()
            self._watches.clear()
