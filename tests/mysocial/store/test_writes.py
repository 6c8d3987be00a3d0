"""Writes: one step, all or nothing."""

import pytest

from mysocial.core.errors import AlreadyExists, Conflict, NotFound, Unavailable
from mysocial.core.redis import client
from mysocial.store import reads, write
from mysocial.store.writes import MAX_ATTEMPTS
from tests.support.example_records import (
    OWNER,
    Like,
    Shout,
    Tally,
    Thing,
    change,
    everything,
    evict,
    get,
    key,
    like,
    make,
    put,
    remove,
    tallies,
    things,
    together,
)
from tests.support.people import logged_events


def test_a_written_record_is_read_back_as_it_was_made():
    thing = make(name="A lamp", size=3, code="l1")
    with write() as w:
        w.create(thing)

    result = get(thing)
    assert (result.name, result.size, result.code, result.likes) == ("A lamp", 3, "l1", 0)
    assert (result.owner_id, result.shelf, result.created_at) == (OWNER, "on", thing.created_at)


def test_nothing_is_written_when_the_second_precondition_fails():
    first, second = put(), put(name="Taken")
    get(make(id=first.id))
    before = everything()

    with pytest.raises(AlreadyExists), write() as w:  # noqa: PT012
        w.update(first, name="Changed")
        w.increment(Thing, first.id, likes=1)
        w.create(second)
        w.announce(Shout(first.id))

    assert everything() == before
    assert (get(first).name, get(first).likes) == ("", 0)
    assert logged_events() == []


def test_nothing_is_written_when_the_block_raises():
    thing = put()
    before = everything()

    with pytest.raises(ZeroDivisionError), write() as w:  # noqa: PT012
        w.update(thing, name="Changed")
        raise ZeroDivisionError

    assert everything() == before


def test_a_record_that_was_evicted_is_not_made_twice(flush_all):
    thing = put()
    like(thing, "bob")
    flush_all()
    evict()

    with pytest.raises(AlreadyExists):
        like(thing, "bob")

    assert get(thing).likes == 1
    assert len(logged_events()) == 1


def test_an_update_of_an_evicted_record_keeps_what_it_does_not_name(flush_all):
    thing = put(name="A lamp", size=3)
    like(thing, "bob")
    flush_all()
    evict()

    change(thing, name="A lantern")

    result = get(thing)
    assert (result.name, result.size, result.likes) == ("A lantern", 3, 1)


def test_what_is_gone_can_be_neither_updated_nor_counted_nor_removed():
    thing = put()
    remove(get(thing))
    before = everything()

    with pytest.raises(NotFound):
        change(thing, name="Changed")
    with pytest.raises(NotFound), write() as w:
        w.increment(Thing, thing.id, likes=1)
    with pytest.raises(NotFound):
        remove(thing)
    with pytest.raises(NotFound), write() as w:
        w.require(Thing, thing.id)

    assert everything() == before


def test_a_lenient_write_passes_over_what_is_gone():
    gone, left = put(code="gold"), put()
    remove(get(gone))
    heir = put(code="gold")
    before = client().hgetall(key(gone))

    with write() as w:
        w.delete(gone, missing_ok=True)
        w.increment(Thing, gone.id, missing_ok=True, likes=1)
        w.increment(Thing, left.id, missing_ok=True, likes=1)

    assert client().hgetall(key(gone)) == before
    assert get(left).likes == 1
    assert reads.find_by_unique(things, "code", "gold") == heir.id


def test_a_lenient_removal_passes_over_what_was_removed_while_it_looked_again():
    thing = put()
    stale = get(thing)
    change(thing, name="Changed")
    with write() as w:
        w.delete(stale, missing_ok=True)
        remove(get(thing))

    assert reads.get_records(things, [thing.id]) == {}


def test_an_absence_that_is_required_is_proven(flush_all):
    thing = put()
    like(thing, "bob")
    flush_all()
    evict()

    with pytest.raises(AlreadyExists), write() as w:  # noqa: PT012
        w.require_absent(Like, f"{thing.id}:bob")
        w.update(thing, name="Changed")
    assert get(thing).name == ""

    with write() as w:
        w.require_absent(Like, f"{thing.id}:carol")
        w.update(thing, name="Changed")
    assert get(thing).name == "Changed"


def test_what_was_seen_can_be_required_to_be_so_still(flush_all):
    thing = put(shelf="off")
    flush_all()
    evict()
    with write() as w:
        w.require(Thing, thing.id, shelf=b"off")
        w.increment(Thing, thing.id, likes=1)
    assert get(thing).likes == 1

    with pytest.raises(Conflict), write() as w:  # noqa: PT012
        w.require(Thing, thing.id, shelf=b"on")
        w.increment(Thing, thing.id, likes=1)
    assert get(thing).likes == 1

    assert client().hdel(key(thing), "shelf") == 1  # cached before there were shelves
    with write() as w:
        w.require(Thing, thing.id, shelf=b"on")
        w.increment(Thing, thing.id, likes=1)
    assert get(thing).likes == 2


def test_a_record_can_be_made_and_counted_in_one_step():
    thing = make()
    with write() as w:
        w.create(thing)
        w.increment(Thing, thing.id, likes=2)

    assert get(thing).likes == 2


def test_one_record_is_not_made_twice_in_one_step():
    thing = make(name="First")
    with pytest.raises(AlreadyExists), write() as w:  # noqa: PT012
        w.create(thing)
        w.create(make(id=thing.id, name="Second"))

    assert reads.get_records(things, [thing.id]) == {}


def test_what_can_not_be_counted_is_refused_before_anything_is_written():
    thing = put(size=3)
    before = everything()

    with pytest.raises(TypeError), write() as w:
        w.increment(Thing, thing.id, size=1)
    with pytest.raises(TypeError), write() as w:
        w.increment(Thing, thing.id, init=make(), likes=1)

    assert everything() == before


def test_a_counter_is_made_by_counting():
    for _ in range(3):
        with write() as w:
            w.increment(Tally, "all", init=Tally(id="all"), count=2)

    assert reads.get_record(tallies, "all").count == 6


# Changes at the same time ------------------------------------------------------------------------


def test_an_update_is_laid_over_what_others_changed_meanwhile():
    mine, theirs = put(name="A", note="B"), None
    theirs = get(mine)
    change(theirs, note="Theirs")
    change(mine, name="Mine")

    assert (get(mine).name, get(mine).note) == ("Mine", "Theirs")
    assert mine.name == "Mine"


def test_two_updates_of_one_step_are_both_laid_over_what_others_changed():
    thing = put(name="A", note="B", size=1)
    stale = get(thing)
    change(thing, size=2)

    with write() as w:
        w.update(stale, name="Mine")
        w.update(stale, note="Mine too")

    result = get(thing)
    assert (result.name, result.note, result.size) == ("Mine", "Mine too", 2)


def test_a_strict_update_of_what_was_changed_meanwhile_is_a_conflict():
    thing = put(name="A")
    stale = get(thing)
    change(thing, note="Theirs")
    before = everything()

    with pytest.raises(Conflict), write() as w:
        w.update(stale, check_revision=True, name="Mine")
    with pytest.raises(Conflict), write() as w:
        w.delete(stale, check_revision=True)

    assert everything() == before


def test_counting_is_no_change_that_a_strict_update_minds():
    thing = put()
    like(thing, "bob")
    with write() as w:
        w.update(thing, check_revision=True, name="Mine")

    assert (get(thing).name, get(thing).likes) == ("Mine", 1)


def test_fifty_updates_at_once_all_happen():
    thing = put()
    copies = [get(thing) for _ in range(50)]

    outcomes = together(50, lambda n: change(copies[n], **{("name", "note")[n % 2]: str(n)}))

    assert outcomes == [None] * 50
    assert int(get(thing).name) % 2 == 0
    assert int(get(thing).note) % 2 == 1


def test_fifty_who_like_at_once_are_fifty_likes_and_the_same_one_fifty_times_is_one():
    thing = put()

    assert together(50, lambda n: like(thing, str(n))) == [None] * 50
    assert get(thing).likes == 50

    outcomes = together(50, lambda _: like(thing, "bob"))
    assert sorted(type(item).__name__ for item in outcomes) == ["AlreadyExists"] * 49 + ["NoneType"]
    assert get(thing).likes == 51
    assert len(logged_events()) == 51


def test_a_write_whose_record_is_let_go_again_and_again_is_refused(flush_all, before_writes):
    thing = put()
    flush_all()
    before_writes(lambda: client().delete(key(thing)), times=MAX_ATTEMPTS)
    with pytest.raises(Unavailable):
        change(thing, name="A lamp")
    assert get(thing).name == ""
    change(thing, name="A lamp")
    assert get(thing).name == "A lamp"
