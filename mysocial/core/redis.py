"""The Redis client and the scripts; the only module that speaks to Redis for application data.

Scripts build keys out of stored values, so all records live on one primary (no Redis Cluster).
"""

import functools
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

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
# What Redis says when it cannot promise a write: no connection, still loading its file, out of
# memory, disk full, read-only. Each means 503 and "repeat with the same key", never a lost answer.
UNAVAILABLE_ERRORS = (
    exceptions.ConnectionError,
    exceptions.TimeoutError,
    exceptions.BusyLoadingError,
    exceptions.OutOfMemoryError,
    exceptions.ReadOnlyError,
    OSError,
)
# The same, where redis-py has no class for it: the first word of the answer.
UNAVAILABLE_PREFIXES = ("MISCONF", "BUSY", "NOREPLICAS", "MASTERDOWN")


@functools.cache
def client() -> Any:  # redis-py's own types allow text and awaitables everywhere
    """Return this process's client. It never repeats a command by itself.

    A write whose connection broke may have been applied: repeated blindly, it would count twice.
    """
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
    )


class _ThreadConnection(threading.local):
    """A connection of this thread's own, for scripts: they are all that most requests send.

    Taking one from the pool, and what the client does around a command, cost as much again.
    """

    connection: Any = None

    def send(self, *command: Any) -> Any:
        """Send one command and return its answer. Never repeats it by itself."""
        line = self._open()
        try:
            line.send_command(*command)
            return line.read_response()
        except exceptions.ResponseError:
            raise  # that is the answer, read whole
        except BaseException:
            line.disconnect()  # else the next command would be given this one's answer
            raise

    def _open(self) -> Any:
        """Return the connection; another one where Redis has closed it, or left words behind."""
        if self.connection is None:
            pool = client().connection_pool  # which would count it for ever
            self.connection = pool.connection_class(**pool.connection_kwargs)
        try:
            if self.connection.can_read(0):
                self.connection.disconnect()
        except UNAVAILABLE_ERRORS:
            self.connection.disconnect()
        return self.connection


_thread_connection = _ThreadConnection()


def _reset_after_fork() -> None:
    """Let a forked child open one of its own: two would read each other's answers."""
    global _thread_connection  # noqa: PLW0603 - one for each thread of this process
    _thread_connection = _ThreadConnection()


os.register_at_fork(after_in_child=_reset_after_fork)


def async_client() -> Any:
    """Return a new asyncio client; the caller closes it."""
    return AsyncRedis.from_url(settings.REDIS_URL, socket_timeout=TIMEOUT_SECONDS, protocol=2)


@contextmanager
def available() -> Iterator[None]:
    """Turn a Redis that is away, loading, full or read-only into `Unavailable`."""
    try:
        yield
    except UNAVAILABLE_ERRORS as error:
        logger.warning("Redis is away: %s", error)
        raise Unavailable("The store is not available right now. Try again.") from error
    except exceptions.ResponseError as error:
        if str(error).startswith(UNAVAILABLE_PREFIXES):
            logger.warning("Redis takes nothing: %s", error)
            raise Unavailable("The store cannot promise a write right now. Try again.") from error
        raise


def is_full(error: BaseException | None) -> bool:
    """Tell whether an error says that Redis is out of memory, itself or by its cause."""
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
        """Run the script; `Unavailable` when Redis cannot promise it."""
        argument = msgpack.packb(payload, use_bin_type=False)  # all that Lua knows
        with available():
            check_durability()
            if self._sha:
                try:
                    return _thread_connection.send("EVALSHA", self._sha, 0, argument)
                except exceptions.NoScriptError:
                    pass  # Redis was restarted: load it again.
            self._sha = client().script_load(self.source)
            return _thread_connection.send("EVALSHA", self._sha, 0, argument)


@functools.cache
def check_durability() -> bool:
    """Check once that Redis keeps what we promise; `Unavailable` names what differs."""
    wrong = durability_mismatches()
    if wrong:
        sentence = "; ".join(f"{name} is {got!r}, promised {want!r}" for name, got, want in wrong)
        logger.critical("Refusing to serve: Redis %s.", sentence)
        raise Unavailable(f"The store is not set as promised: {sentence}.")
    return True


def durability_mismatches() -> list[tuple[str, str, str]]:
    """Return (setting, value found, value promised) for each Redis setting that differs."""
    found = client().config_get(*settings.REDIS_PROMISES)
    text = {_text(name): _text(value) for name, value in found.items()}
    return [
        (name, text.get(name, "unknown"), want)
        for name, want in settings.REDIS_PROMISES.items()
        if text.get(name) != want
    ]


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
