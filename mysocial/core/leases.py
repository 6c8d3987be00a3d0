"""Leases in Redis: only one worker at a time does some work."""

from collections.abc import Iterator
from contextlib import contextmanager

from mysocial.core import keys
from mysocial.core.redis import available, client


@contextmanager
def lease(name: str, seconds: float) -> Iterator[bool]:
    """Hold a lease during the block; yield whether it was acquired.

    Args:
        name: The name of the lease.
        seconds: A worker that has not released it after so long is considered dead.

    Raises:
        Unavailable: Redis cannot be reached.
    """
    key = keys.lease(name)
    with available():
        acquired = bool(client().set(key, "1", nx=True, px=round(seconds * 1000)))
    try:
        yield acquired
    finally:
        if acquired:
            with available():
                client().delete(key)
