"""The readiness report of `/health/ready` and `manage.py status`."""

from collections.abc import Callable
from typing import Any

from mysocial.core import mongo
from mysocial.core.errors import Unavailable
from mysocial.core.redis import available, client, durability_mismatches
from mysocial.persistence.dead_letters import count_dead_letters
from mysocial.persistence.dirty import get_backlogs
from mysocial.persistence.heartbeats import MAX_BACKLOG_SECONDS

OK, FAILING = "ok", "failing"
# Without MongoDB, requests that Redis can answer still work; an old backlog says when that has
# become a problem.
REQUIRED_CHECKS = ("redis", "backlog")


def readiness() -> dict[str, Any]:
    """Return `status`, "ok" or "failing", and `checks`: "ok" or an explanation for each check."""
    checks = {
        "redis": _run(_check_redis),
        "mongodb": _run(mongo.ping),
        "backlog": _run(_check_backlog),
        "dead_letters": _run(_check_dead_letters),
    }
    is_ready = all(checks[name] == OK for name in REQUIRED_CHECKS)
    return {"status": OK if is_ready else FAILING, "checks": checks}


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
