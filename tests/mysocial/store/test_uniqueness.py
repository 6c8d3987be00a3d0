"""Unique values: one holder, at every moment, in Redis and in MongoDB."""

import pytest

from mysocial.core import mongo
from mysocial.core.errors import AlreadyExists
from mysocial.core.redis import client
from mysocial.persistence import dead_letters, dirty, flush, mongo_writer
from mysocial.store import reads, write
from tests.support.example_records import (
    QUEUE,
    Thing,
    change,
    everything,
    evict,
    get,
    key,
    make,
    put,
    remove,
    things,
    together,
)


def holder(code: str) -> str | None:
    return reads.find_by_unique(things, "code", code)


def codes() -> dict[str, str]:
    """Return what MongoDB has: id -> code."""
    return {item["_id"]: item.get("code", "") for item in mongo.collection(Thing).find()}


def test_of_fifty_who_want_a_value_at_once_one_gets_it():
    wanted = [make(code="gold") for _ in range(50)]

    def create(number: int) -> str:
        with write() as w:
            w.create(wanted[number], new_id=True)
        return wanted[number].id

    outcomes = together(50, create)
    (winner,) = [item for item in outcomes if isinstance(item, str)]
    assert [item.field for item in outcomes if isinstance(item, AlreadyExists)] == ["code"] * 49
    assert holder("gold") == winner
    assert set(reads.get_records(things, [item.id for item in wanted])) == {winner}


def test_a_value_that_is_taken_is_refused_and_nothing_changes():
    put(code="gold")
    mine = put(code="tin")
    before = everything()

    with pytest.raises(AlreadyExists):
        change(mine, code="gold")

    assert everything() == before
    assert get(mine).code == "tin"


def test_a_value_is_still_taken_after_eviction(flush_all):
    owner = put(code="gold")
    flush_all()
    evict()

    with pytest.raises(AlreadyExists) as refusal:
        put(code="gold")

    assert refusal.value.field == "code"
    assert holder("gold") == owner.id


def test_a_value_that_was_given_up_can_be_taken(flush_all):
    owner = put(code="gold")
    flush_all()
    change(owner, code="tin")
    assert holder("gold") is None

    heir = put(code="gold")

    assert (holder("gold"), holder("tin")) == (heir.id, owner.id)
    remove(get(heir))
    assert holder("gold") is None


def test_one_step_does_not_give_a_value_to_two():
    with pytest.raises(AlreadyExists), write() as w:  # noqa: PT012
        w.create(make(code="gold"))
        w.create(make(code="gold"))

    assert holder("gold") is None
    assert client().exists(f"dirty:{QUEUE}") == 0


def test_a_unique_value_with_two_holders_is_kept_until_both_are_flushed(flush_all):
    """Else it is evicted, fetched from a MongoDB that knows of neither, and given away twice."""
    owner = put(code="gold")
    flush_all()
    change(owner, code="tin")
    heir = put(code="gold")

    # The one who gave it up is settled first, as when a batch ends between the two.
    assert flush.flush_batch(QUEUE, limit=1) == 1
    assert client().zscore(f"dirty:{QUEUE}", key(heir)) is not None
    evict()

    with pytest.raises(AlreadyExists):
        put(code="gold")
    assert holder("gold") == heir.id
    flush_all()
    evict()
    assert holder("gold") == heir.id


def test_a_value_handed_on_reaches_mongodb_though_the_heir_comes_first(flush_all):
    heir, owner = put(code=""), put(code="gold")
    flush_all()
    with write() as w:
        w.update(heir, name="First in the queue")
    change(owner, code="tin")
    change(heir, code="gold")

    flush_all()

    assert codes() == {heir.id: "gold", owner.id: "tin"}
    assert dirty.get_backlogs()[QUEUE].count == 0
    assert dead_letters.count_dead_letters()[QUEUE] == 0


def test_a_value_handed_on_reaches_mongodb_though_its_owner_is_far_behind(flush_all):
    heir, owner = put(), put(code="gold")
    flush_all()
    with write() as w:
        w.update(heir, name="First in the queue")
    change(owner, code="tin")
    change(heir, code="gold")

    assert flush.flush_batch(QUEUE, limit=1) == 1

    assert codes() == {heir.id: "gold", owner.id: ""}
    evict()
    assert (holder("gold"), holder("tin"), get(owner).code) == (heir.id, owner.id, "tin")
    flush_all()
    assert codes() == {heir.id: "gold", owner.id: "tin"}


def test_two_who_exchanged_their_values_both_reach_mongodb(flush_all):
    item, other = put(code="gold"), put(code="tin")
    flush_all()
    change(item, code="spare")
    change(other, code="gold")
    change(item, code="tin")

    flush_all()

    assert codes() == {item.id: "tin", other.id: "gold"}
    assert dead_letters.count_dead_letters()[QUEUE] == 0


def test_records_without_a_value_do_not_stand_in_each_others_way(flush_all):
    item, other = put(code=""), put(code="")

    assert flush_all() == 2
    evict()

    assert dirty.get_backlogs()[QUEUE].count == 0
    assert (get(item).code, get(other).code) == ("", "")
    assert codes() == {item.id: "", other.id: ""}


def test_a_value_that_mongodb_gave_to_another_is_set_aside_in_the_end(flush_all):
    """It can't come to this but by a hand in the database: then nobody's record is lost."""
    mongo.collection(Thing).insert_one({"_id": "stranger", "_version": 1, "code": "gold"})
    client().set(things.unique_key("code", "gold"), "")
    thing = put(code="gold")

    for tries in range(1, mongo_writer.MAX_TRIES):
        assert flush.flush_queue(QUEUE) == 0
        assert client().hget(f"attempts:{QUEUE}", key(thing)) == str(tries).encode()
    assert dead_letters.count_dead_letters()[QUEUE] == 0
    flush.flush_queue(QUEUE)

    assert list(dead_letters.get_dead_letters()[QUEUE]) == [key(thing)]
    assert get(thing).code == "gold"
    mongo.collection(Thing).delete_one({"_id": "stranger"})
    assert dead_letters.retry_dead_letters(QUEUE, [key(thing)]) == 1
    assert flush.flush_queue(QUEUE) == 1
    assert codes() == {thing.id: "gold"}
    assert dead_letters.count_dead_letters()[QUEUE] == 0
