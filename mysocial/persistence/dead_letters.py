"""Dead letters: records that MongoDB rejected, kept until an operator retries or discards them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from mysocial.core import keys
from mysocial.core.redis import Script, available, client
from mysocial.persistence.dirty import queue_names

# A full server must accept these steps: they are what empties it.
DEAD_LETTERS = Script("common", "pending_cleanup", "dead_letters", flags="allow-oom")


@dataclass(frozen=True)
class Rejection:
    """Why MongoDB rejected a version of a record.

    The record becomes a dead letter when it was rejected `max_tries` times.
    """

    key: str
    version: bytes
    reason: str
    max_tries: int = 1


def get_dead_letters() -> dict[str, dict[str, dict[str, Any]]]:
    """Return the dead letters by queue and record key: their error, time and tries.

    Raises:
        Unavailable: Redis cannot be reached.
    """
    with available():
        return {
            name: {
                key.decode(): orjson.loads(letter)
                for key, letter in client().hgetall(keys.dead_letters(name)).items()
            }
            for name in queue_names()
        }


def count_dead_letters() -> dict[str, int]:
    """Return the number of dead letters of each queue.

    Raises:
        Unavailable: Redis cannot be reached.
    """
    names = queue_names()
    with available():
        pipe = client().pipeline(transaction=False)
        for name in names:
            pipe.hlen(keys.dead_letters(name))
        return dict(zip(names, pipe.execute(), strict=True))


def record_rejections(queue: str, rejections: Iterable[Rejection]) -> int:
    """Count a failed try of each record, and set aside those that used up their tries.

    Nothing is dropped. Only the rejected version is affected: a version written since is flushed
    first.

    Returns:
        How many records became dead letters.
    """
    items = [
        [rejection.key, rejection.version, rejection.reason, rejection.max_tries]
        for rejection in rejections
    ]
    return _run_step(queue, "set_aside", items) if items else 0


def retry_dead_letters(queue: str, record_keys: Iterable[str]) -> int:
    """Mark the named dead letters dirty again; return how many there were."""
    return _run_step(queue, "retry", [[key] for key in record_keys])


def discard_dead_letters(queue: str, record_keys: Iterable[str]) -> int:
    """Discard the named dead letters; return how many there were.

    Reads then return the version that MongoDB has.
    """
    return _run_step(
        queue, "discard", [[key, keys.parse_record_key(key)[1]] for key in record_keys]
    )


def _run_step(queue: str, step: str, items: list[list[Any]]) -> int:
    at = datetime.now(UTC).isoformat()
    return int(DEAD_LETTERS({"step": step, "queue": queue, "items": items, "at": at}))
