"""`Site`: what `manage.py up` runs here: folders, ports, commands and their environment."""

import http.client
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError

from mysocial.dev.processes import (
    describe_port_holder,
    end_leftover,
    free_port,
    port_is_free,
    read_json,
    write_json,
)
from mysocial.dev.servers import RUNNING_FILE, Mongod, Server, Valkey
from mysocial.dev.supervisor import Log, Program, Supervisor

BASE_DIR = Path(__file__).resolve().parents[2]
BACKLOG = 511  # who may wait to be taken; the kernel may allow fewer


class StartError(CommandError):
    """A start that cannot be, with what to do about it."""


class DevRunner:
    """What runs here: the folders, the ports, the commands and their environment."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.data_dir: Path = settings.DATA_DIR
        self.run_dir = self.data_dir / "run"
        self.port: int = settings.PORT
        self.flower_port: int = settings.FLOWER_PORT
        self.env = os.environ | {
            "DATA_DIR": str(self.data_dir),
            "DEBUG": "1" if settings.DEBUG else "0",
            "DJANGO_SETTINGS_MODULE": "mysocial.settings",
            "PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
        }

    def servers(self) -> list[Server]:
        """The servers to start: none whose URL the environment gives."""
        ports = read_json(self.data_dir / "ports.json")
        servers: list[Server] = []
        if not os.environ.get("REDIS_URL"):
            valkey = Valkey(
                self.data_dir / "valkey",
                port=_remembered(ports, "valkey"),
                appendfsync=settings.REQUIRED_REDIS_CONFIG["appendfsync"],
                maxmemory=f"{settings.REDIS_MEMORY_MB}mb",
            )
            self.env["REDIS_URL"] = valkey.url
            servers.append(valkey)
        if not os.environ.get("MONGO_URL"):
            mongod = Mongod(self.data_dir / "mongo", port=_remembered(ports, "mongod"))
            self.env["MONGO_URL"] = mongod.url
            servers.append(mongod)
        chosen = {each.name: each.port for each in servers if isinstance(each, Valkey | Mongod)}
        write_json(self.data_dir / "ports.json", ports | chosen)
        return servers

    def program(
        self, name: str, *args: str, door: socket.socket | None = None, **extra: str
    ) -> Program:
        """A Python program of ours, run in the checkout; it inherits `door`, if there is one."""
        return Program(
            name,
            [sys.executable, *args],
            log=self.log,
            run_dir=self.run_dir,
            env=self.env | extra,
            cwd=BASE_DIR,
            pass_fds=() if door is None else (door.fileno(),),
        )

    def preparation(self) -> Program:
        """What runs to its end before anything serves."""
        return self.program("prepare", str(BASE_DIR / "manage.py"), "prepare")

    def web(self, door: socket.socket) -> list[Program]:
        """The processes of the one port of a checkout: HTTP and WebSockets, without a proxy.

        They are handed the socket that listens, so each connection goes to one that is free.
        """
        arguments = ("-m", "mysocial.realtime.server", "--fd", str(door.fileno()))
        names = _numbered("web", settings.WEB_PROCESSES)
        return [self.program(name, *arguments, door=door) for name in names]

    def services(self) -> list[tuple[Program, float]]:
        """What works behind it, each with the seconds it gets to end; the last is ended first."""
        celery = ("-m", "celery", "-A", "mysocial", "--quiet")
        queues = ",".join(settings.CELERY_QUEUE_NAMES)
        schedule = self.data_dir / "beat" / "schedule"
        schedule.parent.mkdir(parents=True, exist_ok=True)
        worker = ("worker", "--concurrency", "2", "-Q", queues)
        quiet = ("--without-gossip", "--without-mingle", "--loglevel", "INFO")
        beat = ("beat", "--schedule", str(schedule), "--pidfile=", "--loglevel", "WARNING")
        services = [
            *(
                (self.program(name, *celery, *worker, "-n", f"{name}@%h", *quiet), 8.0)
                for name in _numbered("worker", settings.WORKER_PROCESSES)
            ),
            (self.program("beat", *celery, *beat), 3.0),
        ]
        if settings.FLOWER_USER and settings.FLOWER_PASSWORD:
            services.insert(0, (self._flower(*celery), 3.0))
        return services

    def _flower(self, *celery: str) -> Program:
        database = self.data_dir / "flower" / "flower"
        database.parent.mkdir(parents=True, exist_ok=True)
        listen = ("--address=127.0.0.1", f"--port={self.flower_port}")
        keep = ("--persistent=True", f"--db={database}", "--state-save-interval=30000")
        # By the environment: arguments are seen by every user of the machine.
        login = f"{settings.FLOWER_USER}:{settings.FLOWER_PASSWORD}"
        arguments = (*celery, "flower", *listen, *keep, "--logging=warning")
        return self.program("flower", *arguments, FLOWER_BASIC_AUTH=login)

    def end_leftovers(self) -> None:
        """End what an `up` that was killed left running."""
        programs, servers = self.run_dir.glob("*.pid.json"), self.data_dir.glob("*/*.pid.json")
        for pid_file in [*programs, *servers]:
            if end_leftover(pid_file):
                self.log.line("up", f"ended a leftover {pid_file.name.removesuffix('.pid.json')}")

    @contextmanager
    def listening_socket(self) -> Iterator[socket.socket]:
        """The socket that the web processes serve; Refusal if someone else listens where we are to.

        It is ours, not theirs: while one of them is started again, nobody is refused.
        """
        if not port_is_free(self.flower_port):
            raise _port_taken("FLOWER_PORT", self.flower_port)
        with socket.socket() as door:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                door.bind(("127.0.0.1", self.port))
                door.listen(BACKLOG)
            except OSError:
                raise _port_taken("PORT", self.port) from None
            yield door

    def remember(self, supervisor: Supervisor) -> None:
        """Tell other shells of this checkout what runs (`running_urls`, `manage.py status`)."""
        write_json(
            self.data_dir / RUNNING_FILE,
            {
                "pid": os.getpid(),
                "port": self.port,
                "flower_port": self.flower_port,
                "redis_url": self.env["REDIS_URL"],
                "mongo_url": self.env["MONGO_URL"],
                "pids": supervisor.pids,
            },
        )

    def answers(self) -> bool:
        """Whether the web server says that it lives."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            # As a proxy would ask: with DEBUG off, plain HTTP is redirected.
            headers = {"Host": f"localhost:{self.port}", "X-Forwarded-Proto": "https"}
            connection.request("GET", "/health/live", headers=headers)
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def _port_taken(variable: str, port: int) -> StartError:
    return StartError(
        f"Port {port} is taken by {describe_port_holder(port)}. "
        f"End it, or choose another: {variable}={port + 10} make up"
    )


def _numbered(name: str, count: int) -> list[str]:
    """Return the names of several processes of a kind: `web`, `web-2`, …"""
    return [name, *(f"{name}-{number}" for number in range(2, count + 1))]


def _remembered(ports: dict[str, object], name: str) -> int:
    port = ports.get(name)
    return free_port(port if isinstance(port, int) else 0)
