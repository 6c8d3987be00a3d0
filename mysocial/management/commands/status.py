"""`manage.py status`: processes, servers, and records that are not in MongoDB yet."""

import json
import sys
import time
from collections.abc import Callable, Collection
from typing import Any

import psutil
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from kombu.exceptions import OperationalError
from pymongo.errors import PyMongoError
from redis.exceptions import RedisError
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from mysocial.core import mongo
from mysocial.core import redis as store_redis
from mysocial.core.errors import Unavailable
from mysocial.dev.processes import read_json
from mysocial.dev.servers import RUNNING_FILE, running_urls
from mysocial.env import is_set
from mysocial.management.reachability import (
    MONGODB,
    REDIS,
    configured_servers,
    describe_unreachable,
    find_unreachable,
)
from mysocial.ops.build import current_build
from mysocial.ops.health import check_data
from mysocial.ops.worker_queues import untaken_queues
from mysocial.persistence import dead_letters, dirty
from mysocial.persistence.heartbeats import MAX_BACKLOG_SECONDS

MB = 1024 * 1024

SERVER_ERRORS = (RedisError, PyMongoError, Unavailable, OSError)


class Command(BaseCommand):
    """Show the state of this checkout, or of the servers that the environment names."""

    help = (
        "Show the processes, URLs, servers, pending records (not in MongoDB yet) and dead letters. "
        "Exit codes: 0 no problems; 1 problems."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Add --json."""
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print the state; exit with 1 if there is a problem."""
        state = _state({server.name for server in find_unreachable()})
        if options["json"]:
            self.stdout.write(json.dumps(state, indent=2))
        else:
            _show(state, Console())
        if state["problems"]:
            sys.exit(1)


def _state(unreachable: Collection[str]) -> dict[str, Any]:
    """Return the state; `unreachable` names the servers that accept no connection."""
    problems: list[str] = []
    running = read_json(settings.DATA_DIR / RUNNING_FILE) if running_urls(settings.DATA_DIR) else {}
    if not running and not (is_set("REDIS_URL") and is_set("MONGO_URL")):
        problems.append("nothing is running in this checkout: start it with `make up`")
    if not unreachable:
        _check_data(problems)
    return {
        "build": current_build()._asdict(),
        "urls": _urls(running),
        "processes": _processes(running, problems),
        "servers": {
            "redis": _server(REDIS, unreachable, _redis_version, problems),
            "mongo": _server(MONGODB, unreachable, _mongo_version, problems),
        },
        "backlogs": {} if REDIS in unreachable else _backlogs(problems),
        "untaken_queues": [] if REDIS in unreachable else _untaken_queues(problems),
        "dead_letters": {} if REDIS in unreachable else _dead_letters(problems),
        "problems": problems,
        "ok": not problems,
    }


def _urls(running: dict[str, object]) -> dict[str, str]:
    if not running:
        return {}
    home = f"http://localhost:{running['port']}"
    paths = {
        "site": "/",
        "api": "/api/docs",
        "openapi": "/api/schema",
        "admin": f"/{settings.ADMIN_PATH}/",
        "emails": "/devtools/emails/",
        "health": "/health/ready",
    }
    urls = {name: f"{home}{path}" for name, path in paths.items()}
    return urls | {"flower": f"http://localhost:{running['flower_port']}/"}


def _processes(running: dict[str, object], problems: list[str]) -> list[dict[str, Any]]:
    pids = running.get("pids", {})
    rows: list[dict[str, Any]] = []
    for name, pid in {"up": running.get("pid"), **(pids if isinstance(pids, dict) else {})}.items():
        rss = _memory(pid) if isinstance(pid, int) else None
        if running and rss is None:
            problems.append(f"{name} is down")
        if running:
            rows.append({"name": name, "pid": pid, "alive": rss is not None, "rss_mb": rss})
    return rows


def _memory(pid: int) -> int | None:
    """Return the memory of a process and its children, in MB; None if it has ended."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        total = process.memory_info().rss
        # `up` is the parent of all others, which have their own rows.
        children = [] if pid == _up_pid() else process.children(recursive=True)
        return int(total + sum(child.memory_info().rss for child in children)) // MB
    except psutil.Error:
        return None


def _up_pid() -> object:
    return read_json(settings.DATA_DIR / RUNNING_FILE).get("pid")


def _server(
    name: str, unreachable: Collection[str], read_version: Callable[[], str], problems: list[str]
) -> dict[str, Any]:
    if name in unreachable:
        server = next(server for server in configured_servers() if server.name == name)
        problems.append(describe_unreachable([server]))
        return {"version": None, "ping_ms": None}
    try:
        version = read_version()  # it also connects: the second call is the one to time
        started = time.perf_counter()
        read_version()
    except SERVER_ERRORS as error:
        problems.append(f"{name} cannot be reached: {short_message(error)}")
        return {"version": None, "ping_ms": None}
    return {"version": version, "ping_ms": round((time.perf_counter() - started) * 1000, 2)}


def short_message(error: BaseException) -> str:
    """Return the start of an error message: pymongo appends a description of the deployment."""
    return str(error).partition(" (configured")[0].partition(", Timeout")[0][:200]


def _redis_version() -> str:
    info = store_redis.client().info("server")
    if "valkey_version" in info:
        return f"Valkey {info['valkey_version']}"
    return f"Redis {info['redis_version']}"


def _mongo_version() -> str:
    return f"MongoDB {mongo.client().server_info()['version']}"


def _backlogs(problems: list[str]) -> dict[str, dict[str, float]]:
    try:
        backlogs = dirty.get_backlogs()
    except SERVER_ERRORS:
        return {}
    for queue, backlog in backlogs.items():
        if backlog.oldest_seconds > MAX_BACKLOG_SECONDS:
            seconds = f"{backlog.oldest_seconds:.0f}"
            problems.append(f"{queue} has a record that is pending for {seconds} s")
    return {
        queue: {"count": backlog.count, "oldest_seconds": round(backlog.oldest_seconds, 3)}
        for queue, backlog in backlogs.items()
    }


def _untaken_queues(problems: list[str]) -> list[str]:
    try:
        untaken = untaken_queues() or []
    except (OperationalError, *SERVER_ERRORS):
        return []
    problems.extend(f"no running worker takes the queue {queue}" for queue in untaken)
    return untaken


def _dead_letters(problems: list[str]) -> dict[str, int]:
    try:
        counts = dead_letters.count_dead_letters()
    except SERVER_ERRORS:
        return {}
    for queue, count in counts.items():
        if count:
            problems.append(f"{queue} has {count} dead letters")
    return counts


def _check_data(problems: list[str]) -> None:
    """Add a problem if Redis or MongoDB has lost data, or they cannot be compared."""
    try:
        check_data()
    except Unavailable as error:
        problems.append(error.detail)


def _show(state: dict[str, Any], console: Console) -> None:
    build = state["build"]
    console.print(f"MySocial {build['version']} {build['commit'][:12]}".rstrip())
    if state["urls"]:
        table = Table("Page", "URL")
        for name, url in state["urls"].items():
            table.add_row(name, url)
        console.print(table)
    if state["processes"]:
        table = Table("Process", "PID", "Memory")
        for row in state["processes"]:
            memory = f"{row['rss_mb']} MB" if row["alive"] else "[red]down[/red]"
            table.add_row(row["name"], str(row["pid"] or "-"), memory)
        console.print(table)
    table = Table("Server", "Version", "Ping")
    for name, server in state["servers"].items():
        ping = "-" if server["ping_ms"] is None else f"{server['ping_ms']} ms"
        table.add_row(name, server["version"] or "[red]unreachable[/red]", ping)
    console.print(table)
    table = Table("Queue", "Pending", "Oldest", "Dead letters")
    for queue in sorted({*state["backlogs"], *state["dead_letters"]}):
        backlog = state["backlogs"].get(queue, {"count": 0, "oldest_seconds": 0.0})
        letters = state["dead_letters"].get(queue, 0)
        oldest = f"{backlog['oldest_seconds']:.1f} s"
        table.add_row(queue, str(backlog["count"]), oldest, str(letters))
    if table.row_count:
        console.print(table)
    for problem in state["problems"]:
        console.print(f"[red]✗[/red] {escape(problem)}", soft_wrap=True)
    if state["ok"]:
        console.print("[green]No problems.[/green]")
