"""A Redis without free memory: it keeps all dirty records, and they can still be flushed."""

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
    build_thing,
    create_thing,
    dirty_keys,
    dump_redis,
    get_thing,
    read_all_pages,
    record_key,
    things,
    update_thing,
)


@pytest.fixture
def fill_redis() -> Iterator[Callable[[], list[Thing]]]:
    """Write until Redis refuses, then leave it no memory; return what was acknowledged."""
    maxmemory = next(iter(client().config_get("maxmemory").values()))

    def fill() -> list[Thing]:
        acknowledged = []
        client().config_set("maxmemory", client().info("memory")["used_memory"] + 1_000_000)
        with pytest.raises(Unavailable):  # noqa: PT012
            for minute in range(1000):
                thing = build_thing(minute, note="x" * 20_000)
                with write() as w:
                    w.create(thing, new_id=True)
                acknowledged.append(thing)
        client().config_set("maxmemory", 1)
        return acknowledged

    yield fill
    client().config_set("maxmemory", maxmemory)


def add_memory() -> None:
    """Let Redis use 1 MB more than it uses now."""
    client().config_set("maxmemory", client().info("memory")["used_memory"] + 1_000_000)


@pytest.fixture
def _no_inline_flush(monkeypatch) -> None:
    """Keep the web process from flushing the records of a full Redis."""
    monkeypatch.setattr(wakeups, "_run_inline", lambda name: None)


@pytest.mark.usefixtures("_no_inline_flush")
def test_a_full_redis_rejects_writes_and_loses_no_dirty_record(fill_redis):
    acknowledged = fill_redis()
    assert len(acknowledged) > 10
    before = dump_redis()

    with pytest.raises(Unavailable) as error:
        update_thing(acknowledged[0], name="Changed")

    assert error.value.retry_after == 2
    assert dump_redis() == before
    assert len(dirty_keys()) == len(acknowledged)
    ids = [thing.id for thing in acknowledged]
    assert list(reads.get_records(things, ids)) == ids

    # The flush is not refused, and flushed records can be evicted.
    assert flush.flush_queue(QUEUE) == len(acknowledged)
    assert mongo.collection(Thing).count_documents({}) == len(acknowledged)
    add_memory()
    newest = create_thing(9999, name="Newest")
    assert get_thing(newest).name == "Newest"
    assert read_all_pages(limit=5) == [newest.id, *ids[::-1]]


def test_a_queue_is_flushed_inline_if_the_broker_is_full(fill_redis):
    acknowledged = fill_redis()

    wakeups.send_wakeup(QUEUE)  # the broker is the same full server

    assert dirty_keys() == []
    assert mongo.collection(Thing).count_documents({}) == len(acknowledged)


@pytest.mark.usefixtures("_no_inline_flush")
def test_a_dead_letter_can_be_recorded_in_a_full_redis(fill_redis):
    bad = create_thing(size=2**63)
    acknowledged = fill_redis()

    assert flush.flush_queue(QUEUE) == len(acknowledged)
    assert list(dead_letters.get_dead_letters()[QUEUE]) == [record_key(bad)]


@pytest.mark.usefixtures("_no_inline_flush")
def test_expired_keys_are_deleted_from_a_full_redis(fill_redis):
    client().zadd("expiring", {"idempotency:k": 1000})
    fill_redis()

    assert tasks.delete_expired() == 1


@pytest.mark.usefixtures("_no_inline_flush")
def test_no_backoff_starts_if_redis_is_full(fill_redis):
    fill_redis()
    assert backoff.start_backoff() == 0.0
    assert client().exists("backoff") == 0
