"""`manage.py up`: everything, on this machine, until Ctrl-C."""

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

from mysocial.dev.processes import read_json
from mysocial.dev.runner import DevRunner, StartError
from mysocial.dev.servers import RUNNING_FILE, ServerError
from mysocial.dev.supervisor import TICK, Log, Supervisor

HEAD_START = 20.0
SERVER_GRACE = 10.0


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
            raise StartError(f"It runs already in this checkout: {where}.") from None
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
        site = DevRunner(Log())
        try:
            with _only_one(site.data_dir):
                site.end_leftovers()
                with site.listening_socket() as door, Supervisor(site.log) as supervisor:
                    if self._start(site, supervisor, door):
                        self._keep(site, supervisor)
        except ServerError as error:
            raise CommandError(str(error)) from error

    def _start(self, site: DevRunner, supervisor: Supervisor, door: socket.socket) -> bool:
        """Start servers, prepare the data, start the web; False if we were told to stop."""
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
        for web in site.web(door):
            supervisor.start(web, grace=4.0, rank=2)
        return True

    def _keep(self, site: DevRunner, supervisor: Supervisor) -> None:
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


def _panel(site: DevRunner) -> Panel:
    home = f"http://localhost:{site.port}"
    rows = [
        ("Site", f"{home}/"),
        ("API, to try", f"{home}/api/docs"),
        ("OpenAPI", f"{home}/api/schema"),
        ("Admin", f"{home}/{settings.ADMIN_PATH}/"),
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
