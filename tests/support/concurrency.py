"""Many at once, and whether anything happened at all."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any

from django.conf import settings

from mysocial.core import mongo
from mysocial.core.redis import client
from mysocial.store import STORES, wakeups
from tests.support import servers
from tests.support.people import logged_events


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Make all calls at the same moment, each in a thread; return their results in order."""
    ready = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        ready.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def empty_redis() -> None:
    """Empty Redis for good: of what was written, no worker is asked any more."""
    with wakeups._lock:
        wakeups._requested.clear()
    client().flushall()


def lasting_keys() -> set[bytes]:
    """Return the keys of Redis, but for those of Celery's messages and of what limits them.

    These come and go in their own time, whatever a test does.
    """
    passing = (b"_kombu", b"unacked", b"nudge:", b"lease:")
    messages = {name.encode() for name in settings.CELERY_QUEUE_NAMES}
    names = set(client().scan_iter(count=1000)) - messages
    return {name for name in names if not name.startswith(passing)}


def codes(answers: list[Any]) -> dict[int, int]:
    """Return how often each status was answered."""
    found: dict[int, int] = {}
    for answer in answers:
        found[answer.status_code] = found.get(answer.status_code, 0) + 1
    return found


def live(label: str) -> dict[str, dict[bytes, bytes]]:
    """Return the live records of a model, as Redis has them, by id."""
    found = {}
    for key in client().scan_iter(f"{label}:*", count=1000):
        fields = client().hgetall(key)
        if b"v" in fields and b"x" not in fields:
            found[key.decode().partition(":")[2]] = fields
    return found


def world() -> dict[str, Any]:
    """Return every live record and every event."""
    return {"events": logged_events(), **{label: live(label) for label in STORES}}


def scripts_run() -> int:
    """Return how many scripts Redis has run."""
    stats = client().info("commandstats")
    return sum(stats[name]["calls"] for name in stats if name.startswith("cmdstat_eval"))


def scripts(call: Callable[[], Any]) -> int:
    """Return how many scripts a call runs in Redis: its round trips."""
    before = scripts_run()
    call()
    return scripts_run() - before


@contextmanager
def nothing_happens() -> Iterator[None]:
    """Fail when anything is changed or heard in this block."""
    before = world()
    yield
    assert world() == before


@contextmanager
def mongod_away() -> Iterator[None]:
    """Hold MongoDB still for the block, as a crash of it would."""
    servers.MONGOD.pause()
    try:
        yield
    finally:
        servers.MONGOD.resume()
        mongo.ping()


def everything_stored() -> str:
    """Return all keys and values of Redis, and all documents of MongoDB, as one text."""
    parts: list[Any] = []
    for key in client().scan_iter(count=1000):
        kind = client().type(key)
        if kind == b"none":
            continue  # Its time to live ended as we looked.
        read: dict[bytes, Callable[[bytes], Any]] = {
            b"string": client().get,
            b"hash": client().hgetall,
            b"zset": lambda name: client().zrange(name, 0, -1, withscores=True),
            b"list": lambda name: client().lrange(name, 0, -1),
            b"set": client().smembers,
            b"stream": client().xrange,
        }
        parts += [key, read[kind](key)]
    database = mongo.client().get_default_database()
    parts += [list(database[name].find()) for name in database.list_collection_names()]
    return repr(parts)
