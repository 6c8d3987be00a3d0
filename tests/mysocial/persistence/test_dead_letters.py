"""Dead letters: rejected records are kept and listed, and do not block others."""

from collections.abc import Iterator

import pytest
from django.conf import settings

from mysocial.core import mongo
from mysocial.core.errors import Unavailable
from mysocial.core.redis import client
from mysocial.persistence import dead_letters, flush, mongo_writer
from mysocial.store import reads
from tests.support.example_records import (
    QUEUE,
    Thing,
    build_thing,
    create_thing,
    delete_record,
    dirty_keys,
    dump_redis,
    evict_cached_keys,
    get_thing,
    read_all_pages,
    record_key,
    things,
    update_thing,
)

POISON = 2**63  # too large for BSON


def test_a_poison_record_becomes_a_dead_letter_and_fifty_others_are_flushed(document):
    before = [create_thing(n) for n in range(25)]
    bad = create_thing(25, size=POISON)
    after = [create_thing(n) for n in range(26, 51)]

    assert flush.flush_queue(QUEUE) == 50

    assert {document["_id"] for document in mongo.find(Thing, {})} == {
        thing.id for thing in before + after
    }
    letter = dead_letters.get_dead_letters()[QUEUE][record_key(bad)]
    assert letter["error"].startswith("OverflowError: ")
    assert letter["tries"] == 1
    assert dead_letters.count_dead_letters()[QUEUE] == 1
    assert dirty_keys() == []
    evict_cached_keys()
    assert get_thing(bad).size == POISON
    assert document(Thing, bad.id) is None


def test_a_dead_letter_can_be_replayed(document):
    bad = create_thing(size=POISON)
    flush.flush_queue(QUEUE)

    assert dead_letters.retry_dead_letters(QUEUE, [record_key(bad), record_key(build_thing())]) == 1
    assert dirty_keys() == [record_key(bad)]
    assert dead_letters.get_dead_letters()[QUEUE] == {}
    flush.flush_queue(QUEUE)
    assert list(dead_letters.get_dead_letters()[QUEUE]) == [record_key(bad)]

    # A write repairs the record, which also removes the dead letter.
    update_thing(get_thing(bad), size=1)
    assert flush.flush_queue(QUEUE) == 1
    assert document(Thing, bad.id)["size"] == 1
    assert dead_letters.get_dead_letters()[QUEUE] == {}
    assert dead_letters.retry_dead_letters(QUEUE, [record_key(bad)]) == 0


def test_a_dropped_dead_letter_leaves_the_version_of_mongodb(flush_all):
    bad = create_thing(1, name="Old", code="gold")
    never = create_thing(2, size=POISON, code="tin")
    flush_all()
    update_thing(get_thing(bad), size=POISON, name="New", code="iron")
    flush.flush_queue(QUEUE)
    assert dead_letters.count_dead_letters()[QUEUE] == 2

    assert dead_letters.discard_dead_letters(QUEUE, [record_key(bad), record_key(never)]) == 2

    assert dead_letters.get_dead_letters()[QUEUE] == {}
    assert (get_thing(bad).name, get_thing(bad).code) == ("Old", "gold")
    assert reads.get_records(things, [never.id]) == {}
    assert read_all_pages() == [bad.id]
    evict_cached_keys()
    assert [reads.find_by_unique(things, "code", code) for code in ("gold", "iron", "tin")] == [
        bad.id,
        None,
        None,
    ]
    assert dead_letters.discard_dead_letters(QUEUE, [record_key(bad)]) == 0


def test_a_rejection_does_not_affect_a_version_written_since():
    bad = create_thing(size=POISON)
    rejection = dead_letters.Rejection(record_key(bad), str(bad.version).encode(), "Too large.")
    update_thing(bad, size=1)

    assert dead_letters.record_rejections(QUEUE, [rejection]) == 0

    assert dirty_keys() == [record_key(bad)]
    assert dead_letters.get_dead_letters()[QUEUE] == {}
    assert flush.flush_queue(QUEUE) == 1


def test_a_record_that_another_worker_has_flushed_is_no_dead_letter():
    """It was flushed and evicted between the read of the queue and that of the record."""
    thing = create_thing()
    flush.flush_queue(QUEUE)
    evict_cached_keys()
    before = dump_redis()

    assert (
        dead_letters.record_rejections(
            QUEUE, [dead_letters.Rejection(record_key(thing), b"", "It is not in Redis.")]
        )
        == 0
    )

    assert dump_redis() == before


def test_the_deletion_of_a_rejected_record_is_flushed(document):
    bad = create_thing(size=POISON, code="gold")
    flush.flush_queue(QUEUE)

    delete_record(get_thing(bad))
    assert flush.flush_queue(QUEUE) == 1

    assert dead_letters.get_dead_letters()[QUEUE] == {}
    assert document(Thing, bad.id)["_deleted_at"] is not None
    evict_cached_keys()
    assert reads.find_by_unique(things, "code", "gold") is None


@pytest.fixture
def validator() -> Iterator[None]:
    """Let MongoDB accept only things with a certain note."""
    database = mongo.client()[settings.MONGO_DB]
    rule = {"collMod": "test_things", "validator": {"note": "fine"}}
    database.command(rule)
    yield
    database.command({**rule, "validator": {}})


def test_a_document_that_fails_validation_becomes_a_dead_letter(validator):
    allowed, refused = create_thing(1, note="fine"), create_thing(2)

    assert flush.flush_queue(QUEUE) == 1

    assert [document["_id"] for document in mongo.find(Thing, {})] == [allowed.id]
    assert list(dead_letters.get_dead_letters()[QUEUE]) == [record_key(refused)]
    assert (
        dead_letters.get_dead_letters()[QUEUE][record_key(refused)]["error"]
        == "Document failed validation"
    )
    assert get_thing(refused).note == ""


def test_records_stay_dirty_while_mongodb_has_a_server_fault(validator, monkeypatch):
    """A failed validation simulates a fault such as a full disk."""
    validation_error = 121
    assert validation_error not in mongo.NOT_NOW_CODES
    monkeypatch.setattr(mongo, "NOT_NOW_CODES", frozenset({validation_error}))
    pending = [create_thing(1), create_thing(2)]

    for _ in range(mongo_writer.MAX_TRIES + 1):
        with pytest.raises(Unavailable):
            flush.flush_queue(QUEUE)

    assert dead_letters.count_dead_letters()[QUEUE] == 0
    assert set(dirty_keys()) == {record_key(thing) for thing in pending}
    assert client().exists(f"lease:{QUEUE}") == 0
