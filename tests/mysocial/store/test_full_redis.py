"""A Redis that has no room left: what it holds is not lost, and what empties it goes on."""

from collections.abc import Callable, Iterator

import pytest

from mysocial.core import mongo
from mysocial.core.errors import Unavailable
from mysocial.core.redis import client
from mysocial.persistence import backoff, dead_letters, flush, tasks
from mysocial.store import reads, wakeups, write
from tests.support.example_records import (
    QUEUE,
    Thing,
    change,
    dirty_keys,
    everything,
    get,
    key,
    make,
    put,
    things,
    walk,
)


@pytest.fixture
def full() -> Iterator[Callable[[], list[Thing]]]:
    """Write until it is refused, then leave no room at all; returns what was acknowledged."""
    kept = next(iter(client().config_get("maxmemory").values()))

    def fill_up() -> list[Thing]:
        written = []
        client().config_set("maxmemory", client().info("memory")["used_memory"] + 1_000_000)
        with pytest.raises(Unavailable):  # noqa: PT012
            for minute in range(1000):
                thing = make(minute, note="x" * 20_000)
                with write() as w:
                    w.create(thing, new_id=True)
                written.append(thing)
        client().config_set("maxmemory", 1)
        return written

    yield fill_up
    client().config_set("maxmemory", kept)


def make_room() -> None:
    """Let it take somewhat more than it holds."""
    client().config_set("maxmemory", client().info("memory")["used_memory"] + 1_000_000)


@pytest.fixture
def _idle(monkeypatch) -> None:
    """No worker flushes the records of a full Redis yet."""
    monkeypatch.setattr(wakeups, "_run_inline", lambda name: None)


@pytest.mark.usefixtures("_idle")
def test_a_full_redis_rejects_writes_and_loses_no_dirty_record(full):
    kept = full()
    assert len(kept) > 10
    before = everything()

    with pytest.raises(Unavailable) as refusal:
        change(kept[0], name="Changed")

    assert refusal.value.retry_after == 2
    assert everything() == before
    assert len(dirty_keys()) == len(kept)
    assert list(reads.get_records(things, [item.id for item in kept])) == [item.id for item in kept]

    # What empties it is not refused, and what was carried makes room.
    assert flush.flush_queue(QUEUE) == len(kept)
    assert mongo.collection(Thing).count_documents({}) == len(kept)
    make_room()
    more = put(9999, name="More")
    assert get(more).name == "More"
    assert walk(limit=5) == [more.id, *[item.id for item in kept[::-1]]]


def test_a_full_redis_that_takes_no_message_is_emptied_without_one(full):
    kept = full()

    wakeups.send_wakeup(QUEUE)  # as the refused write asked for; its broker is the same full server

    assert dirty_keys() == []
    assert mongo.collection(Thing).count_documents({}) == len(kept)


@pytest.mark.usefixtures("_idle")
def test_a_dead_letter_can_be_set_aside_in_a_full_redis(full):
    bad = put(size=2**63)
    kept = full()

    assert flush.flush_queue(QUEUE) == len(kept)
    assert list(dead_letters.get_dead_letters()[QUEUE]) == [key(bad)]


@pytest.mark.usefixtures("_idle")
def test_what_is_due_is_swept_from_a_full_redis(full):
    client().zadd("expiring", {"idempotency:k": 1000})
    full()

    assert tasks.delete_expired() == 1


@pytest.mark.usefixtures("_idle")
def test_a_full_redis_is_asked_again_at_once(full):
    full()
    assert backoff.start_backoff() == 0.0
    assert client().exists("backoff") == 0
