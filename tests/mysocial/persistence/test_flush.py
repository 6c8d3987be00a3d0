"""Debts: carried to MongoDB exactly as they stand, whoever dies and whoever writes meanwhile."""

import pytest

from mysocial.core import mongo
from mysocial.core.redis import client
from mysocial.persistence import dead_letters, dirty, flush, mongo_writer, tasks
from mysocial.store import reads
from tests.support.example_records import (
    QUEUE,
    Like,
    Thing,
    change,
    evict,
    get,
    key,
    like,
    make,
    owed_keys,
    put,
    remove,
    taken,
    things,
    together,
    walk,
    written,
)


def settled(moment: int, some: list[mongo_writer.Snapshot]) -> int:
    """Settle a batch as a drain does."""
    items = [[one.key, one.pk, one.version, one.ttl_seconds, QUEUE] for one in some]
    return int(flush.MARK_FLUSHED({"items": items, "read_at_ms": moment}))


def mongo_state() -> list[dict]:
    return sorted(mongo.collection(Thing).find({}, {"_deleted_at": 0}), key=lambda one: one["_id"])


def test_a_record_reaches_mongodb_as_it_is(document):
    thing = put(3, name="A lamp", size=3, code="l1")
    like(thing, "bob")
    assert document(Thing, thing.id) is None

    assert flush.flush_queue(QUEUE) == 2

    assert document(Thing, thing.id) == {
        "_id": thing.id,
        "_version": get(thing).version,
        "_deleted_at": None,
        "owner_id": thing.owner_id,
        "shelf": "on",
        "name": "A lamp",
        "note": "",
        "size": 3,
        "code": "l1",
        "likes": 1,
        "created_at": thing.created_at,
    }
    assert dirty.get_backlogs()[QUEUE] == dirty.Backlog(0, 0.0)
    assert flush.flush_queue(QUEUE) == 0


def test_a_slow_worker_does_not_overwrite_newer_data(document):
    thing = put(name="Old")
    _, slow = taken()
    change(thing, name="New")
    flush.flush_queue(QUEUE)

    written(slow)

    assert document(Thing, thing.id)["name"] == "New"
    assert document(Thing, thing.id)["_version"] == get(thing).version


def test_a_slow_worker_does_not_bring_back_what_was_deleted(document):
    thing = put(code="gold")
    _, slow = taken()
    remove(thing)
    flush.flush_queue(QUEUE)

    written(slow)

    assert document(Thing, thing.id)["_deleted_at"] is not None
    assert "code" not in document(Thing, thing.id)


def test_only_the_version_that_was_copied_is_settled(document):
    thing = put(name="Old")
    moment, batch = taken()
    written(batch)
    change(thing, name="New")

    assert settled(moment, batch) == 0

    assert owed_keys() == [key(thing)]
    assert client().pttl(key(thing)) == -1
    evict()
    assert get(thing).name == "New"
    assert flush.flush_queue(QUEUE) == 1
    assert document(Thing, thing.id)["name"] == "New"


def test_a_debt_that_is_renewed_is_as_old_as_the_copy_that_was_carried():
    thing = put(name="Old")
    client().zadd(f"dirty:{QUEUE}", {key(thing): 1000})
    moment, batch = taken()
    change(thing, name="New")
    assert client().zscore(f"dirty:{QUEUE}", key(thing)) == 1000

    settled(moment, batch)

    assert client().zscore(f"dirty:{QUEUE}", key(thing)) == moment
    assert settled(1000, batch) == 0
    assert client().zscore(f"dirty:{QUEUE}", key(thing)) == moment


def test_a_tombstone_is_carried_and_readers_do_not_see_it(document):
    thing, left = put(1), put(2)
    flush.flush_queue(QUEUE)
    remove(get(thing))
    flush.flush_queue(QUEUE)

    found = document(Thing, thing.id)
    assert sorted(found) == ["_deleted_at", "_id", "_version"]
    assert found["_deleted_at"] is not None
    evict()
    assert reads.get_records(things, [thing.id, left.id]).keys() == {left.id}
    assert walk() == [left.id]
    assert [one.id for one in Thing.objects.all()] == [left.id]


def test_counters_reach_mongodb_as_totals_however_often_they_are_carried(document):
    thing = put()
    for name in ("bob", "carol"):
        like(thing, name)
    _, batch = taken()
    for _ in range(3):
        written([one for one in batch if one.store is things])
    like(thing, "dave")
    flush.flush_queue(QUEUE)
    written([one for one in batch if one.store is things])

    assert document(Thing, thing.id)["likes"] == 3
    assert mongo.collection(Like).count_documents({}) == 3


@pytest.mark.parametrize("step", ["taken", "written", "settled in part"])
def test_a_drain_that_is_killed_is_repeated_with_the_same_end(step):
    for n in range(4):
        put(n, code=f"c{n}")
    moment, batch = taken()
    if step != "taken":
        written(batch)
    if step == "settled in part":
        settled(moment, batch[:2])

    assert flush.flush_queue(QUEUE) == (2 if step == "settled in part" else 4)

    assert [one["_version"] for one in mongo_state()] == [
        get(make(id=one["_id"])).version for one in mongo_state()
    ]
    assert sorted(one["code"] for one in mongo_state()) == ["c0", "c1", "c2", "c3"]
    assert owed_keys() == []


def test_two_drains_side_by_side_carry_everything_once():
    for n in range(30):
        put(n, name=str(n))

    counts = together(4, lambda _: [flush.flush_batch(QUEUE, limit=7) for _ in range(30)])

    assert sum(sum(some) for some in counts) == 30
    assert sorted(one["name"] for one in mongo_state()) == sorted(str(n) for n in range(30))
    assert owed_keys() == []
    assert dead_letters.count_dead_letters()[QUEUE] == 0


def test_drains_and_writers_at_once_end_in_agreement():
    thing = put()
    gone = [put(n) for n in range(10)]

    def act(number: int) -> None:
        if number < 2:
            for _ in range(20):
                flush.flush_batch(QUEUE, limit=5)
        elif number < 5:
            for n in range(10):
                like(thing, f"{number}-{n}")
        else:
            for one in gone[(number - 5) * 5 : (number - 4) * 5]:
                remove(one)

    assert together(7, act) == [None] * 7
    flush.flush_queue(QUEUE)

    assert [one["_id"] for one in mongo.find(Thing, {})] == [thing.id]
    assert mongo.find(Thing, {})[0]["likes"] == 30
    assert mongo.collection(Like).count_documents({"_deleted_at": None}) == 30
    evict()
    assert get(thing).likes == 30
    assert walk() == [thing.id]


def test_one_drain_at_a_time_and_a_failed_one_holds_nobody_up():
    put()
    client().set(f"lease:{QUEUE}", "1", px=10_000)
    assert flush.flush_queue(QUEUE) == 0
    client().delete(f"lease:{QUEUE}")

    assert flush.flush_queue(QUEUE) == 1
    assert client().exists(f"lease:{QUEUE}") == 0


def test_a_batch_is_no_larger_than_its_limit_and_begins_with_the_oldest():
    found = [put(n) for n in range(5)]
    for age, thing in enumerate(found):
        client().zadd(f"dirty:{QUEUE}", {key(thing): 1000 - age})

    assert flush.flush_batch(QUEUE, limit=2) == 2

    assert owed_keys() == [key(thing) for thing in found[2::-1]]
    assert dirty.get_backlogs()[QUEUE].count == 3


def test_the_age_of_the_oldest_debt_is_told():
    thing = put()
    seconds, _ = client().time()
    client().zadd(f"dirty:{QUEUE}", {key(thing): (seconds - 60) * 1000})

    debt = dirty.get_backlogs()[QUEUE]
    assert debt.count == 1
    assert 60 <= debt.oldest_seconds < 65


def test_the_task_of_a_queue_carries_its_debts_and_twice_changes_nothing(document):
    thing = put(name="A lamp")

    assert [tasks.FLUSH_TASKS[QUEUE]() for _ in range(2)] == [1, 0]

    assert document(Thing, thing.id)["name"] == "A lamp"


def test_a_drain_whose_time_is_over_holds_nobody_up(document):
    thing = put()
    assert flush.flush_queue(QUEUE, seconds=0) == 0
    assert owed_keys() == [key(thing)]
    assert flush.flush_queue(QUEUE) == 1


def test_what_has_given_up_its_place_meanwhile_leaves_room():
    thing = put(code="gold")
    assert mongo_writer.release_unique_value(things, {"code": "gold"})
    flush.flush_queue(QUEUE)
    assert not mongo_writer.release_unique_value(things, {"code": "gold"})
    change(thing, name="A newer copy, which has it still")
    assert not mongo_writer.release_unique_value(things, {"code": "gold"})
    assert get(thing).code == "gold"


def test_what_cannot_be_carried_is_set_aside_and_its_neighbours_are_carried(document):
    gone, large, thing = put(), put(note="x" * mongo_writer.MAX_DOCUMENT_BYTES), put()
    client().delete(key(gone))
    assert flush.flush_queue(QUEUE) == 1
    assert document(Thing, thing.id)
    assert {
        name: letter["error"] for name, letter in dead_letters.get_dead_letters()[QUEUE].items()
    } == {
        key(gone): "LookupError: A dirty record is not in Redis.",
        key(large): "ValueError: The document is too large.",
    }
