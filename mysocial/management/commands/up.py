"""`manage.py up`: everything, on this machine, until Ctrl-C."""

import fcntl
import http.client
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from mysocial.processes import (
    describe_port_holder,
    end_leftover,
    free_port,
    port_is_free,
    read_json,
    write_json,
)
from mysocial.servers import RUNNING_FILE, Mongod, Server, ServerError, Valkey
from mysocial.supervisor import TICK, Log, Program, Supervisor

BASE_DIR = Path(__file__).resolve().parents[3]
HEAD_START = 20.0
SERVER_GRACE = 10.0


class Refusal(CommandError):
    """A start that cannot be, with what to do about it."""


class _Site:
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
                appendfsync=settings.REDIS_PROMISES["appendfsync"],
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

    def program(self, name: str, *args: str, **extra: str) -> Program:
        """A Python program of ours, run in the checkout."""
        return Program(
            name,
            [sys.executable, *args],
            log=self.log,
            run_dir=self.run_dir,
            env=self.env | extra,
            cwd=BASE_DIR,
        )

    def preparation(self) -> Program:
        """What runs to its end before anything serves."""
        return self.program("prepare", str(BASE_DIR / "manage.py"), "prepare")

    def web(self) -> Program:
        """The one port of a checkout: HTTP and WebSockets, without a proxy."""
        return self.program("web", "-m", "mysocial.serve", "--port", str(self.port))

    def services(self) -> list[tuple[Program, float]]:
        """What works behind it, each with the seconds it gets to end; the last is ended first."""
        celery = ("-m", "celery", "-A", "mysocial")
        queues = ",".join(settings.CELERY_QUEUE_NAMES)
        schedule = self.data_dir / "beat" / "schedule"
        schedule.parent.mkdir(parents=True, exist_ok=True)
        worker = ("worker", "--concurrency", "2", "-n", "worker@%h", "-Q", queues)
        quiet = ("--without-gossip", "--without-mingle", "--loglevel", "INFO")
        beat = ("beat", "--schedule", str(schedule), "--pidfile=", "--loglevel", "WARNING")
        services = [
            (self.program("worker", *celery, *worker, *quiet), 8.0),
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

    def refuse_taken_ports(self) -> None:
        """Refusal if someone else listens where we are to."""
        for variable, port in (("PORT", self.port), ("FLOWER_PORT", self.flower_port)):
            if not port_is_free(port):
                raise Refusal(
                    f"Port {port} is taken by {describe_port_holder(port)}. "
                    f"End it, or choose another: {variable}={port + 10} make up"
                )

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


def _remembered(ports: dict[str, object], name: str) -> int:
    port = ports.get(name)
    return free_port(port if isinstance(port, int) else 0)


@contextmanager
def _only_one(data_dir: Path) -> Iterator[None]:
    """Hold the folder's lock (the kernel frees it if we are killed); Refusal if another has it."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            state = read_json(data_dir / RUNNING_FILE)
            where = f"http://localhost:{state.get('port')}/, pid {state.get('pid')}"
            raise Refusal(f"It runs already in this checkout: {where}.") from None
        try:
            yield
        finally:
            (data_dir / RUNNING_FILE).unlink(missing_ok=True)


class Command(BaseCommand):
    """Start it all, show where it is, keep it running, end it all."""

    help = (
        "Run everything on this machine until Ctrl-C: Valkey and mongod (unless REDIS_URL, "
        "MONGO_URL are set), web, worker, beat and Flower. Data is kept in DATA_DIR."
    )
    requires_system_checks = ()  # some of them ask servers that do not run yet

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Return after an orderly end; CommandError if it cannot start."""
        site = _Site(Log())
        try:
            with _only_one(site.data_dir):
                site.end_leftovers()
                site.refuse_taken_ports()
                with Supervisor(site.log) as supervisor:
                    if self._start(site, supervisor):
                        self._keep(site, supervisor)
        except ServerError as error:
            raise CommandError(str(error)) from error

    def _start(self, site: _Site, supervisor: Supervisor) -> bool:
        """Start servers, prepare the data, start the web server; False if we were told to stop."""
        for server in site.servers():
            site.log.line("up", f"starting {server.name}")
            supervisor.start(server, grace=SERVER_GRACE)
            if supervisor.stopping.is_set():
                return False
        site.remember(supervisor)
        code = supervisor.run(site.preparation())
        if code is None:
            return False
        if code:
            raise CommandError(f"`prepare` failed with code {code}: its lines above say why.")
        supervisor.start(site.web(), grace=4.0, rank=2)
        return True

    def _keep(self, site: _Site, supervisor: Supervisor) -> None:
        """Keep all running; show the panel once the site answers, then start what works behind.

        In this order because the site is what one waits for, and two cores start one at a time.
        """
        site.remember(supervisor)
        known, answered, behind = supervisor.pids, False, site.services()
        late = time.monotonic() + HEAD_START
        while not supervisor.stopping.wait(TICK):
            supervisor.check()
            if not answered and site.answers():
                answered = True
                Console().print(_panel(site))
            if behind and time.monotonic() > late:
                site.log.line("up", "the site does not answer yet: the lines of `web` say why")
            if behind and (answered or time.monotonic() > late):
                for service, grace in behind:
                    supervisor.start(service, grace=grace, rank=1)
                behind = []
            if known != supervisor.pids:
                known = supervisor.pids
                site.remember(supervisor)


def _panel(site: _Site) -> Panel:
    home = f"http://localhost:{site.port}"
    rows = [
        ("Site", f"{home}/"),
        ("API, to try", f"{home}/api/docs"),
        ("OpenAPI", f"{home}/api/schema"),
        ("Admin", f"{home}/admin/"),
        ("E-mails sent", f"{home}/devtools/emails/"),
        ("Health", f"{home}/health/ready"),
    ]
    if settings.FLOWER_USER and settings.FLOWER_PASSWORD:
        rows.insert(5, ("Queues (Flower)", f"http://localhost:{site.flower_port}/"))
        rows.append(("Flower login", _login(settings.FLOWER_USER, settings.FLOWER_PASSWORD)))
    if settings.DEBUG:
        demo = settings.DEMO_LOGINS
        rows += [(f"Log in, {role}", _login(name, password)) for name, password, role in demo]
    rows.append(("Data", str(site.data_dir)))
    rows.append(("Stop", "Ctrl-C (data stays); state: manage.py status"))
    table = Table.grid(padding=(0, 2))
    for name, value in rows:
        table.add_row(f"[bold]{name}[/bold]", value)
    return Panel(table, title="MySocial is running", box=box.ROUNDED, expand=False)


def _login(name: str, password: str) -> str:
    # The password may hold what rich would read as markup.
    return f"{escape(name)} / {escape(password)}"
