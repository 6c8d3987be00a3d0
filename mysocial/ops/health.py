"""Whether this process can keep its promises: what `/health/ready` and `manage.py status` say."""

from typing import Any

from mysocial.core import mongo
from mysocial.core.errors import Unavailable
from mysocial.core.redis import available, client, durability_mismatches
from mysocial.persistence.dead_letters import count_dead_letters
from mysocial.persistence.dirty import get_backlogs
from mysocial.persistence.heartbeats import MAX_BACKLOG_SECONDS


def report() -> dict[str, Any]:
    """Return `status` ok or failing, and each check with what was found."""
    checks = {
        "redis": _check(_redis),
        "mongodb": _check(mongo.ping),
        "debt": _check(_backlog),
        "dead_letters": _check(_dead_letters),
    }
    # Without MongoDB the cached site works on; an old debt says when that has become a problem.
    failing = [name for name in ("redis", "debt") if checks[name] != "ok"]
    return {"status": "failing" if failing else "ok", "checks": checks}


def _check(check: Any) -> str:
    try:
        check()
    except Unavailable as error:
        return error.detail
    return "ok"


def _redis() -> None:
    with available():
        client().ping()
        wrong = durability_mismatches()
    if wrong:
        raise Unavailable(f"Redis settings differ from what is promised: {wrong}")


def _backlog() -> None:
    oldest = max((debt.oldest_seconds for debt in get_backlogs().values()), default=0.0)
    if oldest > MAX_BACKLOG_SECONDS:
        raise Unavailable(f"The oldest write waits {oldest:.0f} s for MongoDB. Do the workers run?")


def _dead_letters() -> None:
    count = sum(count_dead_letters().values())
    if count:
        raise Unavailable(f"{count} records were set aside; see manage.py dead_letters.")
