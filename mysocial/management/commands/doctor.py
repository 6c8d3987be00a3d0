"""`manage.py doctor`: check this machine and the settings, with a fix for each problem.

These are not Django system checks, which run before every command: they connect to the servers,
run programs and also report what is fine.
"""

import json
import platform
import shutil
import stat
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from kombu.exceptions import OperationalError
from rich.console import Console
from rich.markup import escape

from mysocial.core import mongo
from mysocial.core import redis as store_redis
from mysocial.core.email_url import is_delivered
from mysocial.dev.binaries import ServerError, find_mongod, find_valkey, mongod_environment
from mysocial.dev.processes import describe_port_holder, port_is_free
from mysocial.dev.servers import running_urls
from mysocial.env import env_file_path, is_set
from mysocial.management.commands.status import SERVER_ERRORS, short_message
from mysocial.ops.worker_queues import untaken_queues

MIN_PYTHON = (3, 11)
MIN_REDIS = 7
MIN_MONGO = 6
MIN_SECRET_LENGTH = 32
MIN_SECRET_CHARACTERS = 8  # different ones
MIN_DISK_BYTES = 2 * 1024**3
LOW_DISK_BYTES = 10 * 1024**3
# channels_redis waits 5 s for a message; by default, redis-py 8 disconnects after 5 s of silence.
CHANNEL_WAIT_SECONDS = 5.0
MARKS = {"ok": "[green]✓[/green]", "warn": "[yellow]![/yellow]", "fail": "[red]✗[/red]"}


@dataclass(frozen=True)
class Check:
    """The result of one check: `level` is ok, warn or fail; `fix` says what to do."""

    level: str
    name: str
    finding: str
    fix: str = ""


class Command(BaseCommand):
    """Check this machine and the settings."""

    help = (
        "Check this machine and the settings, with a fix for each problem. Exit codes: 0 no failed "
        "check; 1 a check failed."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Add --json."""
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print the results; exit with 1 if a check failed."""
        checks = list(_checks())
        failed = any(check.level == "fail" for check in checks)
        if options["json"]:
            report = {"ok": not failed, "checks": [asdict(check) for check in checks]}
            self.stdout.write(json.dumps(report, indent=2))
        else:
            _show(checks)
        if failed:
            sys.exit(1)


def _checks() -> Iterator[Check]:
    yield _python()
    yield from _wheels()
    yield from _ports()
    yield from _redis()
    yield from _mongo()
    yield _worker_queues()
    yield _channel_layer()
    yield from _env_file()
    yield _secret()
    yield _mail()
    yield _images()
    yield _disk()


def _python() -> Check:
    libc = " ".join(platform.libc_ver()) or platform.platform()
    finding = f"{platform.python_version()}, {libc}"
    if sys.version_info < MIN_PYTHON:
        return Check("fail", "Python", finding, "install Python 3.11 or newer, then `make install`")
    return Check("ok", "Python", finding)


def _wheels() -> Iterator[Check]:
    if is_set("REDIS_URL"):
        yield Check("ok", "Valkey program", "not needed: REDIS_URL is set")
    else:
        try:
            yield Check("ok", "Valkey program", find_valkey().name)
        except ServerError as error:
            yield Check("fail", "Valkey program", "none", str(error))
    if is_set("MONGO_URL"):
        yield Check("ok", "mongod program", "not needed: MONGO_URL is set")
        return
    try:
        program = find_mongod()
        mongod_environment(program, settings.DATA_DIR / "mongo" / "lib")
        yield Check("ok", "mongod program", "runs here")
    except ServerError as error:
        fix = str(error) if _has_avx() else f"MongoDB needs a processor with AVX. {error}"
        yield Check("fail", "mongod program", "does not run here", fix)


def _has_avx() -> bool:
    """Return whether the processor has AVX; True if it cannot be determined."""
    try:
        return "avx" in Path("/proc/cpuinfo").read_text().split()
    except OSError:
        return True


def _ports() -> Iterator[Check]:
    if running_urls(settings.DATA_DIR):
        yield Check("ok", "Ports", "used by this checkout's `up`")
        return
    for variable, port in (("PORT", settings.PORT), ("FLOWER_PORT", settings.FLOWER_PORT)):
        if port_is_free(port):
            yield Check("ok", variable, f"{port} is free")
            continue
        holder = describe_port_holder(port)
        fix = f"end it, or choose another port: {variable}={port + 10} make up"
        yield Check("warn", variable, f"{port} is in use by {holder}", fix)


def _redis() -> Iterator[Check]:
    yield Check("ok", "redis-py", metadata.version("redis"))
    try:
        version = str(store_redis.client().info("server")["redis_version"])
        mismatches = store_redis.durability_mismatches()
    except SERVER_ERRORS as error:
        yield _unreachable("Redis", error, "REDIS_URL")
        return
    if int(version.partition(".")[0]) < MIN_REDIS:
        yield Check("fail", "Redis", version, f"use Redis {MIN_REDIS} or newer, or Valkey")
    else:
        yield Check("ok", "Redis", version)
    for directive, actual, required in mismatches:
        fix = f"set `{directive} {required}` in redis.conf; else an acknowledged write may be lost"
        yield Check("fail", f"Redis {directive}", actual, fix)
    if not mismatches:
        yield Check("ok", "Redis durability", "configured")


def _unreachable(name: str, error: BaseException, variable: str) -> Check:
    if running_urls(settings.DATA_DIR) or is_set(variable):
        return Check(
            "fail",
            name,
            f"cannot be reached: {short_message(error)}",
            f"check {variable} and the server's log",
        )
    return Check("warn", name, "not running", f"start it with `make up`, or set {variable}=...")


def _mongo() -> Iterator[Check]:
    try:
        hello = mongo.client().admin.command("hello")
        version = str(mongo.client().server_info()["version"])
    except SERVER_ERRORS as error:
        yield _unreachable("MongoDB", error, "MONGO_URL")
        return
    if int(version.partition(".")[0]) < MIN_MONGO:
        yield Check("fail", "MongoDB", version, f"use MongoDB {MIN_MONGO} or newer")
    else:
        yield Check("ok", "MongoDB", version)
    if "setName" in hello or hello.get("msg") == "isdbgrid":
        yield Check("ok", "Replica set", str(hello.get("setName", "behind mongos")))
    else:
        fix = "transactions need one: start mongod with --replSet rs0, and run rs.initiate() once"
        yield Check("fail", "Replica set", "none", fix)


def _worker_queues() -> Check:
    try:
        untaken = untaken_queues()
    except (OperationalError, *SERVER_ERRORS):
        untaken = None
    if untaken is None:
        return Check("warn", "Workers", "none responds", "start one; else records stay in Redis")
    if untaken:
        fix = "start the workers without -Q, or with -X media; else these records stay in Redis"
        return Check("fail", "Workers", f"none takes the queue {', '.join(untaken)}", fix)
    return Check("ok", "Workers", "take all queues")


def _channel_layer() -> Check:
    layer: dict[str, Any] = settings.CHANNEL_LAYERS["default"]
    if "channels_redis" not in layer["BACKEND"] or "pubsub" in layer["BACKEND"]:
        return Check("ok", "Channel layer", layer["BACKEND"].rpartition(".")[2])
    for host in layer["CONFIG"]["hosts"]:
        timeout = _socket_timeout(host)
        if timeout is not None and timeout <= CHANNEL_WAIT_SECONDS:
            finding = f"socket_timeout is {timeout:g} s, which closes idle WebSockets"
            fix = 'CHANNEL_LAYERS hosts: {"address": url, "socket_timeout": 30}'
            return Check("fail", "Channel layer", finding, fix)
    return Check("ok", "Channel layer", "the timeout is long enough")


def _socket_timeout(host: Any) -> float | None:
    """Return the timeout that redis-py 8 uses for a channel layer host; 5 s by default."""
    if isinstance(host, dict):
        if "socket_timeout" in host:
            timeout = host["socket_timeout"]
            return None if timeout is None else float(timeout)
        host = host.get("address", "")
    query = parse_qs(urlsplit(host).query) if isinstance(host, str) else {}
    timeouts = query.get("socket_timeout")
    return float(timeouts[0]) if timeouts else CHANNEL_WAIT_SECONDS


def _secret() -> Check:
    if settings.DEBUG:
        return Check("warn", "DEBUG", "on", "in production, set DEBUG=0 and a SECRET_KEY")
    secret = settings.SECRET_KEY
    if (
        len(secret) < MIN_SECRET_LENGTH
        or secret.startswith("django-insecure")
        or len(set(secret)) < MIN_SECRET_CHARACTERS
    ):
        fix = "generate one: python -c 'import secrets; print(secrets.token_urlsafe(48))'"
        return Check("fail", "SECRET_KEY", "too short or too simple", fix)
    return Check("ok", "SECRET_KEY", "long enough")


def _env_file() -> Iterator[Check]:
    """Check that only its owner can read the `.env` file."""
    file = env_file_path()
    if file is None:
        return
    is_shared = bool(file.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))
    if is_shared:
        yield Check("warn", ".env", "other users can read it", f"run `chmod 600 {file}`")
    else:
        yield Check("ok", ".env", "read")


def _mail() -> Check:
    name = settings.EMAIL_BACKEND.split(".")[-2]
    if is_delivered(settings.EMAIL_BACKEND):
        return Check("ok", "E-mail", name)
    level = "ok" if settings.DEBUG else "fail"
    return Check(
        level, "E-mail", f"{name}: no e-mail is delivered", "to send e-mail, set EMAIL_URL"
    )


def _images() -> Check:
    if settings.CLOUDINARY_URL:
        return Check("ok", "Images", "Cloudinary")
    level = "ok" if settings.DEBUG else "warn"
    return Check(level, "Images", "stored on this disk", "to use Cloudinary, set CLOUDINARY_URL")


def _disk() -> Check:
    folder = settings.DATA_DIR if settings.DATA_DIR.exists() else settings.DATA_DIR.parent
    free = shutil.disk_usage(folder).free
    finding = f"{free / 1024**3:.1f} GB free for DATA_DIR"
    fix = "free some space or set DATA_DIR; with a full disk, Redis accepts no writes"
    if free < MIN_DISK_BYTES:
        return Check("fail", "Disk", finding, fix)
    return (
        Check("warn", "Disk", finding, fix)
        if free < LOW_DISK_BYTES
        else Check("ok", "Disk", finding)
    )


def _show(checks: list[Check]) -> None:
    console = Console()
    for check in checks:
        console.print(
            f"{MARKS[check.level]} [bold]{check.name}[/bold]: {escape(check.finding)}",
            soft_wrap=True,
        )
        if check.fix and check.level != "ok":
            console.print(f"    {escape(check.fix)}", soft_wrap=True)
