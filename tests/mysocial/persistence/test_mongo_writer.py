"""Copies of records: what MongoDB lacks is inserted; it keeps the newer of what it has and gets."""

from mysocial.core import mongo
from mysocial.persistence import flush, mongo_writer
from tests.support.example_records import (
    QUEUE,
    Thing,
    change,
    get,
    owed_keys,
    put,
    remove,
    taken,
    together,
    written,
)


def test_of_many_what_mongodb_lacks_is_inserted_and_what_it_has_is_replaced(document):
    old = [put(n, name="Old") for n in range(flush.MIN_BATCH_FOR_LOOKUP)]
    flush.flush_queue(QUEUE)
    for thing in old:
        change(thing, name="New")
    remove(old[0])
    made = [put(n, name="New") for n in range(flush.MIN_BATCH_FOR_LOOKUP)]
    _, batch = taken()
    assert mongo_writer.missing_ids(batch) == {thing.id for thing in made}

    assert flush.flush_queue(QUEUE) == 2 * flush.MIN_BATCH_FOR_LOOKUP

    assert document(Thing, old[0].id)["_deleted_at"] is not None
    for thing in (*old[1:], *made):
        assert document(Thing, thing.id)["name"] == "New"
        assert document(Thing, thing.id)["_version"] == get(thing).version
    assert owed_keys() == []


def test_what_mongodb_got_since_it_was_asked_stays_where_it_is_newer(document):
    thing = put(name="Old")
    _, slow = taken()
    lacked = mongo_writer.missing_ids(slow)
    change(thing, name="New")
    flush.flush_queue(QUEUE)

    assert written(slow, new=lacked) == slow

    assert document(Thing, thing.id)["name"] == "New"


def test_what_mongodb_got_since_it_was_asked_is_replaced_where_it_is_older(document):
    thing = put(name="Old")
    _, slow = taken()
    change(thing, name="New")
    _, batch = taken()
    lacked = mongo_writer.missing_ids(batch)
    written(slow)
    assert document(Thing, thing.id)["name"] == "Old"

    assert written(batch, new=lacked) == batch

    assert document(Thing, thing.id)["name"] == "New"


def test_what_is_inserted_has_the_place_that_another_gave_up(document):
    before = put(code="gold")
    flush.flush_queue(QUEUE)
    change(before, code="")
    after = put(code="gold")
    batch = [one for one in taken()[1] if one.pk == after.id]

    assert written(batch, new={after.id}) == batch

    assert document(Thing, after.id)["code"] == "gold"
    assert "code" not in document(Thing, before.id)


def test_of_copies_that_come_at_once_mongodb_keeps_the_newest():
    """Where both find nothing to replace, the second to insert is told of a duplicate: by then
    MongoDB has one, and it may be the older."""
    for _ in range(40):
        made = [put(n) for n in range(5)]
        _, old = taken()
        for thing in made:
            change(thing, name="New")
        _, batch = taken()

        together(2, lambda number, old=old, batch=batch: written(batch if number else old))

        ids = {"$in": [thing.id for thing in made]}
        assert {one["name"] for one in mongo.find(Thing, {"_id": ids})} == {"New"}
        flush.flush_queue(QUEUE)
