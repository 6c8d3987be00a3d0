"""Writes: atomic changes of records, and their preconditions."""

import pytest

from mysocial.core.errors import AlreadyExists, Conflict, NotFound, Unavailable
from mysocial.core.redis import client
from mysocial.store import reads, write
from mysocial.store.writes import MAX_ATTEMPTS
from tests.support.example_records import (
    OWNER,
    Like,
    LikesChanged,
    Tally,
    Thing,
    build_thing,
    create_thing,
    delete_record,
    dump_redis,
    evict_cached_keys,
    get_thing,
    like_thing,
    record_key,
    run_in_threads,
    tallies,
    things,
    update_thing,
)
from tests.support.people import logged_events


def test_a_record_is_read_back_as_it_was_created():
    thing = build_thing(name="A lamp", size=3, code="l1")
    with write() as w:
        w.create(thing)

    result = get_thing(thing)
    assert (result.name, result.size, result.code, result.likes) == ("A lamp", 3, "l1", 0)
    assert (result.owner_id, result.status) == (OWNER, "listed")
    assert result.created_at == thing.created_at


def test_nothing_is_written_if_a_later_precondition_fails():
    first, second = create_thing(), create_thing(name="Exists already")
    get_thing(build_thing(id=first.id))
    before = dump_redis()

    with pytest.raises(AlreadyExists), write() as w:  # noqa: PT012
        w.update(first, name="Changed")
        w.increment(Thing, first.id, likes=1)
        w.create(second)
        w.announce(LikesChanged(first.id))

    assert dump_redis() == before
    assert (get_thing(first).name, get_thing(first).likes) == ("", 0)
    assert logged_events() == []


def test_nothing_is_written_if_the_block_raises():
    thing = create_thing()
    before = dump_redis()

    with pytest.raises(ZeroDivisionError), write() as w:  # noqa: PT012
        w.update(thing, name="Changed")
        raise ZeroDivisionError

    assert dump_redis() == before


def test_an_evicted_record_cannot_be_created_again(flush_all):
    thing = create_thing()
    like_thing(thing, "bob")
    flush_all()
    evict_cached_keys()

    with pytest.raises(AlreadyExists):
        like_thing(thing, "bob")

    assert get_thing(thing).likes == 1
    assert len(logged_events()) == 1


def test_an_update_of_an_evicted_record_keeps_its_other_fields(flush_all):
    thing = create_thing(name="A lamp", size=3)
    like_thing(thing, "bob")
    flush_all()
    evict_cached_keys()

    update_thing(thing, name="A lantern")

    result = get_thing(thing)
    assert (result.name, result.size, result.likes) == ("A lantern", 3, 1)


def test_a_deleted_record_cannot_be_updated_incremented_deleted_or_required():
    thing = create_thing()
    delete_record(get_thing(thing))
    before = dump_redis()

    with pytest.raises(NotFound):
        update_thing(thing, name="Changed")
    with pytest.raises(NotFound), write() as w:
        w.increment(Thing, thing.id, likes=1)
    with pytest.raises(NotFound):
        delete_record(thing)
    with pytest.raises(NotFound), write() as w:
        w.require(Thing, thing.id)

    assert dump_redis() == before


def test_missing_ok_skips_deleted_records():
    deleted, live = create_thing(code="gold"), create_thing()
    delete_record(get_thing(deleted))
    new_holder = create_thing(code="gold")
    before = client().hgetall(record_key(deleted))

    with write() as w:
        w.delete(deleted, missing_ok=True)
        w.increment(Thing, deleted.id, missing_ok=True, likes=1)
        w.increment(Thing, live.id, missing_ok=True, likes=1)

    assert client().hgetall(record_key(deleted)) == before
    assert get_thing(live).likes == 1
    assert reads.find_by_unique(things, "code", "gold") == new_holder.id


def test_missing_ok_skips_a_record_that_was_deleted_meanwhile():
    thing = create_thing()
    stale = get_thing(thing)
    update_thing(thing, name="Changed")
    with write() as w:
        w.delete(stale, missing_ok=True)
        delete_record(get_thing(thing))

    assert reads.get_records(things, [thing.id]) == {}


def test_require_absent_finds_an_evicted_record(flush_all):
    thing = create_thing()
    like_thing(thing, "bob")
    flush_all()
    evict_cached_keys()

    with pytest.raises(AlreadyExists), write() as w:  # noqa: PT012
        w.require_absent(Like, f"{thing.id}:bob")
        w.update(thing, name="Changed")
    assert get_thing(thing).name == ""

    with write() as w:
        w.require_absent(Like, f"{thing.id}:carol")
        w.update(thing, name="Changed")
    assert get_thing(thing).name == "Changed"


def test_require_compares_plain_fields_with_their_current_values(flush_all):
    thing = create_thing(status="unlisted")
    flush_all()
    evict_cached_keys()
    with write() as w:
        w.require(Thing, thing.id, status=b"unlisted")
        w.increment(Thing, thing.id, likes=1)
    assert get_thing(thing).likes == 1

    with pytest.raises(Conflict), write() as w:  # noqa: PT012
        w.require(Thing, thing.id, status=b"listed")
        w.increment(Thing, thing.id, likes=1)
    assert get_thing(thing).likes == 1

    assert client().hdel(record_key(thing), "status") == 1  # cached before the model had the field
    with write() as w:
        w.require(Thing, thing.id, status=b"listed")
        w.increment(Thing, thing.id, likes=1)
    assert get_thing(thing).likes == 2


def test_a_record_can_be_created_and_incremented_in_one_write():
    thing = build_thing()
    with write() as w:
        w.create(thing)
        w.increment(Thing, thing.id, likes=2)

    assert get_thing(thing).likes == 2


def test_a_record_cannot_be_created_twice_in_one_write():
    thing = build_thing(name="First")
    with pytest.raises(AlreadyExists), write() as w:  # noqa: PT012
        w.create(thing)
        w.create(build_thing(id=thing.id, name="Second"))

    assert reads.get_records(things, [thing.id]) == {}


def test_an_invalid_increment_is_refused_before_anything_is_written():
    thing = create_thing(size=3)
    before = dump_redis()

    with pytest.raises(TypeError), write() as w:
        w.increment(Thing, thing.id, size=1)
    with pytest.raises(TypeError), write() as w:
        w.increment(Thing, thing.id, init=build_thing(), likes=1)

    assert dump_redis() == before


def test_an_increment_with_init_creates_its_record():
    for _ in range(3):
        with write() as w:
            w.increment(Tally, "all", init=Tally(id="all"), count=2)

    assert reads.get_record(tallies, "all").count == 6


# Concurrent changes ------------------------------------------------------------------------------


def test_an_update_is_rebased_onto_a_concurrent_update():
    thing = create_thing(name="A", note="B")
    update_thing(get_thing(thing), note="Theirs")
    update_thing(thing, name="Mine")

    result = get_thing(thing)
    assert (result.name, result.note) == ("Mine", "Theirs")
    assert thing.name == "Mine"


def test_two_updates_of_one_write_are_both_rebased_onto_a_concurrent_update():
    thing = create_thing(name="A", note="B", size=1)
    stale = get_thing(thing)
    update_thing(thing, size=2)

    with write() as w:
        w.update(stale, name="Mine")
        w.update(stale, note="Mine too")

    result = get_thing(thing)
    assert (result.name, result.note, result.size) == ("Mine", "Mine too", 2)


def test_check_revision_makes_a_stale_update_or_delete_a_conflict():
    thing = create_thing(name="A")
    stale = get_thing(thing)
    update_thing(thing, note="Theirs")
    before = dump_redis()

    with pytest.raises(Conflict), write() as w:
        w.update(stale, check_revision=True, name="Mine")
    with pytest.raises(Conflict), write() as w:
        w.delete(stale, check_revision=True)

    assert dump_redis() == before


def test_an_increment_does_not_change_the_revision():
    thing = create_thing()
    like_thing(thing, "bob")
    with write() as w:
        w.update(thing, check_revision=True, name="Mine")

    assert (get_thing(thing).name, get_thing(thing).likes) == ("Mine", 1)


def test_fifty_concurrent_updates_are_all_applied():
    thing = create_thing()
    copies = [get_thing(thing) for _ in range(50)]

    outcomes = run_in_threads(
        50, lambda n: update_thing(copies[n], **{("name", "note")[n % 2]: str(n)})
    )

    assert outcomes == [None] * 50
    assert int(get_thing(thing).name) % 2 == 0
    assert int(get_thing(thing).note) % 2 == 1


def test_concurrent_likes_are_counted_once_for_each_member():
    thing = create_thing()

    assert run_in_threads(50, lambda n: like_thing(thing, str(n))) == [None] * 50
    assert get_thing(thing).likes == 50

    outcomes = run_in_threads(50, lambda _: like_thing(thing, "bob"))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["AlreadyExists"] * 49 + [
        "NoneType"
    ]
    assert get_thing(thing).likes == 51
    assert len(logged_events()) == 51


def test_a_write_is_unavailable_if_its_record_is_evicted_at_every_attempt(flush_all, before_writes):
    thing = create_thing()
    flush_all()
    before_writes(lambda: client().delete(record_key(thing)), times=MAX_ATTEMPTS)
    with pytest.raises(Unavailable):
        update_thing(thing, name="A lamp")
    assert get_thing(thing).name == ""
    update_thing(thing, name="A lamp")
    assert get_thing(thing).name == "A lamp"
