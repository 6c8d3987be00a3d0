"""The processes that `manage.py up` runs: their folders, ports, commands and environment."""

import http.client
import os
import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError

from mysocial.core.shared_metrics import FOLDER_VARIABLE
from mysocial.dev.processes import (
    describe_port_holder,
    end_leftover,
    free_port,
    port_is_free,
    read_json,
    write_json,
)
from mysocial.dev.servers import RUNNING_FILE, Mongod, Valkey
from mysocial.dev.supervisor import Log, Program, Supervisor
from mysocial.env import is_set
from mysocial.extra_apps import python_path
from mysocial.management.reachability import up_command

CELERY = ("-m", "celery", "-A", "mysocial", "--quiet")
GRACE_SECONDS = 3.0  # for a process to end
WORKER_GRACE_SECONDS = 8.0  # for a worker, which first completes its tasks
BACKLOG = 511  # connections that wait to be accepted; the kernel may allow fewer


class StartError(CommandError):
    """`up` cannot start; the message says what to do."""


class DevRunner:
    """The folders, ports, commands and environment of the processes of a checkout."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.data_dir: Path = settings.DATA_DIR
        self.run_dir = self.data_dir / "run"
        self.port: int = settings.PORT
        self.flower_port: int = settings.FLOWER_PORT
        # Web processes and workers have one `/metrics` page.
        self.shared_metrics = {FOLDER_VARIABLE: str(self.data_dir / "metrics")}
        self.env = os.environ | {
            "DATA_DIR": str(self.data_dir),
            "DEBUG": "1" if settings.DEBUG else "0",
            "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "mysocial.settings"),
            "PORT": str(self.port),
            "PYTHONPATH": python_path(),
            "PYTHONUNBUFFERED": "1",
        }

    def servers(self) -> list[Valkey | Mongod]:
        """Return the servers to start: not those whose URL is set in the environment."""
        ports = read_json(self.data_dir / "ports.json")
        servers: list[Valkey | Mongod] = []
        if not is_set("REDIS_URL"):
            valkey = Valkey(
                self.data_dir / "valkey",
                port=_previous_port(ports, "valkey"),
                appendfsync=settings.REQUIRED_REDIS_CONFIG["appendfsync"],
                maxmemory=f"{settings.REDIS_MEMORY_MB}mb",
            )
            self.env["REDIS_URL"] = valkey.url
            servers.append(valkey)
        if not is_set("MONGO_URL"):
            mongod = Mongod(self.data_dir / "mongo", port=_previous_port(ports, "mongod"))
            self.env["MONGO_URL"] = mongod.url
            servers.append(mongod)
        chosen = {server.name: server.port for server in servers}
        write_json(self.data_dir / "ports.json", ports | chosen)
        return servers

    def program(
        self, name: str, *args: str, listener: socket.socket | None = None, **extra: str
    ) -> Program:
        """Return a Python program that runs in the checkout.

        Args:
            name: Its name in the log.
            args: The arguments of the interpreter.
            listener: A listening socket that the program inherits.
            extra: Additional environment variables.
        """
        return Program(
            name,
            [sys.executable, *args],
            log=self.log,
            run_dir=self.run_dir,
            env=self.env | extra,
            # An installed package is found from anywhere; relative paths of settings are not.
            cwd=settings.BASE_DIR if settings.IN_CHECKOUT else Path.cwd(),
            pass_fds=() if listener is None else (listener.fileno(),),
        )

    def preparation(self) -> Program:
        """Return the program that prepares the data before the site serves."""
        return self.program("prepare", "-m", "mysocial", "prepare")

    def web(self, listener: socket.socket) -> list[Program]:
        """Return the web processes, which serve HTTP and WebSockets on one port without a proxy.

        They inherit one listening socket, so a connection is accepted by a process that is free.
        """
        arguments = ("-m", "mysocial.realtime.server", "--fd", str(listener.fileno()))
        names = _numbered("web", settings.WEB_PROCESSES)
        return [
            self.program(name, *arguments, listener=listener, **self.shared_metrics)
            for name in names
        ]

    def services(self) -> list[tuple[Program, float]]:
        """Return the background services with their grace periods, in seconds.

        They are stopped in reverse order.
        """
        media_workers = settings.MEDIA_WORKER_PROCESSES
        # Without media workers, the other workers also serve the media queue.
        excluded = ("-X", settings.MEDIA_QUEUE) if media_workers > 0 else ()
        services: list[tuple[Program, float]] = []
        if settings.FLOWER_USER and settings.FLOWER_PASSWORD:
            services.append((self._flower(), GRACE_SECONDS))
        services += self._workers("worker", settings.WORKER_PROCESSES, *excluded)
        services += self._workers("media", media_workers, "-Q", settings.MEDIA_QUEUE)
        services.append((self._beat(), GRACE_SECONDS))
        return services

    def _workers(self, role: str, count: int, *queues: str) -> list[tuple[Program, float]]:
        """Return `count` workers with their grace periods."""
        return [
            (self._worker(name, *queues), WORKER_GRACE_SECONDS) for name in _numbered(role, count)
        ]

    def _beat(self) -> Program:
        schedule = self.data_dir / "beat" / "schedule"
        schedule.parent.mkdir(parents=True, exist_ok=True)
        options = ("--schedule", str(schedule), "--pidfile=", "--loglevel", "WARNING")
        return self.program("beat", *CELERY, "beat", *options)

    def _worker(self, name: str, *queues: str) -> Program:
        options = ("--concurrency", "2", "--without-gossip", "--without-mingle")
        arguments = (*options, "--loglevel", "INFO", *queues, "-n", f"{name}@%h")
        shared = self.shared_metrics
        return self.program(name, *CELERY, "worker", *arguments, listener=None, **shared)

    def _flower(self) -> Program:
        database = self.data_dir / "flower" / "flower"
        database.parent.mkdir(parents=True, exist_ok=True)
        listen = ("--address=127.0.0.1", f"--port={self.flower_port}")
        keep = ("--persistent=True", f"--db={database}", "--state-save-interval=30000")
        # In the environment, because all users of the machine can see the arguments.
        login = f"{settings.FLOWER_USER}:{settings.FLOWER_PASSWORD}"
        arguments = ("-m", "mysocial.dev.flower", *listen, *keep, "--logging=warning")
        return self.program("flower", *arguments, FLOWER_BASIC_AUTH=login)

    def end_leftovers(self) -> None:
        """End the processes that a killed `up` left behind, and delete what they counted."""
        programs, servers = self.run_dir.glob("*.pid.json"), self.data_dir.glob("*/*.pid.json")
        for pid_file in [*programs, *servers]:
            if end_leftover(pid_file):
                self.log.line("up", f"ended a leftover {pid_file.name.removesuffix('.pid.json')}")
        folder = Path(self.shared_metrics[FOLDER_VARIABLE])
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)

    def check_flower_port(self) -> None:
        """Check that the port of Flower is free.

        Raises:
            StartError: It is in use.
        """
        if not port_is_free(self.flower_port):
            raise _port_taken("FLOWER_PORT", self.flower_port)

    @contextmanager
    def listening_socket(self) -> Iterator[socket.socket]:
        """Yield the listening socket of the web processes.

        `up` owns it, so no connection is refused while a web process restarts.

        Raises:
            StartError: The port, or Flower's, is in use.
        """
        self.check_flower_port()
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind(("127.0.0.1", self.port))
                listener.listen(BACKLOG)
            except OSError:
                raise _port_taken("PORT", self.port) from None
            yield listener

    def write_state(self, supervisor: Supervisor) -> None:
        """Write down what runs, for `running_urls` and `manage.py status` in other shells."""
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

    def responds(self) -> bool:
        """Return whether the web server responds to a liveness probe."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            # Like a proxy, because without DEBUG plain HTTP is redirected.
            headers = {"Host": f"localhost:{self.port}", "X-Forwarded-Proto": "https"}
            connection.request("GET", "/health/live", headers=headers)
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def _port_taken(variable: str, port: int) -> StartError:
    return StartError(
        f"Port {port} is in use by {describe_port_holder(port)}. "
        f"End it, or choose another port: {variable}={port + 10} {up_command()}"
    )


def _numbered(name: str, count: int) -> list[str]:
    """Return the names of `count` processes: `web`, `web-2`, …"""
    return [name, *(f"{name}-{number}" for number in range(2, count + 1))][:count]


def _previous_port(ports: dict[str, object], name: str) -> int:
    port = ports.get(name)
    return free_port(port if isinstance(port, int) else 0)
