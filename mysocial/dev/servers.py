"""The embedded servers, Valkey and mongod, from wheels: for `manage.py up` and for the tests.

The settings import `running_urls`, so this module imports no database driver until a mongod is
started. In production, none of these servers is used.
"""

import os
import signal
import socket
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Self

from mysocial.dev.binaries import ServerError, find_mongod, find_valkey, mongod_environment
from mysocial.dev.processes import POLL_SECONDS, Child, free_port, read_json

if TYPE_CHECKING:
    from pymongo import MongoClient

READY_TIMEOUT_SECONDS = 30.0
LOG_LIMIT = 8 * 1024 * 1024
SOCKET_PATH_LIMIT = 100  # sun_path: 108 bytes on Linux, 104 on macOS
REPLICA_SET = "rs0"
RUNNING_FILE = "running.json"


def running_urls(data_dir: Path) -> dict[str, str]:
    """Return `redis_url` and `mongo_url` of the `up` that runs in this checkout, if one does."""
    state = read_json(data_dir / RUNNING_FILE)
    pid = state.get("pid")
    if not isinstance(pid, int) or not _exists(pid):
        return {}
    urls = {name: state.get(name) for name in ("redis_url", "mongo_url")}
    return {name: url for name, url in urls.items() if isinstance(url, str)}


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError as error:
        return isinstance(error, PermissionError)  # it exists, but belongs to another user
    return True


class Server(ABC):
    """A server with its own data folder, which keeps acknowledged writes over any restart.

    Only one server may use the folder at a time.
    """

    name: ClassVar[str]

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._child: Child | None = None

    @property
    @abstractmethod
    def url(self) -> str:
        """The URL for clients, which stays the same after a restart."""

    @abstractmethod
    def _command(self) -> list[str]: ...

    @abstractmethod
    def _ready(self) -> bool: ...

    def _environment(self) -> dict[str, str] | None:
        return None

    @property
    def log_file(self) -> Path:
        """The file with its output, over restarts."""
        return self.folder / f"{self.name}.log"

    @property
    def pid(self) -> int | None:
        """The pid while it runs, else None."""
        return None if self._child is None else self._child.pid

    @property
    def exit_code(self) -> int | None:
        """The exit code of the last process; None while it runs."""
        return None if self._child is None else self._child.exit_code

    def start(self, timeout: float = READY_TIMEOUT_SECONDS) -> Self:
        """Start it and wait until it responds.

        A server that a killed owner of the folder left running is ended first.

        Raises:
            ServerError: It does not respond; the message has its last log lines.
        """
        if self.alive():
            return self
        self.folder.mkdir(parents=True, exist_ok=True)
        self._child = Child(
            self._command(),
            pid_file=self.folder / f"{self.name}.pid.json",
            env=self._environment(),
        )
        if self.log_file.exists() and self.log_file.stat().st_size > LOG_LIMIT:
            self.log_file.replace(self.log_file.with_suffix(".log.1"))
        with self.log_file.open("ab") as log:
            self._child.start(log)
        try:
            self._wait_until_ready(timeout)
        except BaseException:
            self.kill()
            raise
        return self

    def _wait_until_ready(self, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        while not self._ready():
            if not self.alive():
                raise ServerError(f"{self.name} ended, code {self.exit_code}.{self._tail()}")
            if time.monotonic() > deadline:
                raise ServerError(f"{self.name} is not ready after {timeout:g} s.{self._tail()}")
            time.sleep(POLL_SECONDS)

    def _tail(self, lines: int = 5) -> str:
        try:
            with self.log_file.open("rb") as log:
                log.seek(max(0, log.seek(0, os.SEEK_END) - 16384))
                last = log.read().decode(errors="replace").splitlines()[-lines:]
        except OSError:
            last = []
        quoted = "".join(f"\n  {line[:400]}" for line in last) or "\n  (nothing)"
        return f" The end of {self.log_file}:{quoted}"

    def alive(self) -> bool:
        """Return whether its process runs; it may still be starting."""
        return self._child is not None and self._child.alive()

    def stop(self, grace_seconds: float = 10.0) -> None:
        """Shut it down, or kill it after `grace_seconds`. Do nothing if it is down."""
        if self._child is not None:
            self._child.stop(grace_seconds)

    def kill(self) -> None:
        """Send SIGKILL, like a crash; return when the process has ended."""
        if self._child is not None:
            self._child.kill()

    def pause(self) -> None:
        """Send SIGSTOP: it keeps its connections open but does not respond."""
        if self._child is not None:
            self._child.pause()

    def resume(self) -> None:
        """Send SIGCONT, after `pause`."""
        if self._child is not None:
            self._child.signal(signal.SIGCONT)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


class Valkey(Server):
    """Valkey (a Redis) that syncs every write to disk, unless `appendfsync` says otherwise.

    It listens on a unix socket if `socket_path` is given, else on a loopback port.
    """

    name = "valkey"

    def __init__(  # noqa: PLR0913 - what tests and `up` configure
        self,
        folder: Path,
        *,
        port: int | None = None,
        socket_path: Path | None = None,
        appendfsync: str = "always",
        maxmemory: str = "256mb",
        options: Sequence[str] = (),
    ) -> None:
        super().__init__(folder)
        if socket_path is not None and len(os.fsencode(socket_path)) > SOCKET_PATH_LIMIT:
            raise ServerError(f"{socket_path} is too long for a unix socket: use a shorter path")
        self.socket_path = socket_path
        self.port = 0 if socket_path else port or free_port()
        self._settings = {
            "dir": str(self.folder),
            "port": str(self.port),
            "bind": "127.0.0.1",
            "daemonize": "no",
            "set-proc-title": "no",  # its arguments stay visible, to identify it
            "save": "",
            "appendonly": "yes",
            "appendfsync": appendfsync,
            "no-appendfsync-on-rewrite": "no",
            "maxmemory": maxmemory,
            "maxmemory-policy": "volatile-lfu",
        }
        if socket_path:
            self._settings |= {"unixsocket": str(socket_path), "unixsocketperm": "700"}
        self._options = list(options)

    @property
    def url(self) -> str:
        """The URL: `unix://…?db=0` or `redis://127.0.0.1:port/0`."""
        if self.socket_path:
            return f"unix://{self.socket_path}?db=0"
        return f"redis://127.0.0.1:{self.port}/0"

    def _command(self) -> list[str]:
        settings = [part for key, value in self._settings.items() for part in (f"--{key}", value)]
        return [str(find_valkey()), *settings, *self._options]

    def _ready(self) -> bool:
        family = socket.AF_UNIX if self.socket_path else socket.AF_INET
        address = str(self.socket_path) if self.socket_path else ("127.0.0.1", self.port)
        try:
            with socket.socket(family) as client:
                client.settimeout(1)
                client.connect(address)
                client.sendall(b"PING\r\n")
                return client.recv(64).startswith(b"+PONG")  # "-LOADING" while it loads its file
        except OSError:
            return False


class Mongod(Server):
    """mongod on a loopback port, as a replica set of one member, which transactions need."""

    name = "mongod"

    def __init__(
        self,
        folder: Path,
        *,
        port: int | None = None,
        database: str = "mysocial",
        cache_gb: float = 0.25,
        options: Sequence[str] = (),
    ) -> None:
        super().__init__(folder)
        self.port = port or free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.database = database
        self._cache_gb = cache_gb
        self._options = list(options)

    @property
    def url(self) -> str:
        """The URL: `mongodb://127.0.0.1:port/<database>?replicaSet=rs0`."""
        return f"mongodb://{self.address}/{self.database}?replicaSet={REPLICA_SET}"

    def _command(self) -> list[str]:
        data = self.folder / "data"
        data.mkdir(exist_ok=True)
        cache = ["--wiredTigerCacheSizeGB", f"{self._cache_gb:g}", "--oplogSize", "128"]
        listen = ["--bind_ip", "127.0.0.1", "--port", str(self.port), "--nounixsocket"]
        # Queries must not run scripts. The only member of a set needs no quiet period to shut down.
        quiet = ["--quiet", "--noscripting", "--setParameter", "diagnosticDataCollectionEnabled=0"]
        quick = ["--setParameter", "shutdownTimeoutMillisForSignaledShutdown=100"]
        place = ["--dbpath", str(data), "--replSet", REPLICA_SET]
        return [str(find_mongod()), *place, *listen, *cache, *quiet, *quick, *self._options]

    def _environment(self) -> dict[str, str]:
        return mongod_environment(find_mongod(), self.folder / "lib")

    def _ready(self) -> bool:
        # Not at module level: settings import this module in processes that start no server.
        from pymongo import MongoClient  # noqa: PLC0415
        from pymongo.errors import PyMongoError  # noqa: PLC0415

        address = f"mongodb://{self.address}/?directConnection=true&serverSelectionTimeoutMS=500"
        try:
            with MongoClient[dict[str, Any]](address) as client:
                hello = client.admin.command("hello")
                if hello.get("isWritablePrimary") and self.address in hello.get("hosts", ()):
                    return True
                self._configure_replica_set(client)
        except PyMongoError:
            pass  # not listening yet, or reconfigured for another port and electing: try again
        return False

    def _configure_replica_set(self, client: "MongoClient[dict[str, Any]]") -> None:
        """Make this mongod, with its current port, the only member of the set."""
        member = {"_id": 0, "host": self.address}
        config = client.local["system.replset"].find_one()
        if config is None:
            client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": [member]})
        elif [existing["host"] for existing in config["members"]] != [self.address]:
            # The folder was used with a different port.
            config |= {"members": [member], "version": config["version"] + 1}
            client.admin.command("replSetReconfig", config, force=True)
