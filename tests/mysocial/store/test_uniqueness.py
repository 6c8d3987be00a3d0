"""Unique values: at most one holder at any time, in Redis and in MongoDB."""

import pytest

from mysocial.core import mongo
from mysocial.core.errors import AlreadyExists
from mysocial.core.redis import client
from mysocial.persistence import dead_letters, dirty, flush, mongo_writer
from mysocial.store import reads, write
from tests.support.example_records import (
    QUEUE,
    Thing,
    build_thing,
    create_thing,
    delete_record,
    dump_redis,
    evict_cached_keys,
    get_thing,
    record_key,
    run_in_threads,
    things,
    update_thing,
)


def find_holder(code: str) -> str | None:
    return reads.find_by_unique(things, "code", code)


def mongo_codes() -> dict[str, str]:
    """Return the codes in MongoDB, by id."""
    documents = mongo.collection(Thing).find()
    return {document["_id"]: document.get("code", "") for document in documents}


def test_one_of_fifty_concurrent_creates_claims_a_unique_value():
    unwritten = [build_thing(code="gold") for _ in range(50)]

    def create(number: int) -> str:
        with write() as w:
            w.create(unwritten[number], new_id=True)
        return unwritten[number].id

    outcomes = run_in_threads(50, create)
    (created_id,) = [outcome for outcome in outcomes if isinstance(outcome, str)]
    errors = [outcome for outcome in outcomes if isinstance(outcome, AlreadyExists)]
    assert [error.field for error in errors] == ["code"] * 49
    assert find_holder("gold") == created_id
    assert set(reads.get_records(things, [thing.id for thing in unwritten])) == {created_id}


def test_an_update_to_a_taken_value_is_refused_and_changes_nothing():
    create_thing(code="gold")
    thing = create_thing(code="tin")
    before = dump_redis()

    with pytest.raises(AlreadyExists):
        update_thing(thing, code="gold")

    assert dump_redis() == before
    assert get_thing(thing).code == "tin"


def test_a_unique_value_is_still_taken_after_an_eviction(flush_all):
    thing = create_thing(code="gold")
    flush_all()
    evict_cached_keys()

    with pytest.raises(AlreadyExists) as error:
        create_thing(code="gold")

    assert error.value.field == "code"
    assert find_holder("gold") == thing.id


def test_a_released_value_can_be_claimed(flush_all):
    old_holder = create_thing(code="gold")
    flush_all()
    update_thing(old_holder, code="tin")
    assert find_holder("gold") is None

    new_holder = create_thing(code="gold")

    assert (find_holder("gold"), find_holder("tin")) == (new_holder.id, old_holder.id)
    delete_record(get_thing(new_holder))
    assert find_holder("gold") is None


def test_two_records_of_one_write_cannot_claim_the_same_value():
    with pytest.raises(AlreadyExists), write() as w:  # noqa: PT012
        w.create(build_thing(code="gold"))
        w.create(build_thing(code="gold"))

    assert find_holder("gold") is None
    assert client().exists(f"dirty:{QUEUE}") == 0


def test_a_unique_key_is_not_evicted_until_its_old_and_new_holders_are_flushed(flush_all):
    """Otherwise, it would be loaded as free from MongoDB, which lacks the new holder."""
    old_holder = create_thing(code="gold")
    flush_all()
    update_thing(old_holder, code="tin")
    new_holder = create_thing(code="gold")

    # The old holder is flushed first, as if a batch ended between the two.
    assert flush.flush_batch(QUEUE, limit=1) == 1
    assert client().zscore(f"dirty:{QUEUE}", record_key(new_holder)) is not None
    evict_cached_keys()

    with pytest.raises(AlreadyExists):
        create_thing(code="gold")
    assert find_holder("gold") == new_holder.id
    flush_all()
    evict_cached_keys()
    assert find_holder("gold") == new_holder.id


def test_a_reassigned_value_is_flushed_if_the_new_holder_is_first_in_the_batch(flush_all):
    new_holder, old_holder = create_thing(code=""), create_thing(code="gold")
    flush_all()
    with write() as w:
        w.update(new_holder, name="First in the batch")
    update_thing(old_holder, code="tin")
    update_thing(new_holder, code="gold")

    flush_all()

    assert mongo_codes() == {new_holder.id: "gold", old_holder.id: "tin"}
    assert dirty.get_backlogs()[QUEUE].count == 0
    assert dead_letters.count_dead_letters()[QUEUE] == 0


def test_a_reassigned_value_is_flushed_if_the_old_holder_is_in_a_later_batch(flush_all):
    new_holder, old_holder = create_thing(), create_thing(code="gold")
    flush_all()
    with write() as w:
        w.update(new_holder, name="First in the batch")
    update_thing(old_holder, code="tin")
    update_thing(new_holder, code="gold")

    assert flush.flush_batch(QUEUE, limit=1) == 1

    assert mongo_codes() == {new_holder.id: "gold", old_holder.id: ""}
    evict_cached_keys()
    assert (find_holder("gold"), find_holder("tin")) == (new_holder.id, old_holder.id)
    assert get_thing(old_holder).code == "tin"
    flush_all()
    assert mongo_codes() == {new_holder.id: "gold", old_holder.id: "tin"}


def test_two_records_that_exchanged_their_values_are_flushed(flush_all):
    first, second = create_thing(code="gold"), create_thing(code="tin")
    flush_all()
    update_thing(first, code="spare")
    update_thing(second, code="gold")
    update_thing(first, code="tin")

    flush_all()

    assert mongo_codes() == {first.id: "tin", second.id: "gold"}
    assert dead_letters.count_dead_letters()[QUEUE] == 0


def test_several_records_can_have_an_empty_unique_value(flush_all):
    first, second = create_thing(code=""), create_thing(code="")

    assert flush_all() == 2
    evict_cached_keys()

    assert dirty.get_backlogs()[QUEUE].count == 0
    assert (get_thing(first).code, get_thing(second).code) == ("", "")
    assert mongo_codes() == {first.id: "", second.id: ""}


def test_a_record_whose_value_another_document_holds_becomes_a_dead_letter(flush_all):
    """Only a manual change of MongoDB can cause this. No record is lost."""
    mongo.collection(Thing).insert_one({"_id": "stranger", "_version": 1, "code": "gold"})
    client().set(things.unique_key("code", "gold"), "")
    thing = create_thing(code="gold")

    for tries in range(1, mongo_writer.MAX_TRIES):
        assert flush.flush_queue(QUEUE) == 0
        assert client().hget(f"attempts:{QUEUE}", record_key(thing)) == str(tries).encode()
    assert dead_letters.count_dead_letters()[QUEUE] == 0
    flush.flush_queue(QUEUE)

    assert list(dead_letters.get_dead_letters()[QUEUE]) == [record_key(thing)]
    assert get_thing(thing).code == "gold"
    mongo.collection(Thing).delete_one({"_id": "stranger"})
    assert dead_letters.retry_dead_letters(QUEUE, [record_key(thing)]) == 1
    assert flush.flush_queue(QUEUE) == 1
    assert mongo_codes() == {thing.id: "gold"}
    assert dead_letters.count_dead_letters()[QUEUE] == 0
