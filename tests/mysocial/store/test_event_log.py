"""The event log: appended in the same step as the write, in order, until it is due."""

import pytest

from mysocial.core.errors import AlreadyExists, NotFound
from mysocial.core.redis import client
from mysocial.persistence import dirty, tasks
from mysocial.store import write
from tests.support.example_records import (
    QUEUE,
    Shout,
    Thing,
    evict,
    get,
    like,
    make,
    put,
    remove,
    together,
)
from tests.support.people import logged_events


def offsets(log: str = "events") -> list[int]:
    return [int(entry_id.partition(b"-")[0]) for entry_id, _ in client().xrange(log)]


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
    assert offsets(f"events:thing:{thing.id}") == offsets("events:things") == offsets()


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

    # Redis cuts whole nodes of a hundred entries, so somewhat more may stay.
    assert 100 <= client().xlen("events") <= 200
    assert 100 <= client().xlen("events:things") <= 200
    assert offsets()[-1] == clock()


def test_no_log_carries_a_time_to_live(flush_all):
    thing = put()
    like(thing, "bob")
    flush_all()
    remove(get(thing))
    flush_all()

    logs = [name for name in client().scan_iter() if name.startswith(b"events")]
    assert sorted(logs) == [b"events", b"events:thing:" + thing.id.encode(), b"events:things"]
    assert [client().pttl(name) for name in [*logs, "clock", "epoch", "expiring"]] == [-1] * 6


def test_the_log_of_a_topic_is_swept_when_it_is_due_and_the_whole_log_never(settings):
    settings.EVENT_LOG_SECONDS = 3600
    thing = put()
    like(thing, "bob")
    assert tasks.delete_expired() == 0
    assert client().exists("events:things") == 1

    seconds, _ = client().time()
    assert 3590 <= client().zscore("expiring", "events:things") / 1000 - seconds <= 3601
    client().zadd("expiring", {"events:things": (seconds - 1) * 1000})
    assert tasks.delete_expired() == 1

    assert client().exists("events:things") == 0
    assert client().exists("events", f"events:thing:{thing.id}") == 2
    assert client().zscore("expiring", "events:things") is None
    like(thing, "carol")
    assert client().xlen("events:things") == 1


def test_a_sweep_leaves_nothing_that_is_due(monkeypatch):
    monkeypatch.setattr(tasks, "DELETE_BATCH", 10)
    client().zadd("expiring", {f"idempotency:{n}": 1000 for n in range(35)})

    assert tasks.delete_expired() == 35
    assert client().zcard("expiring") == 0
    assert dirty.get_backlogs()[QUEUE].count == 0
