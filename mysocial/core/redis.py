"""The Redis client and the Lua scripts: the only access to Redis for application data.

The scripts build keys from stored values, so all records are on one primary (no Redis Cluster).
"""

import functools
import logging
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
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

from mysocial.core.durability import ConfigMismatch, Durability, find_mismatches
from mysocial.core.errors import Unavailable
from mysocial.core.keys import lua_prelude

logger = logging.getLogger(__name__)
SCRIPTS_FOLDER = Path(__file__).parents[1] / "lua"
TIMEOUT_SECONDS = 5.0
WAIT_SECONDS = 1.0  # for another thread, which compares Redis with MongoDB
RUN_ID = re.compile(rb"run_id:(\w+)")
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
    run_id = ""  # of the Redis process that it is connected to

    def send(self, *command: Any) -> Any:
        """Send one command over the open connection and return its reply. Never retries."""
        connection = self.connection
        try:
            connection.send_command(*command)
            return connection.read_response()
        except exceptions.ResponseError:
            raise  # the reply was read completely: the connection can be used again
        except BaseException:
            connection.disconnect()  # else the next command would read this one's reply
            raise

    def open(self) -> None:
        """Connect; reconnect if Redis has closed the connection or an unread reply is left."""
        if self.connection is None:
            pool = (
                client().connection_pool
            )  # only its settings: it would count the connection forever
            self.connection = pool.connection_class(
                **pool.connection_kwargs, redis_connect_func=self._identify
            )
        try:
            if not self.connection.can_read(0):  # which connects it
                return
        except UNAVAILABLE_ERRORS:
            pass
        self.connection.disconnect()
        self.connection.connect()

    def _identify(self, connection: Any) -> None:
        """Find out which Redis process a new connection leads to, and check its settings."""
        connection.on_connect()
        connection.send_command("INFO", "server")
        run_id = RUN_ID.search(connection.read_response())
        self.run_id = run_id[1].decode() if run_id else ""
        durability.forget()


_thread_connection = _ThreadConnection()


def _reset_after_fork() -> None:
    """Let a forked child open its own connection: two processes would mix up replies.

    It also gets its own lock, because a thread of the parent may hold the other.
    """
    global _thread_connection  # noqa: PLW0603 - one object per process
    _thread_connection = _ThreadConnection()
    server.lock = threading.Lock()


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
    """A Lua script of `mysocial/lua`, run as one atomic step with one msgpack argument.

    Args:
        names: The files of the script.
        flags: Redis' flags. A script with `allow-oom` makes room or saves what was acknowledged, so
            it also runs in a Redis whose settings are wrong.
        needs_comparison: Whether it runs only in a Redis that was compared with MongoDB.
    """

    def __init__(self, *names: str, flags: str = "", needs_comparison: bool = True) -> None:
        head = f"#!lua flags={flags}\n" if flags else "#!lua\n"
        self.source = (
            head
            + lua_prelude()
            + "\n".join((SCRIPTS_FOLDER / f"{name}.lua").read_text() for name in names)
        )
        self._needs_durability = "allow-oom" not in flags
        self._needs_comparison = needs_comparison
        self._sha = ""

    def __call__(self, payload: Any) -> Any:
        """Run the script and return its reply.

        Raises:
            Unavailable: Redis cannot accept it.
        """
        argument = msgpack.packb(payload, use_bin_type=False)  # Lua's cmsgpack reads no bin type
        with available():
            _thread_connection.open()
            if self._needs_durability:
                durability.require()
            if self._needs_comparison:
                server.require_compared(is_open=True)
            if self._sha:
                try:
                    return _thread_connection.send("EVALSHA", self._sha, 0, argument)
                except exceptions.NoScriptError:
                    pass  # Redis was restarted: load the script again
            self._sha = client().script_load(self.source)
            return _thread_connection.send("EVALSHA", self._sha, 0, argument)


class _Server:
    """The Redis process whose data this process has compared with MongoDB.

    Redis has a new `run_id` after each start, and may have come back with older data or none.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()  # one thread compares at a time
        self._compare: Callable[[str], None] | None = None
        self._compared_run_id = ""
        self._failure = ""  # why the last comparison failed; empty if it did not
        self._retry_at = 0.0  # time.monotonic()

    def set_comparison(self, compare: Callable[[str], None]) -> None:
        """Set what compares a Redis process, given its `run_id`, with MongoDB.

        It raises `Unavailable` if Redis must not be used yet. A process that loads no records has
        no comparison.
        """
        self._compare = compare

    def require_compared(self, *, is_open: bool = False) -> None:
        """Compare the Redis process of this thread's connection, unless that was done.

        Args:
            is_open: Whether the connection of this thread is known to be open.

        Raises:
            Unavailable: It could not be compared, or must not be used yet.
        """
        if not is_open:
            with available():
                _thread_connection.open()
        if _thread_connection.run_id != self._compared_run_id:
            self.compare()

    def compare(self) -> None:
        """Compare the data of Redis with MongoDB, also if that was done, as Redis was emptied.

        A comparison without MongoDB takes seconds. After one has failed, none is made for as long
        as it took, and then by one thread. All others fail at once.

        Raises:
            Unavailable: It could not be compared, or must not be used yet.
        """
        with available():
            _thread_connection.open()
        if not self.lock.acquire(timeout=0 if self._failure else WAIT_SECONDS):
            raise Unavailable(self._failure or "The store is being compared. Try again.")
        try:
            if self._failure and time.monotonic() < self._retry_at:
                raise Unavailable(self._failure)
            self._compare_now(_thread_connection.run_id)
        finally:
            self.lock.release()

    def _compare_now(self, run_id: str) -> None:
        began = time.monotonic()
        try:
            if self._compare:
                self._compare(run_id)
            if run_id != _thread_connection.run_id:
                raise Unavailable("The store was restarted. Try again.")
        except Unavailable as error:
            now = time.monotonic()
            self._failure, self._retry_at = error.detail, now + (now - began)
            raise
        self._failure, self._compared_run_id = "", run_id


server = _Server()


def _read_settings() -> dict[Any, Any]:
    reply = _thread_connection.send("CONFIG", "GET", *settings.REQUIRED_REDIS_CONFIG)
    return dict(zip(reply[::2], reply[1::2], strict=True))


durability = Durability(_read_settings)


def durability_mismatches() -> list[ConfigMismatch]:
    """Return the directives of `REQUIRED_REDIS_CONFIG` that Redis does not have."""
    return find_mismatches(client().config_get(*settings.REQUIRED_REDIS_CONFIG))
