"""Values in Django's cache: each can be lost at any time, and no request fails without the cache.

Only what is public, or is judged again for each viewer, belongs here.
"""

import logging
import time
from collections.abc import Callable
from typing import Any

import orjson
from django.core.cache import cache
from django_redis.exceptions import ConnectionInterrupted
from redis.exceptions import RedisError

from mysocial.core.errors import Unavailable

logger = logging.getLogger(__name__)
MAX_VALUE_BYTES = 64 * 1024
KEPT_SECONDS = 3600
COMPUTE_SECONDS = 10  # meanwhile, other requests use the value that is there
# After a failure, a process does without the cache for so long: a server that does not respond
# delays one request, not all.
SKIP_SECONDS = 5.0
MAX_LOCAL = 16  # values that a process keeps meanwhile
FAILURES = (ConnectionInterrupted, RedisError, OSError, ValueError)
_skip_until = 0.0
_local: dict[str, tuple[float, Any]] = {}  # when each was computed, and the value


def cached(name: str, *, seconds: int, compute: Callable[[], Any]) -> Any:
    """Return the value with a name from the cache; compute and keep it if it is not there.

    A value that is older than `seconds` is computed again by one request. Until it is there, and
    while it cannot be computed, the others use the old one, for at most an hour.

    Args:
        name: The name of the value. There must be few names, or a few for each member: this does
            not bound their number.
        seconds: How old the value may be.
        compute: Returns the value, which JSON can represent.

    Raises:
        Unavailable: `compute` raises it, and there is no old value.
    """
    stored = _attempt(lambda: cache.get(name)) or _get_local(name)
    if stored and (time.time() < stored[0] + seconds or not _claim(name)):
        return stored[1]
    try:
        value = compute()
    except Unavailable:
        if stored:
            return stored[1]
        raise
    _keep(name, value)
    return value


def forget_cached(name: str) -> None:
    """Delete a value. Never raises."""
    _local.pop(name, None)
    _attempt(lambda: cache.delete_many([name, _claim_name(name)]))


def forget_all_cached(prefix: str) -> None:
    """Delete all values whose name starts with a prefix. It reads all keys. Never raises."""
    for name in [name for name in _local if name.startswith(prefix)]:
        _local.pop(name, None)
    _attempt(lambda: cache.delete_pattern(f"{prefix}*"))  # type: ignore[attr-defined]


def _claim(name: str) -> bool:
    """Return whether this request is to compute a value again."""
    return _attempt(lambda: cache.add(_claim_name(name), 1, COMPUTE_SECONDS)) is not False


def _claim_name(name: str) -> str:
    return f"{name}:claim"


def _keep(name: str, value: Any) -> None:
    """Keep a value, unless it is too large; in this process, if there is no cache."""
    if len(orjson.dumps(value)) > MAX_VALUE_BYTES:
        return
    entry = (time.time(), value)
    _attempt(lambda: cache.set(name, entry, KEPT_SECONDS))
    if _is_skipped():
        if len(_local) >= MAX_LOCAL:
            _local.clear()
        _local[name] = entry


def _get_local(name: str) -> Any:
    """Return what this process has computed while there is no cache."""
    return _local.get(name) if _is_skipped() else None


def _is_skipped() -> bool:
    return time.monotonic() < _skip_until


def _attempt(use_cache: Callable[[], Any]) -> Any:
    """Return what a use of the cache returns; None if there is no cache."""
    global _skip_until  # noqa: PLW0603 - of this process
    if _is_skipped():
        return None
    try:
        return use_cache()
    except FAILURES as error:
        _skip_until = time.monotonic() + SKIP_SECONDS
        logger.warning("The cache is not used for %g s: %s", SKIP_SECONDS, type(error).__name__)
        return None
