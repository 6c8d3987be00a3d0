"""The Redis client and the Lua scripts: the only access to Redis for application data.

The scripts build keys from stored values, so all records are on one primary (no Redis Cluster).
"""

import functools
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import msgpack
import redis
from django.conf import settings
from redis import exceptions
from redis.asyncio import Redis as AsyncRedis
from redis.backoff import NoBackoff
from redis.retry import Retry

from mysocial.core.errors import Unavailable
from mysocial.core.keys import lua_prelude

logger = logging.getLogger(__name__)
SCRIPTS_FOLDER = Path(__file__).parents[1] / "lua"
TIMEOUT_SECONDS = 5.0
# Errors of a Redis that cannot accept a write: no connection, still loading its file, out of
# memory, disk full, read-only. Each becomes a 503, after which the client repeats the request.
UNAVAILABLE_ERRORS = (
    exceptions.ConnectionError,
    exceptions.TimeoutError,
    exceptions.BusyLoadingError,
    exceptions.OutOfMemoryError,
    exceptions.ReadOnlyError,
    OSError,
)
# The same, for errors without a class in redis-py: the first word of the reply.
UNAVAILABLE_PREFIXES = ("MISCONF", "BUSY", "NOREPLICAS", "MASTERDOWN")


@functools.cache
def client() -> Any:  # redis-py's own types allow text and awaitables everywhere
    """Return the client of this process. It never retries a command.

    A write whose connection broke may have been applied: a blind retry would apply it twice.
    """
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
    )


class _ThreadConnection(threading.local):
    """A connection per thread, for scripts: most requests send nothing else.

    The pool and the client's own work would double the cost of a command.
    """

    connection: Any = None

    def send(self, *command: Any) -> Any:
        """Send one command and return its reply. Never retries."""
        connection = self._open()
        try:
            connection.send_command(*command)
            return connection.read_response()
        except exceptions.ResponseError:
            raise  # the reply was read completely: the connection can be used again
        except BaseException:
            connection.disconnect()  # else the next command would read this one's reply
            raise

    def _open(self) -> Any:
        """Return the connection; reconnect if Redis has closed it or an unread reply is left."""
        if self.connection is None:
            pool = (
                client().connection_pool
            )  # only its settings: it would count the connection forever
            self.connection = pool.connection_class(**pool.connection_kwargs)
        try:
            if self.connection.can_read(0):
                self.connection.disconnect()
        except UNAVAILABLE_ERRORS:
            self.connection.disconnect()
        return self.connection


_thread_connection = _ThreadConnection()


def _reset_after_fork() -> None:
    """Let a forked child open its own connection: two processes would mix up replies."""
    global _thread_connection  # noqa: PLW0603 - one object per process
    _thread_connection = _ThreadConnection()


os.register_at_fork(after_in_child=_reset_after_fork)


def async_client() -> Any:
    """Return a new asyncio client; the caller closes it."""
    return AsyncRedis.from_url(settings.REDIS_URL, socket_timeout=TIMEOUT_SECONDS, protocol=2)


@contextmanager
def available() -> Iterator[None]:
    """Turn the errors of an unreachable, loading, full or read-only Redis into `Unavailable`."""
    try:
        yield
    except UNAVAILABLE_ERRORS as error:
        logger.warning("Redis cannot be reached: %s", error)
        raise Unavailable("The store is not available right now. Try again.") from error
    except exceptions.ResponseError as error:
        if str(error).startswith(UNAVAILABLE_PREFIXES):
            logger.warning("Redis does not accept commands: %s", error)
            raise Unavailable("The store cannot accept a write right now. Try again.") from error
        raise


def is_full(error: BaseException | None) -> bool:
    """Return whether an error or one of its causes says that Redis is out of memory."""
    while error is not None:
        if isinstance(error, exceptions.OutOfMemoryError):
            return True
        error = error.__cause__
    return False


class Script:
    """A Lua script of `mysocial/lua`, run as one atomic step with one msgpack argument."""

    def __init__(self, *names: str, flags: str = "") -> None:
        head = f"#!lua flags={flags}\n" if flags else "#!lua\n"
        self.source = (
            head
            + lua_prelude()
            + "\n".join((SCRIPTS_FOLDER / f"{name}.lua").read_text() for name in names)
        )
        self._sha = ""

    def __call__(self, payload: Any) -> Any:
        """Run the script and return its reply.

        Raises:
            Unavailable: Redis cannot accept it.
        """
        argument = msgpack.packb(payload, use_bin_type=False)  # Lua's cmsgpack reads no bin type
        with available():
            check_durability()
            if self._sha:
                try:
                    return _thread_connection.send("EVALSHA", self._sha, 0, argument)
                except exceptions.NoScriptError:
                    pass  # Redis was restarted: load the script again
            self._sha = client().script_load(self.source)
            return _thread_connection.send("EVALSHA", self._sha, 0, argument)


@functools.cache
def check_durability() -> bool:
    """Check, once per process, that Redis has the configuration on which durability depends.

    Raises:
        Unavailable: It has not; the detail names each directive that differs.
    """
    mismatches = durability_mismatches()
    if mismatches:
        details = "; ".join(
            f"{mismatch.directive} is {mismatch.actual!r}, must be {mismatch.required!r}"
            for mismatch in mismatches
        )
        logger.critical("Refusing to serve, the Redis configuration is wrong: %s.", details)
        raise Unavailable(f"Redis does not have the required configuration: {details}.")
    return True


class ConfigMismatch(NamedTuple):
    """A directive of Redis' configuration that does not have the required value."""

    directive: str
    actual: str
    required: str


def durability_mismatches() -> list[ConfigMismatch]:
    """Return the directives of `REQUIRED_REDIS_CONFIG` that Redis does not have."""
    reply = client().config_get(*settings.REQUIRED_REDIS_CONFIG)
    config = {_text(name): _text(value) for name, value in reply.items()}
    return [
        ConfigMismatch(name, config.get(name, "unknown"), required)
        for name, required in settings.REQUIRED_REDIS_CONFIG.items()
        if config.get(name) != required
    ]


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
