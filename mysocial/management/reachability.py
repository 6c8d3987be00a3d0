"""Reachability of Redis and MongoDB: a quick check, and one sentence if they do not run."""

import socket
import threading
import time
from collections.abc import Callable, Collection
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.management.base import CommandError
from pymongo.errors import PyMongoError
from pymongo.uri_parser import parse_uri
from redis.exceptions import RedisError

from mysocial.core import mongo
from mysocial.core import redis as store_redis
from mysocial.core.errors import Unavailable

CONNECT_SECONDS = 1.0
RETRY_SECONDS = 0.5
REPORT_SECONDS = 10.0
REDIS, MONGODB = "Redis", "MongoDB"
DEFAULT_REDIS_PORT, DEFAULT_MONGODB_PORT = 6379, 27017


class Endpoint(NamedTuple):
    """An address at which a server listens: a port, or a unix socket if `port` is None."""

    host: str
    port: int | None

    def __str__(self) -> str:
        return self.host if self.port is None else f"{self.host}:{self.port}"


class Server(NamedTuple):
    """A server that the settings name; one of its endpoints must accept connections."""

    name: str
    variable: str
    endpoints: tuple[Endpoint, ...]

    def __str__(self) -> str:
        return f"{self.name} ({', '.join(map(str, self.endpoints))})"


def configured_servers() -> list[Server]:
    """Return the servers of the records. One whose addresses only DNS knows has no endpoints."""
    return [
        Server(REDIS, "REDIS_URL", _redis_endpoints(settings.REDIS_URL)),
        Server(MONGODB, "MONGO_URL", _mongodb_endpoints(settings.MONGO_URL)),
    ]


def _redis_endpoints(url: str) -> tuple[Endpoint, ...]:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return (Endpoint(unquote(parts.path), None),)
    return (Endpoint(parts.hostname or "localhost", parts.port or DEFAULT_REDIS_PORT),)


def _mongodb_endpoints(url: str) -> tuple[Endpoint, ...]:
    if url.startswith("mongodb+srv:"):
        return ()
    try:
        nodes = parse_uri(url, default_port=DEFAULT_MONGODB_PORT)["nodelist"]
    except (PyMongoError, ValueError):
        return ()  # the driver explains what is wrong with the URL
    return tuple(Endpoint(host, port) for host, port in nodes)


def find_unreachable(names: Collection[str] = (REDIS, MONGODB)) -> list[Server]:
    """Return the servers that accept no connection within `CONNECT_SECONDS`.

    Args:
        names: The servers to check.
    """
    servers = [server for server in configured_servers() if server.name in names]
    reached: set[Endpoint] = set()
    # Daemon threads, because a name server may take longer than the deadline.
    threads = [
        threading.Thread(target=_connect, args=(endpoint, reached), daemon=True)
        for server in servers
        for endpoint in server.endpoints
    ]
    deadline = time.monotonic() + CONNECT_SECONDS
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    return [
        server for server in servers if server.endpoints and not reached & set(server.endpoints)
    ]


def _connect(endpoint: Endpoint, reached: set[Endpoint]) -> None:
    try:
        if endpoint.port is None:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(CONNECT_SECONDS)
                client.connect(endpoint.host)
        else:
            address = (endpoint.host, endpoint.port)
            socket.create_connection(address, CONNECT_SECONDS).close()
    except OSError:
        return
    reached.add(endpoint)


def describe_unreachable(servers: Collection[Server], *, without_web: bool = False) -> str:
    """Return one sentence: which servers cannot be reached, and what to start or to set.

    Args:
        servers: The servers.
        without_web: Whether the reader starts the web server on their own.
    """
    names = " and ".join(map(str, servers))
    variables = " and ".join(server.variable for server in servers)
    start = f"{program()} up --no-web" if without_web else up_command()
    return f"Cannot reach {names}: run `{start}` in another terminal, or set {variables}."


def program() -> str:
    """Return the name of the command line: of a checkout, or of an installed package."""
    return "manage.py" if settings.IN_CHECKOUT else "mysocial"


def up_command() -> str:
    """Return the command that starts everything."""
    return "make up" if settings.IN_CHECKOUT else f"{program()} up"


def find_unready() -> list[Server]:
    """Return the servers that cannot serve yet: not reachable, loading, or without a primary."""
    unready = {server.name: server for server in find_unreachable()}
    for server in configured_servers():
        if server.name not in unready and not _PINGS[server.name]():
            unready[server.name] = server
    return list(unready.values())


def _redis_serves() -> bool:
    try:
        return bool(store_redis.client().ping())
    except (RedisError, OSError):
        return False


def _mongodb_serves() -> bool:
    try:
        mongo.ping()
    except (PyMongoError, Unavailable):
        return False
    return True


_PINGS: dict[str, Callable[[], bool]] = {REDIS: _redis_serves, MONGODB: _mongodb_serves}


def wait_until_ready(seconds: float, report: Callable[[str], object]) -> None:
    """Wait until both servers can serve.

    Args:
        seconds: The seconds to wait; 0 to check once.
        report: It is called with one line, at first and every `REPORT_SECONDS`.

    Raises:
        CommandError: They cannot serve in time.
    """
    deadline = time.monotonic() + seconds
    reported_at = -REPORT_SECONDS
    while unready := find_unready():
        now = time.monotonic()
        if now >= deadline:
            raise CommandError(describe_unreachable(unready))
        if now - reported_at >= REPORT_SECONDS:
            names = " and ".join(map(str, unready))
            report(f"Waiting for {names}, at most {deadline - now:.0f} s more.")
            reported_at = now
        time.sleep(min(RETRY_SECONDS, deadline - now))
