"""The flush: MongoDB gets every record as it is, despite crashes and concurrent writes."""

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
    dirty_keys,
    evict,
    get,
    key,
    like,
    make,
    put,
    remove,
    taken,
    things,
    together,
    walk,
    written,
)


def mark_flushed(moment: int, snapshots: list[mongo_writer.Snapshot]) -> int:
    """Mark a batch clean, as a worker does."""
    return flush.mark_flushed(QUEUE, snapshots, moment)


def mongo_state() -> list[dict]:
    return sorted(
        mongo.collection(Thing).find({}, {"_deleted_at": 0}), key=lambda document: document["_id"]
    )


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


def test_only_the_flushed_version_is_marked_clean(document):
    thing = put(name="Old")
    moment, batch = taken()
    written(batch)
    change(thing, name="New")

    assert mark_flushed(moment, batch) == 0

    assert dirty_keys() == [key(thing)]
    assert client().pttl(key(thing)) == -1
    evict()
    assert get(thing).name == "New"
    assert flush.flush_queue(QUEUE) == 1
    assert document(Thing, thing.id)["name"] == "New"


def test_a_record_that_was_written_meanwhile_is_pending_since_the_batch_was_read():
    thing = put(name="Old")
    client().zadd(f"dirty:{QUEUE}", {key(thing): 1000})
    moment, batch = taken()
    change(thing, name="New")
    assert client().zscore(f"dirty:{QUEUE}", key(thing)) == 1000

    mark_flushed(moment, batch)

    assert client().zscore(f"dirty:{QUEUE}", key(thing)) == moment
    assert mark_flushed(1000, batch) == 0
    assert client().zscore(f"dirty:{QUEUE}", key(thing)) == moment


def test_a_tombstone_is_flushed_and_hidden_from_readers(document):
    thing, left = put(1), put(2)
    flush.flush_queue(QUEUE)
    remove(get(thing))
    flush.flush_queue(QUEUE)

    tombstone = document(Thing, thing.id)
    assert sorted(tombstone) == ["_deleted_at", "_id", "_version"]
    assert tombstone["_deleted_at"] is not None
    evict()
    assert reads.get_records(things, [thing.id, left.id]).keys() == {left.id}
    assert walk() == [left.id]
    assert [live.id for live in Thing.objects.all()] == [left.id]


def test_counters_reach_mongodb_as_totals_however_often_they_are_flushed(document):
    thing = put()
    for name in ("bob", "carol"):
        like(thing, name)
    _, batch = taken()
    for _ in range(3):
        written([snapshot for snapshot in batch if snapshot.store is things])
    like(thing, "dave")
    flush.flush_queue(QUEUE)
    written([snapshot for snapshot in batch if snapshot.store is things])

    assert document(Thing, thing.id)["likes"] == 3
    assert mongo.collection(Like).count_documents({}) == 3


@pytest.mark.parametrize("step", ["taken", "written", "partly marked"])
def test_an_interrupted_flush_can_be_repeated(step):
    for n in range(4):
        put(n, code=f"c{n}")
    moment, batch = taken()
    if step != "taken":
        written(batch)
    if step == "partly marked":
        mark_flushed(moment, batch[:2])

    assert flush.flush_queue(QUEUE) == (2 if step == "partly marked" else 4)

    assert [document["_version"] for document in mongo_state()] == [
        get(make(id=document["_id"])).version for document in mongo_state()
    ]
    assert sorted(document["code"] for document in mongo_state()) == ["c0", "c1", "c2", "c3"]
    assert dirty_keys() == []


def test_concurrent_flushes_flush_everything_once():
    for n in range(30):
        put(n, name=str(n))

    counts = together(4, lambda _: [flush.flush_batch(QUEUE, limit=7) for _ in range(30)])

    assert sum(map(sum, counts)) == 30
    assert sorted(document["name"] for document in mongo_state()) == sorted(
        str(n) for n in range(30)
    )
    assert dirty_keys() == []
    assert dead_letters.count_dead_letters()[QUEUE] == 0


def test_concurrent_flushes_and_writes_end_consistently():
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
            for record in gone[(number - 5) * 5 : (number - 4) * 5]:
                remove(record)

    assert together(7, act) == [None] * 7
    flush.flush_queue(QUEUE)

    assert [document["_id"] for document in mongo.find(Thing, {})] == [thing.id]
    assert mongo.find(Thing, {})[0]["likes"] == 30
    assert mongo.collection(Like).count_documents({"_deleted_at": None}) == 30
    evict()
    assert get(thing).likes == 30
    assert walk() == [thing.id]


def test_a_lease_allows_one_flush_at_a_time():
    put()
    client().set(f"lease:{QUEUE}", "1", px=10_000)
    assert flush.flush_queue(QUEUE) == 0
    client().delete(f"lease:{QUEUE}")

    assert flush.flush_queue(QUEUE) == 1
    assert client().exists(f"lease:{QUEUE}") == 0


def test_a_batch_has_the_oldest_records_up_to_its_limit():
    records = [put(n) for n in range(5)]
    for age, thing in enumerate(records):
        client().zadd(f"dirty:{QUEUE}", {key(thing): 1000 - age})

    assert flush.flush_batch(QUEUE, limit=2) == 2

    assert dirty_keys() == [key(thing) for thing in records[2::-1]]
    assert dirty.get_backlogs()[QUEUE].count == 3


def test_a_backlog_has_the_age_of_its_oldest_record():
    thing = put()
    seconds, _ = client().time()
    client().zadd(f"dirty:{QUEUE}", {key(thing): (seconds - 60) * 1000})

    backlog = dirty.get_backlogs()[QUEUE]
    assert backlog.count == 1
    assert 60 <= backlog.oldest_seconds < 65


def test_the_flush_task_of_a_queue_is_idempotent(document):
    thing = put(name="A lamp")

    assert [tasks.FLUSH_TASKS[QUEUE]() for _ in range(2)] == [1, 0]

    assert document(Thing, thing.id)["name"] == "A lamp"


def test_a_flush_without_time_left_releases_its_lease(document):
    thing = put()
    assert flush.flush_queue(QUEUE, seconds=0) == 0
    assert dirty_keys() == [key(thing)]
    assert flush.flush_queue(QUEUE) == 1


def test_a_unique_value_is_released_only_if_its_record_gave_it_up():
    thing = put(code="gold")
    assert mongo_writer.release_unique_value(things, {"code": "gold"})
    flush.flush_queue(QUEUE)
    assert not mongo_writer.release_unique_value(things, {"code": "gold"})
    change(thing, name="A newer version, which still has it")
    assert not mongo_writer.release_unique_value(things, {"code": "gold"})
    assert get(thing).code == "gold"


def test_records_that_cannot_be_flushed_do_not_block_others(document):
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
