"""What is owed to MongoDB, and the dead letters: what it would not take."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from mysocial.core.redis import Script, available, client
from mysocial.store import STORES

# None of these may be refused by a full server: they are what empties it.
DEAD = Script("common", "notes", "dead", flags="allow-oom")


@dataclass(frozen=True)
class Backlog:
    """What a queue owes to MongoDB."""

    count: int
    oldest_seconds: float


@dataclass(frozen=True)
class Rejection:
    """Why MongoDB did not take a record, and after how many tries that is final."""

    key: str
    version: bytes
    reason: str
    max_tries: int = 1


def queue_names() -> list[str]:
    """Return the queues that own records."""
    return sorted({store.queue for store in STORES.values()})


def backlogs() -> dict[str, Backlog]:
    """Return what each queue owes; `Unavailable` when Redis is away."""
    names = queue_names()
    with available():
        pipe = client().pipeline(transaction=False)
        pipe.time()
        for name in names:
            pipe.zcard(f"dirty:{name}")
            pipe.zrange(f"dirty:{name}", 0, 0, withscores=True)
        (seconds, microseconds), *answers = pipe.execute()
    found = {}
    for number, name in enumerate(names):
        oldest = answers[2 * number + 1]
        since = seconds + microseconds / 1e6 - oldest[0][1] / 1000 if oldest else 0.0
        found[name] = Backlog(answers[2 * number], max(0.0, since))
    return found


def dead_letters() -> dict[str, dict[str, dict[str, Any]]]:
    """Return the dead letters: queue -> record key -> error, time and tries."""
    with available():
        return {
            name: {
                key.decode(): orjson.loads(letter)
                for key, letter in client().hgetall(f"dead:{name}").items()
            }
            for name in queue_names()
        }


def dead_letter_counts() -> dict[str, int]:
    """Return how many dead letters each queue has."""
    return {name: len(letters) for name, letters in dead_letters().items()}


def record_rejections(queue: str, refusals: Iterable[Rejection]) -> int:
    """Count the tries of what failed; move what keeps failing to the dead letters, never drop it.

    Only the version that failed: one that was written meanwhile is tried first.
    """
    items = [[one.key, one.version, one.reason, one.max_tries] for one in refusals]
    return _step(queue, "set_aside", items) if items else 0


def retry_dead_letters(queue: str, keys: Iterable[str]) -> int:
    """Owe the named dead letters again; return how many there were."""
    return _step(queue, "replay", [[key] for key in keys])


def discard_dead_letters(queue: str, keys: Iterable[str]) -> int:
    """Give up the named dead letters: MongoDB's copies count again; return how many there were."""
    return _step(queue, "drop", [[key, key.partition(":")[2]] for key in keys])


def _step(queue: str, step: str, items: list[list[Any]]) -> int:
    at = datetime.now(UTC).isoformat()
    return int(DEAD({"step": step, "queue": queue, "items": items, "at": at}))
