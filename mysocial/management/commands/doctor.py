"""`manage.py doctor`: what on this machine, or in these settings, would not work, and the cure."""

import json
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from rich.console import Console
from rich.markup import escape

from mysocial.core import mongo
from mysocial.core import redis as store_redis
from mysocial.dev.binaries import find_mongod, find_valkey, mongod_environment
from mysocial.dev.processes import describe_port_holder, port_is_free
from mysocial.dev.servers import ServerError, running_urls
from mysocial.management.commands.status import AWAY, first_words

OLDEST_PYTHON = (3, 11)
OLDEST_REDIS = 7
OLDEST_MONGO = 6
SECRET_LENGTH = 32
LEAST_DISK = 2 * 1024**3
TIGHT_DISK = 10 * 1024**3
# channels_redis waits 5 s for a message; redis-py 8 gives up after 5 s of silence.
CHANNEL_WAIT = 5.0
MARKS = {"ok": "[green]✓[/green]", "warn": "[yellow]![/yellow]", "fail": "[red]✗[/red]"}


@dataclass(frozen=True)
class Check:
    """One finding: `level` is ok, warn or fail; `fix` says what to do about it."""

    level: str
    name: str
    finding: str
    fix: str = ""


class Command(BaseCommand):
    """Check this machine and these settings."""

    help = "Check this machine and these settings, with a cure for each finding. Exit 1 on a fail."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --json."""
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print the findings; exit with 1 when one is a fail."""
        checks = list(_checks())
        failed = any(check.level == "fail" for check in checks)
        if options["json"]:
            found = {"ok": not failed, "checks": [asdict(check) for check in checks]}
            self.stdout.write(json.dumps(found, indent=2))
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
    yield _channel_layer()
    yield _secret()
    yield _mail()
    yield _images()
    yield _disk()


def _python() -> Check:
    found = f"{platform.python_version()}, {' '.join(platform.libc_ver()) or platform.platform()}"
    if sys.version_info < OLDEST_PYTHON:
        return Check("fail", "Python", found, "install Python 3.11 or newer, then `make install`")
    return Check("ok", "Python", found)


def _wheels() -> Iterator[Check]:
    if os.environ.get("REDIS_URL"):
        yield Check("ok", "Valkey program", "not needed: REDIS_URL is set")
    else:
        try:
            yield Check("ok", "Valkey program", find_valkey().name)
        except ServerError as error:
            yield Check("fail", "Valkey program", "none", str(error))
    if os.environ.get("MONGO_URL"):
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
    """Whether the processor has AVX; taken for granted where it cannot be read."""
    try:
        return "avx" in Path("/proc/cpuinfo").read_text().split()
    except OSError:
        return True


def _ports() -> Iterator[Check]:
    if running_urls(settings.DATA_DIR):
        yield Check("ok", "Ports", "in use by this checkout's `up`")
        return
    for variable, port in (("PORT", settings.PORT), ("FLOWER_PORT", settings.FLOWER_PORT)):
        if port_is_free(port):
            yield Check("ok", variable, f"{port} is free")
            continue
        holder = describe_port_holder(port)
        fix = f"end it, or choose another: {variable}={port + 10} make up"
        yield Check("warn", variable, f"{port} is taken by {holder}", fix)


def _redis() -> Iterator[Check]:
    yield Check("ok", "redis-py", metadata.version("redis"))
    try:
        version = str(store_redis.client().info("server")["redis_version"])
        broken = store_redis.durability_mismatches()
    except AWAY as error:
        yield _away("Redis", error, "REDIS_URL")
        return
    if int(version.partition(".")[0]) < OLDEST_REDIS:
        yield Check("fail", "Redis", version, f"use Redis {OLDEST_REDIS} or newer, or Valkey")
    else:
        yield Check("ok", "Redis", version)
    for name, found, promised in broken:
        fix = f"in redis.conf: `{name} {promised}`; without it an answered write may be lost"
        yield Check("fail", f"Redis {name}", found, fix)
    if not broken:
        yield Check("ok", "Redis durability", "as promised")


def _away(name: str, error: BaseException, variable: str) -> Check:
    if running_urls(settings.DATA_DIR) or os.environ.get(variable):
        return Check(
            "fail",
            name,
            f"does not answer: {first_words(error)}",
            f"look at {variable} and its log",
        )
    return Check("warn", name, "not running", f"start it with `make up`, or set {variable}=...")


def _mongo() -> Iterator[Check]:
    try:
        hello = mongo.client().admin.command("hello")
        version = str(mongo.client().server_info()["version"])
    except AWAY as error:
        yield _away("MongoDB", error, "MONGO_URL")
        return
    if int(version.partition(".")[0]) < OLDEST_MONGO:
        yield Check("fail", "MongoDB", version, f"use MongoDB {OLDEST_MONGO} or newer")
    else:
        yield Check("ok", "MongoDB", version)
    if "setName" in hello or hello.get("msg") == "isdbgrid":
        yield Check("ok", "Replica set", str(hello.get("setName", "behind mongos")))
    else:
        fix = "start mongod with --replSet rs0 and run rs.initiate() once: transactions need a set"
        yield Check("fail", "Replica set", "none", fix)


def _channel_layer() -> Check:
    layer: dict[str, Any] = settings.CHANNEL_LAYERS["default"]
    if "channels_redis" not in layer["BACKEND"] or "pubsub" in layer["BACKEND"]:
        return Check("ok", "Channel layer", layer["BACKEND"].rpartition(".")[2])
    for host in layer["CONFIG"]["hosts"]:
        timeout = _socket_timeout(host)
        if timeout is not None and timeout <= CHANNEL_WAIT:
            found = f"socket_timeout is {timeout:g} s: idle WebSockets are closed after 5 s"
            fix = 'CHANNEL_LAYERS hosts: {"address": url, "socket_timeout": 30}'
            return Check("fail", "Channel layer", found, fix)
    return Check("ok", "Channel layer", "waits longer than it blocks")


def _socket_timeout(host: Any) -> float | None:
    """The timeout of a channel layer host as redis-py 8 will see it: 5 s unless told."""
    if isinstance(host, dict):
        if "socket_timeout" in host:
            timeout = host["socket_timeout"]
            return None if timeout is None else float(timeout)
        host = host.get("address", "")
    given = parse_qs(urlsplit(host).query).get("socket_timeout") if isinstance(host, str) else None
    return float(given[0]) if given else CHANNEL_WAIT


def _secret() -> Check:
    if settings.DEBUG:
        return Check("warn", "DEBUG", "on", "never in production: DEBUG=0 and a SECRET_KEY")
    secret = settings.SECRET_KEY
    if len(secret) < SECRET_LENGTH or secret.startswith("django-insecure") or len(set(secret)) < 8:  # noqa: PLR2004
        fix = "python -c 'import secrets; print(secrets.token_urlsafe(48))' makes a good one"
        return Check("fail", "SECRET_KEY", "short, or easy to guess", fix)
    return Check("ok", "SECRET_KEY", "long enough")


def _mail() -> Check:
    backend = settings.EMAIL_BACKEND
    if "anymail" in backend or backend.endswith("smtp.EmailBackend"):
        return Check("ok", "E-mail", backend.split(".")[-2])
    found = f"{backend.split('.')[-2]}: nobody receives any"
    level = "ok" if settings.DEBUG else "fail"
    return Check(level, "E-mail", found, "to send them, set SENDGRID_API_KEY")


def _images() -> Check:
    if settings.CLOUDINARY_URL:
        return Check("ok", "Images", "Cloudinary")
    level = "ok" if settings.DEBUG else "warn"
    return Check(level, "Images", "kept on this disk", "to use Cloudinary, set CLOUDINARY_URL")


def _disk() -> Check:
    folder = settings.DATA_DIR if settings.DATA_DIR.exists() else settings.DATA_DIR.parent
    free = shutil.disk_usage(folder).free
    found = f"{free / 1024**3:.1f} GB free for DATA_DIR"
    fix = "free some, or set DATA_DIR: a full disk stops Redis, and with it every write"
    if free < LEAST_DISK:
        return Check("fail", "Disk", found, fix)
    return Check("warn", "Disk", found, fix) if free < TIGHT_DISK else Check("ok", "Disk", found)


def _show(checks: list[Check]) -> None:
    console = Console()
    for check in checks:
        console.print(
            f"{MARKS[check.level]} [bold]{check.name}[/bold]: {escape(check.finding)}",
            soft_wrap=True,
        )
        if check.fix and check.level != "ok":
            console.print(f"    {escape(check.fix)}", soft_wrap=True)
