"""Child processes in their own sessions, which a pid file makes identifiable."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

import psutil

POLL_SECONDS = 0.05
# The kernel derives start times from the boot time, which moves when the clock is set.
MAX_CLOCK_CHANGE_SECONDS = 5.0


class Child:
    """A process in its own session, so that signals of the terminal do not reach it.

    Its pid file lets the next start end a process that a killed parent left behind. If `setpriv`
    exists (Linux), the kernel terminates it when its parent dies. It inherits the file descriptors
    `pass_fds`, with the same numbers, and no others.
    """

    def __init__(
        self,
        args: Sequence[str],
        *,
        pid_file: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        pass_fds: Sequence[int] = (),
    ) -> None:
        self.args = list(args)
        self.pid_file = pid_file
        self.env = env
        self.cwd = cwd
        self.pass_fds = tuple(pass_fds)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Return the pid while it runs, else None."""
        return self._process.pid if self._process is not None and self.alive() else None

    def pause(self) -> None:
        """Send SIGSTOP and wait until it has stopped. Do nothing if it does not run."""
        if self.pid is None:
            return
        process = psutil.Process(self.pid)
        self.signal(signal.SIGSTOP)
        # The signal stops one thread after the other; some may still be running.
        while process.status() != psutil.STATUS_STOPPED:
            time.sleep(0.001)
        time.sleep(0.01)

    @property
    def exit_code(self) -> int | None:
        """Return its exit code, negative for a signal; None while it runs or before it starts."""
        return None if self._process is None or not self._ended() else self._process.returncode

    def start(self, output: int | IO[bytes] = subprocess.DEVNULL) -> IO[bytes] | None:
        """Start it with stdout and stderr to `output`; return the pipe if that is `PIPE`.

        Raises:
            RuntimeError: It is already running.
            OSError: The program cannot be run.
        """
        if self.alive():
            raise RuntimeError(f"{self.args[0]} is already running, with pid {self.pid}")
        end_leftover(self.pid_file)
        self._process = subprocess.Popen(
            [*_parent_death_prefix(), *self.args],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if self.env is None else dict(self.env),
            cwd=self.cwd,
            pass_fds=self.pass_fds,
            start_new_session=True,
        )
        born = _started_at(self._process.pid)
        try:
            write_json(self.pid_file, {"pid": self._process.pid, "args": self.args, "born": born})
        except OSError:
            self.kill()  # the disk is full; without its pid file it could not be found again
            raise
        return self._process.stdout

    def alive(self) -> bool:
        """Return whether it is running."""
        return self._process is not None and not self._ended()

    def _ended(self, timeout: float = 0.0) -> bool:
        """Return whether it ended within `timeout` seconds; if so, end its own children, too."""
        process = self._process
        if process is None or process.returncode is not None:
            return True
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            return False
        # A Celery pool, for example, outlives a master that crashed. Do this at once: the pid could
        # not be reused before the zombie was reaped, just now.
        _kill_group(process.pid)
        try:
            self.pid_file.unlink(missing_ok=True)
        except OSError:
            pass  # the disk is gone or read-only; the next start checks the pid
        return True

    def signal(self, number: int) -> None:
        """Send it a signal. Do nothing if it has ended."""
        if self._process is not None:
            self._process.send_signal(number)  # Popen checks that the pid is still its own

    def stop(self, grace_seconds: float = 10.0) -> None:
        """Send SIGTERM, wait `grace_seconds`, then kill it and its children."""
        if self.alive():
            self.signal(signal.SIGTERM)
        if not self._ended(grace_seconds):
            self.kill()

    def kill(self) -> None:
        """Send SIGKILL to it and its children; return when it has ended."""
        if self._process is not None and self.alive():
            _kill_group(self._process.pid)
            self._ended(timeout=60.0)


def _parent_death_prefix() -> list[str]:
    """Return a command prefix that requests SIGTERM when the parent dies, if there is one.

    The kernel means the parent *thread*, so the prefix is used by the main thread only, which lives
    as long as the process. `setpriv` replaces itself with the program, so the pid stays the same.
    """
    if not sys.platform.startswith("linux"):
        return []
    if threading.current_thread() is not threading.main_thread():
        return []
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # macOS returns EPERM for a group of zombies
        pass


def find_leftover(pid_file: Path) -> psutil.Process | None:
    """Return the running process of a pid file, if it is still the one that was started."""
    record = read_json(pid_file)
    pid, args, born = record.get("pid"), record.get("args"), record.get("born")
    if not isinstance(pid, int) or not isinstance(args, list) or not isinstance(born, float):
        return None
    try:
        process = psutil.Process(pid)
        command = process.cmdline()
    except psutil.Error:
        return None
    # The pid may have been reused, even by the same program in another checkout. The first
    # arguments may differ (an interpreter before a script), so the last ones are compared.
    is_same_start = abs(_started_at(pid) - born) < MAX_CLOCK_CHANGE_SECONDS
    is_same_command = len(args) > 1 and command[1 - len(args) :] == args[1:]
    return process if is_same_start and is_same_command else None


def _started_at(pid: int) -> float:
    """Return the start time of a process, in seconds since 1970; 0 if it has ended."""
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.Error:
        return 0.0


def end_leftover(pid_file: Path, grace_seconds: float = 10.0) -> bool:
    """End the process that a killed parent left behind; tell whether there was one."""
    process = find_leftover(pid_file)
    if process is not None:
        try:
            process.terminate()
            process.wait(grace_seconds)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait(grace_seconds)
        except psutil.NoSuchProcess:
            pass
        _kill_group(process.pid)
    pid_file.unlink(missing_ok=True)
    return process is not None


def free_port(preferred: int = 0) -> int:
    """Return `preferred` if it is free on loopback, else a port that is free now."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise RuntimeError("There is no free port on 127.0.0.1.")


def port_is_free(port: int) -> bool:
    """Return whether a server could listen on this port of loopback."""
    return free_port(port) == port


def describe_port_holder(port: int) -> str:
    """Return the process that listens on a port, such as `python (pid 4242)`, if it is visible."""
    try:
        connections = psutil.net_connections(kind="tcp")
    except psutil.AccessDenied:  # macOS, without root
        return "another process"
    for connection in connections:
        if connection.status != psutil.CONN_LISTEN or not connection.laddr:
            continue
        if connection.laddr.port != port:
            continue
        if connection.pid is None:
            break
        try:
            name = psutil.Process(connection.pid).name()
        except psutil.Error:
            name = "a process"
        return f"{name} (pid {connection.pid})"
    return "another process"


def write_json(path: Path, value: Mapping[str, object]) -> None:
    """Replace a small file atomically. Only its owner can read it: it may contain a password."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(value, indent=2) + "\n")
    draft.replace(path)


def read_json(path: Path) -> dict[str, object]:
    """Return what `write_json` wrote; empty if the file is missing or damaged."""
    try:
        value = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
