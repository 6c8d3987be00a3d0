"""The readiness report of `/health/ready` and `manage.py status`."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pymongo

from mysocial.core import keys, mongo
from mysocial.core.errors import Unavailable
from mysocial.core.redis import available, client, durability_mismatches, server
from mysocial.ops.memory import memory_usage
from mysocial.persistence.dead_letters import count_dead_letters
from mysocial.persistence.dirty import get_backlogs
from mysocial.persistence.due import has_lost_data
from mysocial.persistence.heartbeats import MAX_BACKLOG_SECONDS

OK, DEGRADED, FAILING = "ok", "degraded", "failing"
PING_SECONDS = 1.0  # the probes of an orchestrator wait for 4 seconds
WRITE_PROBE_SECONDS, WRITE_PROBE_TTL_SECONDS = 1.0, 60
# An orchestrator stops routing to a process that is not ready. All processes share MongoDB and the
# workers, so their failures must not make each of them unready: Redis still accepts every write.
REQUIRED_CHECK = "redis"
DEGRADING_CHECKS = ("memory", "mongodb", "data", "backlog")


def readiness() -> dict[str, Any]:
    """Return `status` and `checks`: "ok" or an explanation for each check.

    The status is "failing" if this process cannot serve requests, "degraded" if some fail now or
    soon, and else "ok".
    """
    mongodb = _run(_check_mongodb)
    checks = {
        "redis": _run(_check_redis),
        "memory": _run(_check_memory),
        "mongodb": mongodb,
        "data": _run(check_data) if mongodb == OK else OK,
        "backlog": _run(_check_backlog),
        "dead_letters": _run(_check_dead_letters),
    }
    if checks[REQUIRED_CHECK] != OK:
        status = FAILING
    elif any(checks[name] != OK for name in DEGRADING_CHECKS):
        status = DEGRADED
    else:
        status = OK
    return {"status": status, "checks": checks}


def _run(check: Callable[[], object]) -> str:
    try:
        check()
    except Unavailable as error:
        return error.detail
    return OK


def _check_redis() -> None:
    with available():
        client().ping()
        mismatches = durability_mismatches()
    if mismatches:
        raise Unavailable(f"Redis settings do not guarantee durability: {mismatches}")
    server.require_compared()
    _write_probe.run()


def _check_mongodb() -> None:
    with pymongo.timeout(PING_SECONDS):
        mongo.ping()


def check_data() -> None:
    """Raise `Unavailable` if Redis or MongoDB has lost data, and the workers are not done yet."""
    if not has_lost_data():
        return
    with available():
        mongodb_is_older, must_recount = client().mget(keys.MONGODB_IS_OLDER, keys.RECOUNT)
    if must_recount and not mongodb_is_older:
        raise Unavailable("A server has lost data: counters are being compared.")
    raise Unavailable(
        "MongoDB lacks data that was written to it: it is an older backup, empty, or another "
        "database. Check MONGO_URL and MONGO_DB. The workers write what Redis has to it again."
    )


def _check_memory() -> None:
    pressure = memory_usage().pressure()
    if pressure:
        raise Unavailable(pressure)


class _WriteProbe:
    """A real write to Redis, at most once a second in each process: a full Redis still reads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._time = float("-inf")
        self._failure = ""

    def run(self) -> None:
        """Raise `Unavailable` if the last write was refused; write if that was a second ago."""
        with self._lock:
            if self._clock() - self._time >= WRITE_PROBE_SECONDS:
                self._failure = self._write()
                self._time = self._clock()
            if self._failure:
                raise Unavailable(self._failure)

    @staticmethod
    def _write() -> str:
        try:
            with available():
                client().set(keys.WRITE_PROBE, "1", ex=WRITE_PROBE_TTL_SECONDS)
        except Unavailable as error:
            return f"Redis does not accept writes: {error.__cause__}"
        return ""


_write_probe = _WriteProbe()


def _check_backlog() -> None:
    oldest = max((backlog.oldest_seconds for backlog in get_backlogs().values()), default=0.0)
    if oldest > MAX_BACKLOG_SECONDS:
        raise Unavailable(
            f"The oldest record has waited {oldest:.0f} s for MongoDB. Are the workers running?"
        )


def _check_dead_letters() -> None:
    count = sum(count_dead_letters().values())
    if count:
        raise Unavailable(f"MongoDB rejected {count} records; see manage.py dead_letters.")
