"""The memory of Redis: what it uses, what cannot be evicted, and whether it is nearly full."""

from typing import NamedTuple

from django.conf import settings

from mysocial.core import keys
from mysocial.core.redis import available, client

PRESSURE = 0.8  # of a limit or budget: from here on, a site is degraded
MAX_KEPT_SHARE = 0.5  # of the keys, while Redis is nearly full: others can be evicted to make room


class MemoryUsage(NamedTuple):
    """The memory of Redis in bytes."""

    used: int
    limit: int  # 0 for none
    stored: dict[str, int]  # of events and stored responses
    budgets: dict[str, int]  # of the same
    kept_share: float  # the share of the keys that cannot be evicted

    def pressure(self) -> str:
        """Return why memory is short; empty if it is not.

        A cache may be full of flushed records, which Redis evicts. The event log may be at its
        budget, because old events are trimmed.
        """
        if self.limit and self.used >= PRESSURE * self.limit and self.kept_share > MAX_KEPT_SHARE:
            return (
                f"Redis uses {self.used / self.limit:.0%} of its memory, and {self.kept_share:.0%} "
                "of its keys cannot be evicted. When it is full, it rejects writes."
            )
        stored, budget = self.stored[keys.RESPONSE_BYTES], self.budgets[keys.RESPONSE_BYTES]
        if stored >= PRESSURE * budget:
            return (
                f"Stored responses take {stored / budget:.0%} of STORED_RESPONSE_MB. At 100%, "
                "requests with a new Idempotency-Key are refused."
            )
        return ""


def memory_usage() -> MemoryUsage:
    """Return the memory of Redis.

    Raises:
        Unavailable: Redis cannot be reached.
    """
    with available():
        pipe = client().pipeline(transaction=False)
        pipe.info("memory", "keyspace")
        pipe.hgetall(keys.STORED_BYTES)
        info, stored = pipe.execute()
    databases = [value for name, value in info.items() if name.startswith("db")]
    count = sum(database["keys"] for database in databases)
    evictable = sum(database["expires"] for database in databases)
    return MemoryUsage(
        info["used_memory"],
        info["maxmemory"],
        {kind: int(stored.get(kind.encode(), 0)) for kind in _budgets()},
        _budgets(),
        1 - evictable / count if count else 0.0,
    )


def _budgets() -> dict[str, int]:
    return {
        keys.EVENT_BYTES: settings.EVENT_LOG_BYTES,
        keys.RESPONSE_BYTES: settings.STORED_RESPONSE_BYTES,
    }
