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
    build_thing,
    create_thing,
    delete_record,
    dirty_keys,
    evict_cached_keys,
    get_thing,
    like_thing,
    read_all_pages,
    record_key,
    run_in_threads,
    take_snapshots,
    things,
    update_thing,
    write_snapshots,
)


def mark_flushed(taken_at: int, snapshots: list[mongo_writer.Snapshot]) -> int:
    """Mark a batch clean, as a worker does, but for the mark, which it has not raised."""
    position = flush.read_batch(QUEUE, 1).position._replace(clock=0)
    return flush.mark_flushed(QUEUE, snapshots, taken_at, position)


def mongo_state() -> list[dict]:
    return sorted(
        mongo.collection(Thing).find({}, {"_deleted_at": 0}), key=lambda document: document["_id"]
    )


def test_a_record_is_flushed_with_all_its_fields(document):
    thing = create_thing(3, name="A lamp", size=3, code="l1")
    like_thing(thing, "bob")
    assert document(Thing, thing.id) is None

    assert flush.flush_queue(QUEUE) == 2

    assert document(Thing, thing.id) == {
        "_id": thing.id,
        "_version": get_thing(thing).version,
        "_deleted_at": None,
        "owner_id": thing.owner_id,
        "status": "listed",
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
    thing = create_thing(name="Old")
    _, slow = take_snapshots()
    update_thing(thing, name="New")
    flush.flush_queue(QUEUE)

    write_snapshots(slow)

    assert document(Thing, thing.id)["name"] == "New"
    assert document(Thing, thing.id)["_version"] == get_thing(thing).version


def test_a_slow_worker_does_not_restore_a_deleted_record(document):
    thing = create_thing(code="gold")
    _, slow = take_snapshots()
    delete_record(thing)
    flush.flush_queue(QUEUE)

    write_snapshots(slow)

    assert document(Thing, thing.id)["_deleted_at"] is not None
    assert "code" not in document(Thing, thing.id)


def test_only_the_flushed_version_is_marked_clean(document):
    thing = create_thing(name="Old")
    taken_at, batch = take_snapshots()
    write_snapshots(batch)
    update_thing(thing, name="New")

    assert mark_flushed(taken_at, batch) == 0

    assert dirty_keys() == [record_key(thing)]
    assert client().pttl(record_key(thing)) == -1
    evict_cached_keys()
    assert get_thing(thing).name == "New"
    assert flush.flush_queue(QUEUE) == 1
    assert document(Thing, thing.id)["name"] == "New"


def test_a_record_written_after_its_batch_was_read_is_dirty_since_that_time():
    thing = create_thing(name="Old")
    client().zadd(f"dirty:{QUEUE}", {record_key(thing): 1000})
    taken_at, batch = take_snapshots()
    update_thing(thing, name="New")
    assert client().zscore(f"dirty:{QUEUE}", record_key(thing)) == 1000

    mark_flushed(taken_at, batch)

    assert client().zscore(f"dirty:{QUEUE}", record_key(thing)) == taken_at
    assert mark_flushed(1000, batch) == 0
    assert client().zscore(f"dirty:{QUEUE}", record_key(thing)) == taken_at


def test_a_tombstone_is_flushed_and_hidden_from_readers(document):
    thing, other = create_thing(1), create_thing(2)
    flush.flush_queue(QUEUE)
    delete_record(get_thing(thing))
    flush.flush_queue(QUEUE)

    tombstone = document(Thing, thing.id)
    assert sorted(tombstone) == ["_deleted_at", "_id", "_version"]
    assert tombstone["_deleted_at"] is not None
    evict_cached_keys()
    assert reads.get_records(things, [thing.id, other.id]).keys() == {other.id}
    assert read_all_pages() == [other.id]
    assert [live.id for live in Thing.objects.all()] == [other.id]


def test_counters_are_flushed_as_totals_and_can_be_flushed_repeatedly(document):
    thing = create_thing()
    for name in ("bob", "carol"):
        like_thing(thing, name)
    _, batch = take_snapshots()
    for _ in range(3):
        write_snapshots([snapshot for snapshot in batch if snapshot.store is things])
    like_thing(thing, "dave")
    flush.flush_queue(QUEUE)
    write_snapshots([snapshot for snapshot in batch if snapshot.store is things])

    assert document(Thing, thing.id)["likes"] == 3
    assert mongo.collection(Like).count_documents({}) == 3


@pytest.mark.parametrize("step", ["taken", "written", "partly marked"])
def test_an_interrupted_flush_can_be_repeated(step):
    for n in range(4):
        create_thing(n, code=f"c{n}")
    taken_at, batch = take_snapshots()
    if step != "taken":
        write_snapshots(batch)
    if step == "partly marked":
        mark_flushed(taken_at, batch[:2])

    assert flush.flush_queue(QUEUE) == (2 if step == "partly marked" else 4)

    assert [document["_version"] for document in mongo_state()] == [
        get_thing(build_thing(id=document["_id"])).version for document in mongo_state()
    ]
    assert sorted(document["code"] for document in mongo_state()) == ["c0", "c1", "c2", "c3"]
    assert dirty_keys() == []


def test_concurrent_flushes_flush_everything_once():
    for n in range(30):
        create_thing(n, name=str(n))

    counts = run_in_threads(4, lambda _: [flush.flush_batch(QUEUE, limit=7) for _ in range(30)])

    assert sum(map(sum, counts)) == 30
    assert sorted(document["name"] for document in mongo_state()) == sorted(
        str(n) for n in range(30)
    )
    assert dirty_keys() == []
    assert dead_letters.count_dead_letters()[QUEUE] == 0


def test_concurrent_flushes_and_writes_end_consistently():
    thing = create_thing()
    deleted = [create_thing(n) for n in range(10)]

    def flush_or_write(number: int) -> None:
        if number < 2:
            for _ in range(20):
                flush.flush_batch(QUEUE, limit=5)
        elif number < 5:
            for n in range(10):
                like_thing(thing, f"{number}-{n}")
        else:
            for record in deleted[(number - 5) * 5 : (number - 4) * 5]:
                delete_record(record)

    assert run_in_threads(7, flush_or_write) == [None] * 7
    flush.flush_queue(QUEUE)

    assert [document["_id"] for document in mongo.find(Thing, {})] == [thing.id]
    assert mongo.find(Thing, {})[0]["likes"] == 30
    assert mongo.collection(Like).count_documents({"_deleted_at": None}) == 30
    evict_cached_keys()
    assert get_thing(thing).likes == 30
    assert read_all_pages() == [thing.id]


def test_a_lease_allows_one_flush_at_a_time():
    create_thing()
    client().set(f"lease:{QUEUE}", "1", px=10_000)
    assert flush.flush_queue(QUEUE) == 0
    client().delete(f"lease:{QUEUE}")

    assert flush.flush_queue(QUEUE) == 1
    assert client().exists(f"lease:{QUEUE}") == 0


def test_a_batch_has_the_oldest_records_up_to_its_limit():
    records = [create_thing(n) for n in range(5)]
    for age, thing in enumerate(records):
        client().zadd(f"dirty:{QUEUE}", {record_key(thing): 1000 - age})

    assert flush.flush_batch(QUEUE, limit=2) == 2

    assert dirty_keys() == [record_key(thing) for thing in records[2::-1]]
    assert dirty.get_backlogs()[QUEUE].count == 3


def test_a_backlog_has_the_age_of_its_oldest_record():
    thing = create_thing()
    seconds, _ = client().time()
    client().zadd(f"dirty:{QUEUE}", {record_key(thing): (seconds - 60) * 1000})

    backlog = dirty.get_backlogs()[QUEUE]
    assert backlog.count == 1
    assert 60 <= backlog.oldest_seconds < 65


def test_the_flush_task_of_a_queue_is_idempotent(document):
    thing = create_thing(name="A lamp")

    assert [tasks.FLUSH_TASKS[QUEUE]() for _ in range(2)] == [1, 0]

    assert document(Thing, thing.id)["name"] == "A lamp"


def test_a_flush_without_time_left_releases_its_lease(document):
    thing = create_thing()
    assert flush.flush_queue(QUEUE, seconds=0) == 0
    assert dirty_keys() == [record_key(thing)]
    assert flush.flush_queue(QUEUE) == 1


def test_a_unique_value_is_released_only_if_its_record_no_longer_has_it():
    thing = create_thing(code="gold")
    assert mongo_writer.release_unique_value(things, {"code": "gold"})
    flush.flush_queue(QUEUE)
    assert not mongo_writer.release_unique_value(things, {"code": "gold"})
    update_thing(thing, name="A newer version, which still has it")
    assert not mongo_writer.release_unique_value(things, {"code": "gold"})
    assert get_thing(thing).code == "gold"


def test_records_that_cannot_be_flushed_do_not_block_others(document):
    lost, large, thing = (
        create_thing(),
        create_thing(note="x" * mongo_writer.MAX_DOCUMENT_BYTES),
        create_thing(),
    )
    client().delete(record_key(lost))
    assert flush.flush_queue(QUEUE) == 1
    assert document(Thing, thing.id)
    assert {
        name: letter["error"] for name, letter in dead_letters.get_dead_letters()[QUEUE].items()
    } == {
        record_key(lost): "LookupError: A dirty record is not in Redis.",
        record_key(large): "ValueError: The document is too large.",
    }
