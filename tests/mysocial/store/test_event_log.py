"""The event log: events are appended by their write, in order, and deleted when they expire."""

import pytest

from mysocial.core.errors import AlreadyExists, NotFound
from mysocial.core.redis import client
from mysocial.persistence import dirty, packing, tasks
from mysocial.store import write
from tests.support.example_records import (
    QUEUE,
    LikesChanged,
    NoteChanged,
    Thing,
    build_thing,
    create_thing,
    delete_record,
    evict_cached_keys,
    get_thing,
    like_thing,
    run_in_threads,
    update_thing,
)
from tests.support.people import logged_events


def offsets() -> list[int]:
    return [int(event["id"].partition("-")[0]) for event in logged_events()]


def topic_offsets(topic: str) -> list[int]:
    return [int(offset) for offset in client().lrange(f"events:{topic}", 0, -1)]


def clock() -> int:
    return int(client().get("clock"))


def test_an_event_contains_the_state_after_its_own_write():
    thing = create_thing()
    like_thing(thing, "bob")
    like_thing(thing, "carol")

    assert [(event["type"], event["data"]) for event in logged_events()] == [
        ("thing.likes_changed", {"likes": 1}),
        ("thing.likes_changed", {"likes": 2}),
    ]
    assert [event["topics"] for event in logged_events()] == [[f"thing:{thing.id}", "things"]] * 2
    assert topic_offsets(f"thing:{thing.id}") == topic_offsets("things") == offsets()


def test_an_event_of_an_evicted_record_contains_its_state(flush_all):
    thing = create_thing()
    like_thing(thing, "bob")
    flush_all()
    evict_cached_keys()

    with write() as w:
        w.announce(LikesChanged(thing.id))

    assert logged_events()[-1]["data"] == {"likes": 1}


def test_an_event_of_a_record_that_the_same_write_deleted_has_null_fields():
    thing = create_thing()
    with write() as w:
        w.delete(thing)
        w.announce(LikesChanged(thing.id))

    assert logged_events()[-1]["data"] == {"likes": None}


def test_a_refused_write_sends_no_event():
    thing = create_thing()
    like_thing(thing, "bob")
    subscriber = client().pubsub()
    subscriber.subscribe("asgi__group__dispatchers")
    assert subscriber.get_message(timeout=20)["type"] == "subscribe"
    before = (logged_events(), clock())

    with pytest.raises(AlreadyExists):
        like_thing(thing, "bob")
    with pytest.raises(NotFound), write() as w:  # noqa: PT012
        w.announce(LikesChanged(thing.id))
        w.require(Thing, build_thing().id)

    assert (logged_events(), clock()) == before
    assert subscriber.get_message(timeout=0) is None
    like_thing(thing, "carol")
    assert subscriber.get_message(timeout=20)["type"] == "message"
    subscriber.close()


def test_events_of_concurrent_writes_are_in_the_order_of_the_writes():
    thing = create_thing()

    run_in_threads(8, lambda n: [like_thing(thing, f"{n}-{m}") for m in range(5)])

    assert [event["data"]["likes"] for event in logged_events()] == list(range(1, 41))
    assert offsets() == sorted(set(offsets()))
    assert clock() == offsets()[-1]


def test_the_clock_increases_even_if_it_is_ahead_of_the_current_time():
    thing = create_thing()
    like_thing(thing, "bob")
    ahead = clock() + 10**12
    client().set("clock", ahead)

    like_thing(thing, "carol")
    with write() as w:
        w.announce(LikesChanged(thing.id))
        w.announce(LikesChanged(thing.id))

    # The clock advances by one for each write, and by one for each of its events.
    assert offsets()[1:] == [ahead + 2, ahead + 4, ahead + 5]
    assert clock() == ahead + 5
    assert get_thing(thing).version == ahead + 1


def test_an_event_has_a_higher_offset_than_the_version_of_a_record_from_the_future(flush_all):
    thing = create_thing()
    ahead = clock() + 10**12
    client().set("clock", ahead)
    like_thing(thing, "bob")
    flush_all()
    client().delete("clock")
    client().xtrim("events", maxlen=0)
    evict_cached_keys()

    like_thing(thing, "carol")

    assert get_thing(thing).version == ahead + 2
    assert clock() == offsets()[-1] == ahead + 3


def test_a_log_keeps_the_configured_number_of_events(settings):
    settings.EVENT_LOG_LENGTH = 100
    thing = create_thing()
    with write() as w:
        for _ in range(500):
            w.announce(LikesChanged(thing.id))

    assert topic_offsets("things") == topic_offsets(f"thing:{thing.id}") == offsets()[-100:]
    assert len(offsets()) == 500  # the log of all events has a budget in bytes instead
    assert offsets()[-1] == clock()


def test_no_event_log_has_a_ttl(flush_all):
    thing = create_thing()
    like_thing(thing, "bob")
    flush_all()
    delete_record(get_thing(thing))
    flush_all()

    logs = [name for name in client().scan_iter() if name.startswith(b"events")]
    assert sorted(logs) == [b"events", b"events:thing:" + thing.id.encode(), b"events:things"]
    keys = [*logs, "clock", "epoch", "topic_logs", "stored_bytes"]
    assert [client().pttl(name) for name in keys] == [-1] * 7


def test_expired_events_are_deleted_from_all_logs(settings):
    settings.EVENT_LOG_SECONDS = 3600
    thing = create_thing()
    like_thing(thing, "bob")
    assert tasks.delete_expired() == 0
    assert len(topic_offsets("things")) == 1

    settings.EVENT_LOG_SECONDS = -1
    (expired,) = offsets()
    client().set("clock", clock() + 10**9)  # the next event is in the future, so it does not expire
    like_thing(thing, "carol")
    assert tasks.delete_expired() == 1

    assert topic_offsets("things") == topic_offsets(f"thing:{thing.id}") == offsets()
    assert len(offsets()) == 1
    assert client().get("log_floor") == client().get("recent_floor") == str(expired).encode()
    assert client().lrange("topic_logs", 0, -1) == [f"thing:{thing.id}".encode(), b"things"]


def test_the_log_of_a_topic_without_events_is_deleted(settings):
    create_liked_thing()
    settings.EVENT_LOG_SECONDS = -1

    assert tasks.delete_expired() == 1

    assert list(client().scan_iter("events:*")) == []
    assert client().exists("topic_logs") == 0
    assert stored_bytes() == 0
    create_liked_thing()
    assert len(topic_offsets("things")) == len(offsets()) == 1


def create_liked_thing() -> None:
    like_thing(create_thing(), "bob")


def stored_bytes() -> int:
    return int(client().hget("stored_bytes", "events"))


def test_the_event_log_stays_within_its_budget(settings):
    settings.EVENT_LOG_BYTES = 3000
    thing = create_thing()
    for _ in range(30):
        with write() as w:
            w.announce(LikesChanged(thing.id))
            w.announce(LikesChanged(thing.id))
        assert stored_bytes() <= 3000

    assert 10 <= len(offsets()) < 30
    assert offsets()[-1] == clock()
    trimmed = [offset for offset in topic_offsets("things") if offset not in offsets()]
    assert int(client().get("log_floor")) == trimmed[-1]
    client().hset("stored_bytes", "events", 3001)  # as if there were another event
    assert tasks.delete_expired() == 1
    assert topic_offsets("things") == offsets()


def test_a_write_larger_than_the_budget_keeps_its_newest_events(settings):
    settings.EVENT_LOG_BYTES = 1000
    thing = create_thing()
    with write() as w:
        for _ in range(50):
            w.announce(LikesChanged(thing.id))

    assert 1 <= len(offsets()) < 10
    assert offsets()[-1] == clock()


def test_a_large_event_is_rendered_from_the_current_record():
    thing = create_thing(note="é" * 3000)
    with write() as w:
        w.announce(NoteChanged(thing.id))
    (_, fields), *_ = client().xrange("events")
    assert b"data" not in fields
    assert sum(map(len, fields.values())) < 300
    assert logged_events()[0]["data"]["note"] == "é" * 3000

    update_thing(thing, note="Now")
    assert logged_events()[0]["data"]["note"] == "Now"
    delete_record(get_thing(thing))
    assert logged_events()[0]["data"] is None


def test_delete_expired_deletes_all_expired_keys_in_batches(monkeypatch):
    monkeypatch.setattr(packing, "DELETE_BATCH", 10)
    client().zadd("expiring", {f"idempotency:{n}": 1000 for n in range(35)})

    assert tasks.delete_expired() == 35
    assert client().zcard("expiring") == 0
    assert dirty.get_backlogs()[QUEUE].count == 0
