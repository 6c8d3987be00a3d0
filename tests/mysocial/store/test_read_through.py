"""Fills: MongoDB's copy never hides what was written meanwhile."""

from mysocial.core.redis import client
from mysocial.store import ViewerCheck, read_through, reads, write
from mysocial.store.read_through import Pending
from mysocial.store.store import ABSENT_SECONDS
from tests.support.example_records import (
    START,
    Like,
    begin,
    change,
    evict,
    get,
    key,
    like,
    likes,
    make,
    put,
    remove,
    take,
    things,
    walk,
)

SHELF = things.list_key("shelf")


def code_key(code: str) -> str:
    return things.unique_key("code", code)


def test_a_record_that_was_evicted_is_fetched(flush_all):
    thing = put(name="A lamp", size=3, code="l1")
    like(thing, "bob")
    flush_all()
    before = get(thing)
    evict()

    result = get(thing)
    assert things.values(result) == things.values(before)
    assert result.version == before.version
    assert 0 < client().ttl(key(thing)) <= things.ttl_seconds


def test_an_older_copy_does_not_overwrite_a_newer_write(flush_all):
    thing = put(name="Old")
    flush_all()
    evict()
    (token,) = begin(records=[key(thing)])
    copy = read_through._fetch_records([Pending(key(thing), token)])

    change(thing, name="New")
    take(records=copy)

    assert get(thing).name == "New"
    assert client().ttl(key(thing)) == -1


def test_an_older_copy_does_not_overwrite_a_write_that_is_in_mongodb_by_now(flush_all):
    thing = put(name="Old")
    flush_all()
    evict()
    (token,) = begin(records=[key(thing)])
    copy = read_through._fetch_records([Pending(key(thing), token)])

    change(thing, name="New")
    flush_all()
    take(records=copy)
    assert get(thing).name == "New"

    evict()
    take(records=copy)
    assert get(thing).name == "New"


def test_an_older_copy_does_not_replace_what_a_later_reader_begins_to_fetch(flush_all):
    thing = put(name="Old")
    flush_all()
    evict()
    (token,) = begin(records=[key(thing)])
    copy = read_through._fetch_records([Pending(key(thing), token)])
    change(thing, name="New")
    flush_all()
    evict()

    (later,) = begin(records=[key(thing)])
    take(records=copy)

    assert later != token
    assert get(thing).name == "New"


def test_an_absence_does_not_hide_a_record_that_was_made_meanwhile():
    thing = make(name="New")
    (token,) = begin(records=[key(thing)])
    copy = read_through._fetch_records([Pending(key(thing), token)])

    with write() as w:
        w.create(thing, new_id=True)
    take(records=copy)

    assert get(thing).name == "New"


def test_an_absence_is_remembered_for_a_minute_and_not_longer():
    thing = make()
    assert reads.get_records(things, [thing.id]) == {}

    assert client().hget(key(thing), "x") == b"1"
    assert 0 < client().ttl(key(thing)) <= ABSENT_SECONDS


def test_a_tombstone_is_fetched_as_one(flush_all):
    thing = put()
    remove(get(thing))
    flush_all()
    evict()

    assert reads.get_records(things, [thing.id]) == {}
    assert int(client().hget(key(thing), "v")) > thing.version


def test_an_older_holder_does_not_overwrite_a_newer_reservation(flush_all):
    thing = put(code="gold")
    flush_all()
    evict()
    (token,) = begin(uniques=[code_key("gold")])
    copy = [read_through._fetch_unique(Pending(code_key("gold"), token))]

    change(thing, code="tin")
    heir = put(code="gold")
    take(uniques=copy)

    assert reads.find_by_unique(things, "code", "gold") == heir.id


def test_a_freedom_does_not_hide_a_reservation_that_was_made_meanwhile():
    (token,) = begin(uniques=[code_key("gold")])
    copy = [read_through._fetch_unique(Pending(code_key("gold"), token))]

    owner = put(code="gold")
    take(uniques=copy)

    assert reads.find_by_unique(things, "code", "gold") == owner.id


# Lists -------------------------------------------------------------------------------------------


def test_a_list_takes_along_what_was_made_while_it_was_fetched(flush_all):
    old = put(1)
    flush_all()
    evict()
    (token,) = begin(lists=[SHELF])
    copy = [read_through._fetch_list(Pending(SHELF, token))]

    made, kept = put(2), put(3)
    flush_all()
    later = put(4)
    take(lists=copy)

    assert walk() == [later.id, kept.id, made.id, old.id]


def test_a_list_does_not_bring_back_what_was_removed_while_it_was_fetched(flush_all):
    left, gone, settled = put(1), put(2), put(3)
    flush_all()
    evict()
    (token,) = begin(lists=[SHELF])
    copy = [read_through._fetch_list(Pending(SHELF, token))]

    remove(get(settled))
    flush_all()
    remove(get(gone))
    take(lists=copy)

    assert walk() == [left.id]
    assert client().zrange(SHELF, 0, -1) == [b"~", left.id.encode()]


def test_a_loaded_list_includes_changes_that_were_unflushed_before(flush_all):
    old, moved = put(1), put(2)
    flush_all()
    unflushed = put(3)
    change(moved, shelf="off")
    evict()
    (token,) = begin(lists=[SHELF])
    # All records are flushed between the two steps, after MongoDB was read.
    copy = [read_through._fetch_list(Pending(SHELF, token))]
    flush_all()
    take(lists=copy)

    assert walk() == [unflushed.id, old.id]


def test_a_list_keeps_what_was_removed_and_made_again_while_it_was_fetched(flush_all):
    thing = put(1)
    flush_all()
    evict()
    (token,) = begin(lists=[SHELF])
    copy = [read_through._fetch_list(Pending(SHELF, token))]

    remove(get(thing))
    with write() as w:
        w.create(make(5, id=thing.id))
    take(lists=copy)

    assert walk() == [thing.id]
    assert (
        client().zscore(SHELF, thing.id) == things.list_entries(things.values(get(thing)))[SHELF][0]
    )


def test_a_list_that_was_lost_while_it_was_fetched_is_not_taken(flush_all):
    old = put(1)
    flush_all()
    evict()
    (token,) = begin(lists=[SHELF])
    copy = [read_through._fetch_list(Pending(SHELF, token))]

    client().delete(SHELF)  # as under pressure, or when the fetching took too long
    new = put(2)
    flush_all()
    take(lists=copy)

    assert client().exists(SHELF) == 0
    assert walk() == [new.id, old.id]


def test_a_long_list_is_fetched_whole(flush_all):
    with write() as w:
        for n in range(1200):
            w.create(Like(id=f"{n:024x}", created_at=START), new_id=True)
    flush_all()
    evict()
    name = likes.list_key("all")

    read_through.load_missing([], [], [name.encode()])

    assert client().zcard(name) == 1201
    evict()
    check = ViewerCheck(name, "", "", likes.prefix)
    assert [reads.run_checks(f"{n:024x}", [check])[0] for n in (0, 1199, 1200)] == [1, 1, 0]
