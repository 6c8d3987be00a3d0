"""`manage.py up`: run the whole site on this machine until Ctrl-C."""

import fcntl
import socket
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

from mysocial.dev.binaries import ServerError
from mysocial.dev.processes import read_json
from mysocial.dev.runner import DevRunner, StartError
from mysocial.dev.servers import RUNNING_FILE
from mysocial.dev.supervisor import TICK_SECONDS, Log, Supervisor

HEAD_START_SECONDS = 20.0
SERVER_GRACE_SECONDS = 10.0


@contextmanager
def _only_one(data_dir: Path) -> Iterator[None]:
    """Hold the lock of the folder; the kernel releases it if this process is killed.

    Raises:
        StartError: Another process holds it.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            state = read_json(data_dir / RUNNING_FILE)
            where = f"http://localhost:{state.get('port')}/, pid {state.get('pid')}"
            raise StartError(f"MySocial is already running in this checkout: {where}.") from None
        try:
            yield
        finally:
            (data_dir / RUNNING_FILE).unlink(missing_ok=True)


class Command(BaseCommand):
    """Start all processes, show their URLs, keep them running, and stop them."""

    help = (
        "Run everything on this machine until Ctrl-C: Valkey and mongod (unless REDIS_URL, "
        "MONGO_URL are set), web, worker, media, beat and Flower. Data is kept in DATA_DIR."
    )
    requires_system_checks = ()  # some of them need servers that are not running yet

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Run until a signal.

        Raises:
            CommandError: It cannot start.
        """
        runner = DevRunner(Log())
        try:
            with _only_one(runner.data_dir):
                runner.end_leftovers()
                with runner.listening_socket() as listener, Supervisor(runner.log) as supervisor:
                    if self._start(runner, supervisor, listener):
                        self._keep(runner, supervisor)
        except ServerError as error:
            raise CommandError(str(error)) from error

    def _start(self, runner: DevRunner, supervisor: Supervisor, listener: socket.socket) -> bool:
        """Start the servers, prepare the data, start the site; return False after a signal."""
        for server in runner.servers():
            runner.log.line("up", f"starting {server.name}")
            supervisor.start(server, grace_seconds=SERVER_GRACE_SECONDS)
            if supervisor.stopping.is_set():
                return False
        runner.write_state(supervisor)
        code = supervisor.run(runner.preparation())
        if code is None:
            return False
        if code:
            raise CommandError(f"`prepare` failed with code {code}; see its output above.")
        for web in runner.web(listener):
            supervisor.start(web, grace_seconds=4.0, stop_rank=2)
        return True

    def _keep(self, runner: DevRunner, supervisor: Supervisor) -> None:
        """Keep all processes running; once the site responds, show the panel and start the workers.

        The site comes first because the user waits for it, and the machine may have few cores.
        """
        runner.write_state(supervisor)
        pids, is_up, services = supervisor.pids, False, runner.services()
        deadline = time.monotonic() + HEAD_START_SECONDS
        while not supervisor.stopping.wait(TICK_SECONDS):
            supervisor.check()
            if not is_up and runner.responds():
                is_up = True
                Console().print(_panel(runner))
            is_late = time.monotonic() > deadline
            if services and is_late:
                runner.log.line("up", "the site does not respond yet; see the output of `web`")
            if services and (is_up or is_late):
                for service, grace_seconds in services:
                    supervisor.start(service, grace_seconds=grace_seconds, stop_rank=1)
                services = []
            if pids != supervisor.pids:
                pids = supervisor.pids
                runner.write_state(supervisor)


def _panel(runner: DevRunner) -> Panel:
    home = f"http://localhost:{runner.port}"
    rows = [
        ("Site", f"{home}/"),
        ("API explorer", f"{home}/api/docs"),
        ("OpenAPI", f"{home}/api/schema"),
        ("Admin", f"{home}/{settings.ADMIN_PATH}/"),
        ("E-mails sent", f"{home}/devtools/emails/"),
        ("Health", f"{home}/health/ready"),
    ]
    if settings.FLOWER_USER and settings.FLOWER_PASSWORD:
        rows.insert(5, ("Queues (Flower)", f"http://localhost:{runner.flower_port}/"))
        rows.append(("Flower login", _login(settings.FLOWER_USER, settings.FLOWER_PASSWORD)))
    if settings.DEBUG:
        demo = settings.DEMO_LOGINS
        rows += [(f"Log in, {role}", _login(name, password)) for name, password, role in demo]
    rows.append(("Data", str(runner.data_dir)))
    rows.append(("Stop", "Ctrl-C (data is kept); status: manage.py status"))
    table = Table.grid(padding=(0, 2))
    for name, value in rows:
        table.add_row(f"[bold]{name}[/bold]", value)
    return Panel(table, title="MySocial is running", box=box.ROUNDED, expand=False)


def _login(name: str, password: str) -> str:
    # The password may contain rich's markup.
    return f"{escape(name)} / {escape(password)}"
