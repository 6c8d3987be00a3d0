"""Writes of snapshots: missing documents are inserted, older ones are replaced."""

from mysocial.core import mongo
from mysocial.core.redis import client
from mysocial.persistence import flush, mongo_writer
from tests.support.example_records import (
    QUEUE,
    Thing,
    create_thing,
    delete_record,
    dirty_keys,
    get_thing,
    record_key,
    run_in_threads,
    take_snapshots,
    update_thing,
    write_snapshots,
)


def test_in_a_large_batch_missing_documents_are_inserted_and_others_replaced(document):
    old = [create_thing(n, name="Old") for n in range(flush.MIN_BATCH_FOR_LOOKUP)]
    flush.flush_queue(QUEUE)
    for thing in old:
        update_thing(thing, name="New")
    delete_record(old[0])
    created = [create_thing(n, name="New") for n in range(flush.MIN_BATCH_FOR_LOOKUP)]
    _, batch = take_snapshots()
    assert mongo_writer.missing_ids(batch) == {thing.id for thing in created}

    assert flush.flush_queue(QUEUE) == 2 * flush.MIN_BATCH_FOR_LOOKUP

    assert document(Thing, old[0].id)["_deleted_at"] is not None
    for thing in (*old[1:], *created):
        assert document(Thing, thing.id)["name"] == "New"
        assert document(Thing, thing.id)["_version"] == get_thing(thing).version
    assert dirty_keys() == []


def test_a_newer_document_that_appeared_since_the_lookup_is_kept(document):
    thing = create_thing(name="Old")
    _, slow = take_snapshots()
    missing = mongo_writer.missing_ids(slow)
    update_thing(thing, name="New")
    flush.flush_queue(QUEUE)

    assert write_snapshots(slow, new=missing) == slow

    assert document(Thing, thing.id)["name"] == "New"


def test_an_older_document_that_appeared_since_the_lookup_is_replaced(document):
    thing = create_thing(name="Old")
    _, slow = take_snapshots()
    update_thing(thing, name="New")
    _, batch = take_snapshots()
    missing = mongo_writer.missing_ids(batch)
    write_snapshots(slow)
    assert document(Thing, thing.id)["name"] == "Old"

    assert write_snapshots(batch, new=missing) == batch

    assert document(Thing, thing.id)["name"] == "New"


def test_an_inserted_document_gets_the_unique_value_that_another_released(document):
    before = create_thing(code="gold")
    flush.flush_queue(QUEUE)
    update_thing(before, code="")
    after = create_thing(code="gold")
    batch = [snapshot for snapshot in take_snapshots()[1] if snapshot.pk == after.id]

    assert write_snapshots(batch, new={after.id}) == batch

    assert document(Thing, after.id)["code"] == "gold"
    assert "code" not in document(Thing, before.id)


def test_mongodb_keeps_the_newest_of_concurrent_snapshots():
    """If both find nothing to replace, the second insert fails as a duplicate, although the
    document that was inserted first may be the older one."""
    for _ in range(40):
        things = [create_thing(n) for n in range(5)]
        _, old = take_snapshots()
        for thing in things:
            update_thing(thing, name="New")
        _, batch = take_snapshots()

        run_in_threads(
            2, lambda number, old=old, batch=batch: write_snapshots(batch if number else old)
        )

        ids = {"$in": [thing.id for thing in things]}
        assert {document["name"] for document in mongo.find(Thing, {"_id": ids})} == {"New"}
        flush.flush_queue(QUEUE)


def test_an_acknowledged_record_with_too_low_a_version_is_written_again(document, flush_all):
    thing = create_thing(name="Acknowledged")
    higher = thing.version + 10**9
    mongo.collection(Thing).insert_one(
        {"_id": thing.id, "_version": higher, "_deleted_at": None, "name": "Unknown to Redis"}
    )

    assert flush.flush_queue(QUEUE) == 0
    assert dirty_keys() == [record_key(thing)]
    assert flush.flush_queue(QUEUE) == 1

    assert document(Thing, thing.id)["name"] == "Acknowledged"
    assert document(Thing, thing.id)["_version"] == get_thing(thing).version > higher
    assert int(client().get("clock")) >= get_thing(thing).version
    assert dirty_keys() == []


def test_other_fields_with_the_same_version_are_written_again(document):
    thing = create_thing(name="Acknowledged")
    mongo.collection(Thing).insert_one(
        {"_id": thing.id, "_version": thing.version, "_deleted_at": None, "name": "Other"}
    )

    flush.flush_queue(QUEUE)
    assert flush.flush_queue(QUEUE) == 1

    assert document(Thing, thing.id)["name"] == "Acknowledged"


def test_a_snapshot_that_mongodb_has_is_flushed_without_another_version(document):
    thing = create_thing(name="A lamp", code="l1")
    _, batch = take_snapshots()
    write_snapshots(batch)

    assert flush.flush_queue(QUEUE) == 1

    assert document(Thing, thing.id)["_version"] == get_thing(thing).version == thing.version
