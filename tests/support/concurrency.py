"""Helpers for concurrent calls, and for what Redis and MongoDB hold."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any

from mysocial.core import keys, mongo
from mysocial.core.errors import Unavailable
from mysocial.core.packed_events import unpack_events
from mysocial.core.queues import all_queue_names
from mysocial.core.redis import client
from mysocial.core.stored_responses import parse_stored_response
from mysocial.store import STORES
from tests.support import servers
from tests.support.people import logged_events
from tests.support.stack import wait_for


def run_concurrently(*calls: Callable[[], Any]) -> list[Any]:
    """Run all calls at the same time, each in a thread; return their results in order."""
    ready = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        ready.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def persistent_keys() -> set[bytes]:
    """Return the keys of Redis, except Celery's messages, worker wake-ups and leases.

    Those come and go independently of what a test does.
    """
    transient_prefixes = (b"_kombu", b"unacked", b"wakeup:", b"lease:")
    messages = {name.encode() for name in all_queue_names()}
    names = set(client().scan_iter(count=1000)) - messages
    return {name for name in names if not name.startswith(transient_prefixes)}


def count_statuses(responses: list[Any]) -> dict[int, int]:
    """Return how many responses have each status code."""
    return dict(Counter(response.status_code for response in responses))


def live_records(label: str) -> dict[str, dict[bytes, bytes]]:
    """Return the live records of a model in Redis, as raw hash fields, by id."""
    records = {}
    for key in client().scan_iter(f"{label}:*", count=1000):
        fields = client().hgetall(key)
        if b"v" in fields and b"x" not in fields:
            records[key.decode().partition(":")[2]] = fields
    return records


def stored_state() -> dict[str, Any]:
    """Return every live record and every logged event."""
    return {"events": logged_events(), **{label: live_records(label) for label in STORES}}


def script_calls() -> int:
    """Return how many Lua scripts Redis has run since it started."""
    stats = client().info("commandstats")
    return sum(stats[name]["calls"] for name in stats if name.startswith("cmdstat_eval"))


def count_script_calls(call: Callable[[], Any]) -> int:
    """Return how many Lua scripts a call runs in Redis, which is its number of round trips."""
    before = script_calls()
    call()
    return script_calls() - before


@contextmanager
def assert_no_changes() -> Iterator[None]:
    """Fail if a record is changed or an event is logged in this block."""
    before = stored_state()
    yield
    assert stored_state() == before


def wait_for_mongodb() -> None:
    """Wait until MongoDB responds, also with a short `MONGO_TIMEOUT_MS`."""

    def responds() -> bool:
        try:
            mongo.ping()
        except Unavailable:
            return False
        return True

    wait_for(responds, within=30, name="MongoDB")


@contextmanager
def mongod_paused() -> Iterator[None]:
    """Make MongoDB unresponsive for the block, as a crash would."""
    servers.MONGOD.pause()
    try:
        yield
    finally:
        servers.MONGOD.resume()
        wait_for_mongodb()


def dump_storage() -> str:
    """Return all keys and values of Redis and all documents of MongoDB as one string.

    What is compressed is decompressed.
    """
    parts: list[Any] = []
    for key in client().scan_iter(count=1000):
        kind = client().type(key)
        if kind == b"none":
            continue  # The key expired during the scan.
        read: dict[bytes, Callable[[bytes], Any]] = {
            b"string": lambda name: _readable(name, client().get(name)),
            b"hash": client().hgetall,
            b"zset": lambda name: [
                (_readable(name, member), score)
                for member, score in client().zrange(name, 0, -1, withscores=True)
            ],
            b"list": lambda name: client().lrange(name, 0, -1),
            b"set": client().smembers,
            b"stream": client().xrange,
        }
        parts += [key, read[kind](key)]
    database = mongo.client().get_default_database()
    parts += [list(database[name].find()) for name in database.list_collection_names()]
    return repr(parts)


def _readable(key: bytes, value: bytes) -> Any:
    if key.startswith(keys.IDEMPOTENCY_PREFIX.encode()):
        return parse_stored_response(value)
    return unpack_events(value) if key.decode() == keys.PACKED_EVENTS else value
