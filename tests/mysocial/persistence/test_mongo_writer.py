"""Writes of snapshots: missing documents are inserted, older ones are replaced."""

from mysocial.core import mongo
from mysocial.persistence import flush, mongo_writer
from tests.support.example_records import (
    QUEUE,
    Thing,
    change,
    dirty_keys,
    get,
    put,
    remove,
    taken,
    together,
    written,
)


def test_in_a_large_batch_missing_documents_are_inserted_and_others_replaced(document):
    old = [put(n, name="Old") for n in range(flush.MIN_BATCH_FOR_LOOKUP)]
    flush.flush_queue(QUEUE)
    for thing in old:
        change(thing, name="New")
    remove(old[0])
    created = [put(n, name="New") for n in range(flush.MIN_BATCH_FOR_LOOKUP)]
    _, batch = taken()
    assert mongo_writer.missing_ids(batch) == {thing.id for thing in created}

    assert flush.flush_queue(QUEUE) == 2 * flush.MIN_BATCH_FOR_LOOKUP

    assert document(Thing, old[0].id)["_deleted_at"] is not None
    for thing in (*old[1:], *created):
        assert document(Thing, thing.id)["name"] == "New"
        assert document(Thing, thing.id)["_version"] == get(thing).version
    assert dirty_keys() == []


def test_a_newer_document_that_appeared_since_the_lookup_is_kept(document):
    thing = put(name="Old")
    _, slow = taken()
    missing = mongo_writer.missing_ids(slow)
    change(thing, name="New")
    flush.flush_queue(QUEUE)

    assert written(slow, new=missing) == slow

    assert document(Thing, thing.id)["name"] == "New"


def test_an_older_document_that_appeared_since_the_lookup_is_replaced(document):
    thing = put(name="Old")
    _, slow = taken()
    change(thing, name="New")
    _, batch = taken()
    missing = mongo_writer.missing_ids(batch)
    written(slow)
    assert document(Thing, thing.id)["name"] == "Old"

    assert written(batch, new=missing) == batch

    assert document(Thing, thing.id)["name"] == "New"


def test_an_inserted_document_gets_the_unique_value_that_another_released(document):
    before = put(code="gold")
    flush.flush_queue(QUEUE)
    change(before, code="")
    after = put(code="gold")
    batch = [snapshot for snapshot in taken()[1] if snapshot.pk == after.id]

    assert written(batch, new={after.id}) == batch

    assert document(Thing, after.id)["code"] == "gold"
    assert "code" not in document(Thing, before.id)


def test_mongodb_keeps_the_newest_of_concurrent_snapshots():
    """If both find nothing to replace, the second insert fails as a duplicate, although the
    document that was inserted first may be the older one."""
    for _ in range(40):
        things = [put(n) for n in range(5)]
        _, old = taken()
        for thing in things:
            change(thing, name="New")
        _, batch = taken()

        together(2, lambda number, old=old, batch=batch: written(batch if number else old))

        ids = {"$in": [thing.id for thing in things]}
        assert {document["name"] for document in mongo.find(Thing, {"_id": ids})} == {"New"}
        flush.flush_queue(QUEUE)
