"""`manage.py up`: run the whole site on this machine until Ctrl-C."""

import fcntl
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from mysocial.core.email_url import is_delivered
from mysocial.dev.binaries import ServerError
from mysocial.dev.code_watcher import CodeWatcher
from mysocial.dev.processes import read_json
from mysocial.dev.runner import DevRunner, StartError
from mysocial.dev.servers import RUNNING_FILE
from mysocial.dev.supervisor import TICK_SECONDS, Log, Supervisor

HEAD_START_SECONDS = 20.0
SERVER_GRACE_SECONDS = 10.0
MAX_NAMES = 3  # of changed files in a message
WEB_RANK, SERVICE_RANK = 2, 1  # a higher rank is stopped first; the servers, with 0, are the last


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

    def add_arguments(self, parser: CommandParser) -> None:
        """Add --reload and --no-web."""
        parser.add_argument(
            "--reload", action="store_true", help="restart the processes when the code changes"
        )
        parser.add_argument(
            "--no-web",
            action="store_true",
            help="start everything but the web processes, for use with `manage.py runserver`",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run until a signal.

        Raises:
            CommandError: It cannot start.
        """
        runner = DevRunner(Log())
        try:
            with ExitStack() as stack:
                stack.enter_context(_only_one(runner.data_dir))
                runner.end_leftovers()
                if options["no_web"]:
                    runner.check_flower_port()
                    listener = None
                else:
                    listener = stack.enter_context(runner.listening_socket())
                watcher = stack.enter_context(_watcher()) if options["reload"] else None
                supervisor = stack.enter_context(Supervisor(runner.log))
                if self._start(runner, supervisor, listener):
                    _Site(runner, supervisor, has_web=listener is not None).keep(watcher)
        except ServerError as error:
            raise CommandError(str(error)) from error

    def _start(
        self, runner: DevRunner, supervisor: Supervisor, listener: socket.socket | None
    ) -> bool:
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
        for web in runner.web(listener) if listener else ():
            supervisor.start(web, grace_seconds=4.0, stop_rank=WEB_RANK)
        return True


def _watcher() -> CodeWatcher:
    """Return a watcher of the project and of all apps that are not in installed packages."""
    paths = [Path(config.path) for config in apps.get_app_configs()]
    return CodeWatcher([path for path in paths if "site-packages" not in path.parts])


class _Site:
    """The running processes."""

    def __init__(self, runner: DevRunner, supervisor: Supervisor, *, has_web: bool) -> None:
        self._runner = runner
        self._supervisor = supervisor
        self._has_web = has_web
        self._is_announced = False
        self._are_services_current = False  # whether they run, with the current code
        self._services = runner.services()
        self._deadline = time.monotonic() + HEAD_START_SECONDS

    def keep(self, watcher: CodeWatcher | None) -> None:
        """Keep all processes running until a signal; restart them when the code changes."""
        self._runner.write_state(self._supervisor)
        pids = self._supervisor.pids
        while not self._supervisor.stopping.wait(TICK_SECONDS):
            self._supervisor.check()
            files = watcher.take_changes() if watcher else []
            if files:
                self._reload(files)
            if not (self._is_announced and self._are_services_current):
                self._complete()
            if pids != self._supervisor.pids:
                pids = self._supervisor.pids
                self._runner.write_state(self._supervisor)

    def _reload(self, files: Sequence[Path]) -> None:
        """Restart the web processes; `_complete` restarts the services after them."""
        names = ", ".join(str(file.relative_to(file.parents[1])) for file in files[:MAX_NAMES])
        more = f" and {len(files) - MAX_NAMES} more" if len(files) > MAX_NAMES else ""
        self._runner.log.line("up", f"{names}{more} changed; restarting")
        self._supervisor.restart(WEB_RANK)
        self._are_services_current = False
        self._deadline = time.monotonic() + HEAD_START_SECONDS

    def _complete(self) -> None:
        """Once the site responds, show the panel and start the services, or restart them.

        The site comes first because the user waits for it, and the machine may have few cores.
        """
        is_up = not self._has_web or self._runner.responds()
        if is_up and not self._is_announced:
            self._is_announced = True
            Console().print(_panel(self._runner, has_web=self._has_web))
        is_late = time.monotonic() > self._deadline
        if self._are_services_current or not (is_up or is_late):
            return
        if not is_up:
            self._runner.log.line("up", "the site does not respond yet; see the output of `web`")
        self._are_services_current = True
        if not self._services:
            self._supervisor.restart(SERVICE_RANK)
        for service, grace_seconds in self._services:
            self._supervisor.start(service, grace_seconds=grace_seconds, stop_rank=SERVICE_RANK)
        self._services = []


def _panel(runner: DevRunner, *, has_web: bool) -> Panel:
    home = f"http://localhost:{runner.port}"
    rows = [
        ("Site", f"{home}/"),
        ("API explorer", f"{home}/api/docs"),
        ("OpenAPI", f"{home}/api/schema"),
        ("Admin", f"{home}/{settings.ADMIN_PATH}/"),
        ("Health", f"{home}/health/ready"),
    ]
    if not is_delivered(settings.EMAIL_BACKEND):
        rows.append(("E-mails", f"{home}/devtools/emails/"))
    if settings.FLOWER_USER and settings.FLOWER_PASSWORD:
        rows.append(("Queues (Flower)", f"http://localhost:{runner.flower_port}/"))
        rows.append(("Flower login", _login(settings.FLOWER_USER, settings.FLOWER_PASSWORD)))
    if settings.DEBUG:
        demo = settings.DEMO_LOGINS
        rows += [(f"Log in, {role}", _login(name, password)) for name, password, role in demo]
    if not has_web:
        rows.insert(0, ("Start the site", "manage.py runserver, in another terminal"))
    rows.append(("Data", str(runner.data_dir)))
    rows.append(("Stop", "Ctrl-C (data is kept); status: manage.py status"))
    table = Table.grid(padding=(0, 2))
    for name, value in rows:
        table.add_row(f"[bold]{name}[/bold]", value)
    return Panel(table, title="MySocial is running", box=box.ROUNDED, expand=False)


def _login(name: str, password: str) -> str:
    # The password may contain rich's markup.
    return f"{escape(name)} / {escape(password)}"
