"""Processes of ours: started in their own session, found again and ended by their own pid."""

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

POLL = 0.05
CLOCK_CHANGE = 5.0  # seconds; the kernel counts from its start, which moves when the clock is set


class Child:
    """One process, in a session of its own so that we, not the terminal, decide when it ends.

    A pid file remembers it: the next start ends what a killed parent left behind.
    Where `setpriv` exists (Linux) the kernel ends it as soon as its parent dies.
    It inherits `pass_fds`, under the same numbers, and no other file of ours.
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
        """The pid while it runs, else None."""
        return self._process.pid if self._process is not None and self.alive() else None

    def pause(self) -> None:
        """SIGSTOP, and wait until it has stopped; nothing when it does not run."""
        if self.pid is None:
            return
        process = psutil.Process(self.pid)
        self.signal(signal.SIGSTOP)
        # The signal stops one thread after the other: another one may still be answering.
        while process.status() != psutil.STATUS_STOPPED:
            time.sleep(0.001)
        time.sleep(0.01)

    @property
    def exit_code(self) -> int | None:
        """How it ended (negative: by that signal), None while it runs or before its start."""
        return None if self._process is None or not self._ended() else self._process.returncode

    def start(self, output: int | IO[bytes] = subprocess.DEVNULL) -> IO[bytes] | None:
        """Start it with stdout and stderr to `output`; return the pipe when that is PIPE.

        RuntimeError if it runs already; OSError if the program cannot be run.
        """
        if self.alive():
            raise RuntimeError(f"{self.args[0]} is running already, as pid {self.pid}")
        end_leftover(self.pid_file)
        self._process = subprocess.Popen(
            [*_dies_with_parent(), *self.args],
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
            self.kill()  # a full disk: nobody would find it again
            raise
        return self._process.stdout

    def alive(self) -> bool:
        """Whether it runs now."""
        return self._process is not None and not self._ended()

    def _ended(self, timeout: float = 0.0) -> bool:
        """Whether it ended, within `timeout`; if so, what it started is ended too."""
        process = self._process
        if process is None or process.returncode is not None:
            return True
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            return False
        # A Celery pool, say, outlives a master that crashed. At once: until its zombie was
        # reaped, just now, nobody else could be given the number.
        _kill_group(process.pid)
        try:
            self.pid_file.unlink(missing_ok=True)
        except OSError:
            pass  # its disk is gone or read-only; the next start looks whose pid it is
        return True

    def signal(self, number: int) -> None:
        """Send it a signal; nothing happens if it has ended."""
        if self._process is not None:
            self._process.send_signal(number)  # Popen checks that the pid is still its own

    def stop(self, grace: float = 10.0) -> None:
        """Ask it to end, wait `grace` seconds, then kill it and all that it started."""
        if self.alive():
            self.signal(signal.SIGTERM)
        if not self._ended(grace):
            self.kill()

    def kill(self) -> None:
        """SIGKILL for it and for all that it started; returns when it is gone."""
        if self._process is not None and self.alive():
            _kill_group(self._process.pid)
            self._ended(timeout=60.0)


def _dies_with_parent() -> list[str]:
    """A prefix that asks the kernel for SIGTERM when the parent dies; empty where there is none.

    The kernel means the parent's *thread*, so only the main one, which lives as long as
    the process, may ask. `setpriv` execs the program: the pid stays the same.
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
    except (ProcessLookupError, PermissionError):  # macOS says EPERM for a group of zombies
        pass


def find_leftover(pid_file: Path) -> psutil.Process | None:
    """The live process that a pid file tells of, if it is still the one we started."""
    record = read_json(pid_file)
    pid, args, born = record.get("pid"), record.get("args"), record.get("born")
    if not isinstance(pid, int) or not isinstance(args, list) or not isinstance(born, float):
        return None
    try:
        process = psutil.Process(pid)
        found = process.cmdline()
    except psutil.Error:
        return None
    # The pid may be anyone's by now, also a program's like ours in another checkout. The first
    # arguments differ (an interpreter before a script), so the ends are compared.
    is_ours = abs(_started_at(pid) - born) < CLOCK_CHANGE and found[1 - len(args) :] == args[1:]
    return process if len(args) > 1 and is_ours else None


def _started_at(pid: int) -> float:
    """When a process was started, by the clock; 0 for one that is gone already."""
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.Error:
        return 0.0


def end_leftover(pid_file: Path, grace: float = 10.0) -> bool:
    """End the process that a killed parent left behind; True if there was one."""
    process = find_leftover(pid_file)
    if process is not None:
        try:
            process.terminate()
            process.wait(grace)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait(grace)
        except psutil.NoSuchProcess:
            pass
        _kill_group(process.pid)
    pid_file.unlink(missing_ok=True)
    return process is not None


def free_port(preferred: int = 0) -> int:
    """`preferred` if nobody listens there on loopback, else a port that is free now."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise RuntimeError("no free port on 127.0.0.1")


def port_is_free(port: int) -> bool:
    """Whether a server could listen on this port of loopback."""
    return free_port(port) == port


def describe_port_holder(port: int) -> str:
    """Who listens on a port, as `python (pid 4242)`; `another process` if it may not be seen."""
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
    """Replace a small file at once, readable by its owner only (it may hold a password)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(value, indent=2) + "\n")
    draft.replace(path)


def read_json(path: Path) -> dict[str, object]:
    """What `write_json` wrote; empty when the file is missing or damaged."""
    try:
        value = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
