"""`manage.py status`: what runs, where, and what is owed to MongoDB."""

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import psutil
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
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
from mysocial.persistence import dead_letters, dirty
from mysocial.persistence.heartbeats import MAX_BACKLOG_SECONDS

MB = 1024 * 1024

AWAY = (RedisError, PyMongoError, Unavailable, OSError)


class Command(BaseCommand):
    """Show the state of this checkout, or of the servers that the environment names."""

    help = "Show what runs, where, and what is owed. Exit code 0 only when all is well."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --json."""
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print the state; exit with 1 when something is not well."""
        state = _state()
        if options["json"]:
            self.stdout.write(json.dumps(state, indent=2))
        else:
            _show(state, Console())
        if state["problems"]:
            sys.exit(1)


def _state() -> dict[str, Any]:
    problems: list[str] = []
    running = read_json(settings.DATA_DIR / RUNNING_FILE) if running_urls(settings.DATA_DIR) else {}
    if not running and not (os.environ.get("REDIS_URL") and os.environ.get("MONGO_URL")):
        problems.append("nothing runs in this checkout: start it with `make up`")
    return {
        "urls": _urls(running),
        "processes": _processes(running, problems),
        "servers": {
            "redis": _server("redis", _redis_version, problems),
            "mongo": _server("mongo", _mongo_version, problems),
        },
        "debts": _debts(problems),
        "dead_letters": _dead_letters(problems),
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
    """Megabytes of a process and all that it started, None if it is gone."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        total = process.memory_info().rss
        # `up` is the parent of all the others, which have lines of their own.
        children = [] if pid == _up_pid() else process.children(recursive=True)
        return int(total + sum(child.memory_info().rss for child in children)) // MB
    except psutil.Error:
        return None


def _up_pid() -> object:
    return read_json(settings.DATA_DIR / RUNNING_FILE).get("pid")


def _server(name: str, ask: Callable[[], str], problems: list[str]) -> dict[str, Any]:
    try:
        version = ask()  # connects: the second question is the one to time
        started = time.perf_counter()
        ask()
    except AWAY as error:
        problems.append(f"{name} does not answer: {first_words(error)}")
        return {"version": None, "ping_ms": None}
    return {"version": version, "ping_ms": round((time.perf_counter() - started) * 1000, 2)}


def first_words(error: BaseException) -> str:
    """The start of an error: pymongo goes on with all that it knows of the deployment."""
    return str(error).partition(" (configured")[0].partition(", Timeout")[0][:200]


def _redis_version() -> str:
    info = store_redis.client().info("server")
    if "valkey_version" in info:
        return f"Valkey {info['valkey_version']}"
    return f"Redis {info['redis_version']}"


def _mongo_version() -> str:
    return f"MongoDB {mongo.client().server_info()['version']}"


def _debts(problems: list[str]) -> dict[str, dict[str, float]]:
    try:
        debts = dirty.get_backlogs()
    except AWAY:
        return {}
    for queue, debt in debts.items():
        if debt.oldest_seconds > MAX_BACKLOG_SECONDS:
            problems.append(f"{queue} owes a record since {debt.oldest_seconds:.0f} s")
    return {
        queue: {"count": debt.count, "oldest_seconds": round(debt.oldest_seconds, 3)}
        for queue, debt in debts.items()
    }


def _dead_letters(problems: list[str]) -> dict[str, int]:
    try:
        counts = dead_letters.count_dead_letters()
    except AWAY:
        return {}
    for queue, count in counts.items():
        if count:
            problems.append(f"{queue} has {count} records that MongoDB refused")
    return counts


def _show(state: dict[str, Any], console: Console) -> None:
    if state["urls"]:
        table = Table("Where", "URL")
        for name, url in state["urls"].items():
            table.add_row(name, url)
        console.print(table)
    if state["processes"]:
        table = Table("Process", "Pid", "Memory")
        for row in state["processes"]:
            memory = f"{row['rss_mb']} MB" if row["alive"] else "[red]down[/red]"
            table.add_row(row["name"], str(row["pid"] or "-"), memory)
        console.print(table)
    table = Table("Server", "Version", "Ping")
    for name, server in state["servers"].items():
        ping = "-" if server["ping_ms"] is None else f"{server['ping_ms']} ms"
        table.add_row(name, server["version"] or "[red]away[/red]", ping)
    console.print(table)
    table = Table("Queue", "Owed", "Oldest", "Refused")
    for queue in sorted({*state["debts"], *state["dead_letters"]}):
        debt = state["debts"].get(queue, {"count": 0, "oldest_seconds": 0.0})
        refused = state["dead_letters"].get(queue, 0)
        table.add_row(queue, str(debt["count"]), f"{debt['oldest_seconds']:.1f} s", str(refused))
    if table.row_count:
        console.print(table)
    for problem in state["problems"]:
        console.print(f"[red]✗[/red] {escape(problem)}", soft_wrap=True)
    if state["ok"]:
        console.print("[green]All is well.[/green]")
