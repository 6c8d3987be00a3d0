"""The event log: appended in the same step as the write, in order, until it is due."""

import pytest

from mysocial.core.errors import AlreadyExists, NotFound
from mysocial.core.redis import client
from mysocial.persistence import dirty, packing, tasks
from mysocial.store import write
from tests.support.example_records import (
    QUEUE,
    Note,
    Shout,
    Thing,
    change,
    evict,
    get,
    like,
    make,
    put,
    remove,
    together,
)
from tests.support.people import logged_events


def offsets() -> list[int]:
    return [int(event["id"].partition("-")[0]) for event in logged_events()]


def topic_offsets(topic: str) -> list[int]:
    return [int(offset) for offset in client().lrange(f"events:{topic}", 0, -1)]


def clock() -> int:
    return int(client().get("clock"))


def test_an_event_tells_the_state_that_its_own_write_made():
    thing = put()
    like(thing, "bob")
    like(thing, "carol")

    assert [(event["type"], event["data"]) for event in logged_events()] == [
        ("thing.shouted", {"likes": 1}),
        ("thing.shouted", {"likes": 2}),
    ]
    assert [event["topics"] for event in logged_events()] == [[f"thing:{thing.id}", "things"]] * 2
    assert topic_offsets(f"thing:{thing.id}") == topic_offsets("things") == offsets()


def test_an_event_of_an_evicted_record_tells_its_state_too(flush_all):
    thing = put()
    like(thing, "bob")
    flush_all()
    evict()

    with write() as w:
        w.announce(Shout(thing.id))

    assert logged_events()[-1]["data"] == {"likes": 1}


def test_an_event_of_what_the_same_write_removed_has_nothing_to_tell():
    thing = put()
    with write() as w:
        w.delete(thing)
        w.announce(Shout(thing.id))

    assert logged_events()[-1]["data"] == {"likes": None}


def test_a_refused_write_is_heard_by_nobody():
    thing = put()
    like(thing, "bob")
    listener = client().pubsub()
    listener.subscribe("asgi__group__dispatchers")
    assert listener.get_message(timeout=20)["type"] == "subscribe"
    before = (logged_events(), clock())

    with pytest.raises(AlreadyExists):
        like(thing, "bob")
    with pytest.raises(NotFound), write() as w:  # noqa: PT012
        w.announce(Shout(thing.id))
        w.require(Thing, make().id)

    assert (logged_events(), clock()) == before
    assert listener.get_message(timeout=0) is None
    like(thing, "carol")
    assert listener.get_message(timeout=20)["type"] == "message"
    listener.close()


def test_events_are_in_the_order_of_their_writes_whoever_writes():
    thing = put()

    together(8, lambda n: [like(thing, f"{n}-{m}") for m in range(5)])

    assert [event["data"]["likes"] for event in logged_events()] == list(range(1, 41))
    assert offsets() == sorted(set(offsets()))
    assert clock() == offsets()[-1]


def test_the_clock_never_goes_back_even_when_it_is_ahead_of_time():
    thing = put()
    like(thing, "bob")
    ahead = clock() + 10**12
    client().set("clock", ahead)

    like(thing, "carol")
    with write() as w:
        w.announce(Shout(thing.id))
        w.announce(Shout(thing.id))

    # One tick for each step, and one for each of its events.
    assert offsets()[1:] == [ahead + 2, ahead + 4, ahead + 5]
    assert clock() == ahead + 5
    assert get(thing).version == ahead + 1


def test_an_event_comes_after_the_version_of_a_record_from_the_future(flush_all):
    thing = put()
    ahead = clock() + 10**12
    client().set("clock", ahead)
    like(thing, "bob")
    flush_all()
    client().delete("clock")
    client().xtrim("events", maxlen=0)
    evict()

    like(thing, "carol")

    assert get(thing).version == ahead + 2
    assert clock() == offsets()[-1] == ahead + 3


def test_a_log_keeps_the_configured_number_of_events(settings):
    settings.EVENT_LOG_LENGTH = 100
    thing = put()
    with write() as w:
        for _ in range(500):
            w.announce(Shout(thing.id))

    assert topic_offsets("things") == topic_offsets(f"thing:{thing.id}") == offsets()[-100:]
    assert len(offsets()) == 500  # the log of all events has a budget in bytes instead
    assert offsets()[-1] == clock()


def test_no_log_carries_a_time_to_live(flush_all):
    thing = put()
    like(thing, "bob")
    flush_all()
    remove(get(thing))
    flush_all()

    logs = [name for name in client().scan_iter() if name.startswith(b"events")]
    assert sorted(logs) == [b"events", b"events:thing:" + thing.id.encode(), b"events:things"]
    kept = [*logs, "clock", "epoch", "topic_logs", "stored_bytes"]
    assert [client().pttl(name) for name in kept] == [-1] * 7


def test_events_that_are_due_are_deleted_with_their_place_in_the_logs(settings):
    settings.EVENT_LOG_SECONDS = 3600
    thing = put()
    like(thing, "bob")
    assert tasks.delete_expired() == 0
    assert len(topic_offsets("things")) == 1

    settings.EVENT_LOG_SECONDS = -1
    (due,) = offsets()
    client().set("clock", clock() + 10**9)  # the next event is in the future, so it is not due
    like(thing, "carol")
    assert tasks.delete_expired() == 1

    assert topic_offsets("things") == topic_offsets(f"thing:{thing.id}") == offsets()
    assert len(offsets()) == 1
    assert client().get("log_floor") == client().get("recent_floor") == str(due).encode()
    assert client().lrange("topic_logs", 0, -1) == [f"thing:{thing.id}".encode(), b"things"]


def test_the_log_of_a_topic_without_events_is_deleted(settings):
    put_and_like()
    settings.EVENT_LOG_SECONDS = -1

    assert tasks.delete_expired() == 1

    assert list(client().scan_iter("events:*")) == []
    assert client().exists("topic_logs") == 0
    assert stored_bytes() == 0
    put_and_like()
    assert len(topic_offsets("things")) == len(offsets()) == 1


def put_and_like() -> None:
    like(put(), "bob")


def stored_bytes() -> int:
    return int(client().hget("stored_bytes", "events"))


def test_the_log_keeps_its_budget_in_bytes(settings):
    settings.EVENT_LOG_BYTES = 3000
    thing = put()
    for _ in range(30):
        with write() as w:
            w.announce(Shout(thing.id))
            w.announce(Shout(thing.id))
        assert stored_bytes() <= 3000

    assert 10 <= len(offsets()) < 30
    assert offsets()[-1] == clock()
    trimmed = [offset for offset in topic_offsets("things") if offset not in offsets()]
    assert int(client().get("log_floor")) == trimmed[-1]
    client().hset("stored_bytes", "events", 3001)  # as if there were another event
    assert tasks.delete_expired() == 1
    assert topic_offsets("things") == offsets()


def test_a_write_that_is_larger_than_the_budget_is_announced_as_far_as_it_fits(settings):
    settings.EVENT_LOG_BYTES = 1000
    thing = put()
    with write() as w:
        for _ in range(50):
            w.announce(Shout(thing.id))

    assert 1 <= len(offsets()) < 10
    assert offsets()[-1] == clock()


def test_the_log_keeps_no_copy_of_a_large_text():
    thing = put(note="é" * 3000)
    with write() as w:
        w.announce(Note(thing.id))
    (_, fields), *_ = client().xrange("events")
    assert b"data" not in fields
    assert sum(map(len, fields.values())) < 300
    assert logged_events()[0]["data"]["note"] == "é" * 3000

    change(thing, note="Now")
    assert logged_events()[0]["data"]["note"] == "Now"
    remove(get(thing))
    assert logged_events()[0]["data"] is None


def test_a_sweep_leaves_nothing_that_is_due(monkeypatch):
    monkeypatch.setattr(packing, "DELETE_BATCH", 10)
    client().zadd("expiring", {f"idempotency:{n}": 1000 for n in range(35)})

    assert tasks.delete_expired() == 35
    assert client().zcard("expiring") == 0
    assert dirty.get_backlogs()[QUEUE].count == 0
