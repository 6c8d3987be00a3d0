"""Dead letters: what MongoDB will not take is kept, shown, and stops nobody."""

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
    change,
    everything,
    evict,
    get,
    key,
    make,
    owed_keys,
    put,
    remove,
    things,
    walk,
)

POISON = 2**63  # more than BSON can hold


def test_a_poison_record_is_set_aside_and_its_fifty_neighbours_are_carried(document):
    before = [put(n) for n in range(25)]
    bad = put(25, size=POISON)
    after = [put(n) for n in range(26, 51)]

    assert flush.flush_queue(QUEUE) == 50

    assert {one["_id"] for one in mongo.find(Thing, {})} == {one.id for one in before + after}
    letter = dead_letters.get_dead_letters()[QUEUE][key(bad)]
    assert letter["error"].startswith("OverflowError: ")
    assert letter["tries"] == 1
    assert dead_letters.count_dead_letters()[QUEUE] == 1
    assert owed_keys() == []
    evict()
    assert get(bad).size == POISON
    assert document(Thing, bad.id) is None


def test_a_dead_letter_can_be_replayed(document):
    bad = put(size=POISON)
    flush.flush_queue(QUEUE)

    assert dead_letters.retry_dead_letters(QUEUE, [key(bad), key(make())]) == 1
    assert owed_keys() == [key(bad)]
    assert dead_letters.get_dead_letters()[QUEUE] == {}
    flush.flush_queue(QUEUE)
    assert list(dead_letters.get_dead_letters()[QUEUE]) == [key(bad)]

    # A writer mends it: then nothing is left of the letter.
    change(get(bad), size=1)
    assert flush.flush_queue(QUEUE) == 1
    assert document(Thing, bad.id)["size"] == 1
    assert dead_letters.get_dead_letters()[QUEUE] == {}
    assert dead_letters.retry_dead_letters(QUEUE, [key(bad)]) == 0


def test_a_dead_letter_that_is_dropped_leaves_what_mongodb_has(flush_all):
    bad = put(1, name="Old", code="gold")
    never = put(2, size=POISON, code="tin")
    flush_all()
    change(get(bad), size=POISON, name="New", code="iron")
    flush.flush_queue(QUEUE)
    assert dead_letters.count_dead_letters()[QUEUE] == 2

    assert dead_letters.discard_dead_letters(QUEUE, [key(bad), key(never)]) == 2

    assert dead_letters.get_dead_letters()[QUEUE] == {}
    assert (get(bad).name, get(bad).code) == ("Old", "gold")
    assert reads.get_records(things, [never.id]) == {}
    assert walk() == [bad.id]
    evict()
    assert [reads.find_by_unique(things, "code", code) for code in ("gold", "iron", "tin")] == [
        bad.id,
        None,
        None,
    ]
    assert dead_letters.discard_dead_letters(QUEUE, [key(bad)]) == 0


def test_a_dead_letter_is_told_apart_from_what_was_written_since():
    bad = put(size=POISON)
    refused = dead_letters.Rejection(key(bad), str(bad.version).encode(), "Too large.")
    change(bad, size=1)

    assert dead_letters.record_rejections(QUEUE, [refused]) == 0

    assert owed_keys() == [key(bad)]
    assert dead_letters.get_dead_letters()[QUEUE] == {}
    assert flush.flush_queue(QUEUE) == 1


def test_a_record_that_another_drain_has_settled_is_no_dead_letter():
    """Settled and evicted between the look at the queue and the copy: there is nothing left."""
    thing = put()
    flush.flush_queue(QUEUE)
    evict()
    before = everything()

    assert (
        dead_letters.record_rejections(
            QUEUE, [dead_letters.Rejection(key(thing), b"", "It is not in Redis.")]
        )
        == 0
    )

    assert everything() == before


def test_a_dead_letter_is_not_forgotten_when_its_record_is_deleted(document):
    bad = put(size=POISON, code="gold")
    flush.flush_queue(QUEUE)

    remove(get(bad))
    assert flush.flush_queue(QUEUE) == 1

    assert dead_letters.get_dead_letters()[QUEUE] == {}
    assert document(Thing, bad.id)["_deleted_at"] is not None
    evict()
    assert reads.find_by_unique(things, "code", "gold") is None


@pytest.fixture
def picky() -> Iterator[None]:
    """Let MongoDB take only things of a certain note."""
    database = mongo.client()[settings.MONGO_DB]
    rule = {"collMod": "test_things", "validator": {"note": "fine"}}
    database.command(rule)
    yield
    database.command({**rule, "validator": {}})


def test_what_mongodb_refuses_by_its_rules_is_set_aside_one_by_one(picky):
    allowed, refused = put(1, note="fine"), put(2)

    assert flush.flush_queue(QUEUE) == 1

    assert [one["_id"] for one in mongo.find(Thing, {})] == [allowed.id]
    assert list(dead_letters.get_dead_letters()[QUEUE]) == [key(refused)]
    assert (
        dead_letters.get_dead_letters()[QUEUE][key(refused)]["error"]
        == "Document failed validation"
    )
    assert get(refused).note == ""


def test_what_mongodb_refuses_for_its_own_troubles_is_owed_for_as_long_as_they_last(
    picky, monkeypatch
):
    """As when its disk is full; a refusal by its rules stands in for that."""
    refused = 121
    assert refused not in mongo_writer.SERVER_FAULT_CODES
    monkeypatch.setattr(mongo_writer, "SERVER_FAULT_CODES", frozenset({refused}))
    owing = [put(1), put(2)]

    for _ in range(mongo_writer.MAX_TRIES + 1):
        with pytest.raises(Unavailable):
            flush.flush_queue(QUEUE)

    assert dead_letters.count_dead_letters()[QUEUE] == 0
    assert set(owed_keys()) == {key(thing) for thing in owing}
    assert client().exists(f"lease:{QUEUE}") == 0
