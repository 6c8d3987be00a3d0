"""Read-through: a copy from MongoDB never hides a newer write."""

from mysocial.core.redis import client
from mysocial.store import ViewerCheck, read_through, reads, write
from mysocial.store.read_through import Pending
from mysocial.store.store import ABSENT_SECONDS
from tests.support.example_records import (
    LISTED,
    START,
    Like,
    begin_loading,
    build_thing,
    create_thing,
    delete_record,
    evict_cached_keys,
    finish_loading,
    get_thing,
    like_thing,
    likes,
    read_all_pages,
    record_key,
    things,
    update_thing,
)


def code_key(code: str) -> str:
    return things.unique_key("code", code)


def test_an_evicted_record_is_loaded(flush_all):
    thing = create_thing(name="A lamp", size=3, code="l1")
    like_thing(thing, "bob")
    flush_all()
    before = get_thing(thing)
    evict_cached_keys()

    result = get_thing(thing)
    assert things.values(result) == things.values(before)
    assert result.version == before.version
    assert 0 < client().ttl(record_key(thing)) <= things.ttl_seconds


def test_an_older_copy_does_not_overwrite_a_newer_write(flush_all):
    thing = create_thing(name="Old")
    flush_all()
    evict_cached_keys()
    (token,) = begin_loading(records=[record_key(thing)])
    copy = read_through._fetch_records([Pending(record_key(thing), token)])

    update_thing(thing, name="New")
    finish_loading(records=copy)

    assert get_thing(thing).name == "New"
    assert client().ttl(record_key(thing)) == -1


def test_an_older_copy_does_not_overwrite_a_newer_write_that_was_flushed(flush_all):
    thing = create_thing(name="Old")
    flush_all()
    evict_cached_keys()
    (token,) = begin_loading(records=[record_key(thing)])
    copy = read_through._fetch_records([Pending(record_key(thing), token)])

    update_thing(thing, name="New")
    flush_all()
    finish_loading(records=copy)
    assert get_thing(thing).name == "New"

    evict_cached_keys()
    finish_loading(records=copy)
    assert get_thing(thing).name == "New"


def test_an_older_copy_is_not_stored_with_the_token_of_a_later_reader(flush_all):
    thing = create_thing(name="Old")
    flush_all()
    evict_cached_keys()
    (token,) = begin_loading(records=[record_key(thing)])
    copy = read_through._fetch_records([Pending(record_key(thing), token)])
    update_thing(thing, name="New")
    flush_all()
    evict_cached_keys()

    (later,) = begin_loading(records=[record_key(thing)])
    finish_loading(records=copy)

    assert later != token
    assert get_thing(thing).name == "New"


def test_an_absence_does_not_hide_a_record_created_meanwhile():
    thing = build_thing(name="New")
    (token,) = begin_loading(records=[record_key(thing)])
    copy = read_through._fetch_records([Pending(record_key(thing), token)])

    with write() as w:
        w.create(thing, new_id=True)
    finish_loading(records=copy)

    assert get_thing(thing).name == "New"


def test_an_absence_is_cached_for_at_most_a_minute():
    thing = build_thing()
    assert reads.get_records(things, [thing.id]) == {}

    assert client().hget(record_key(thing), "x") == b"1"
    assert 0 < client().ttl(record_key(thing)) <= ABSENT_SECONDS


def test_a_tombstone_is_loaded_as_a_tombstone(flush_all):
    thing = create_thing()
    delete_record(get_thing(thing))
    flush_all()
    evict_cached_keys()

    assert reads.get_records(things, [thing.id]) == {}
    assert int(client().hget(record_key(thing), "v")) > thing.version


def test_an_older_holder_does_not_overwrite_a_newer_claim(flush_all):
    thing = create_thing(code="gold")
    flush_all()
    evict_cached_keys()
    (token,) = begin_loading(uniques=[code_key("gold")])
    copy = [read_through._fetch_unique(Pending(code_key("gold"), token))]

    update_thing(thing, code="tin")
    new_holder = create_thing(code="gold")
    finish_loading(uniques=copy)

    assert reads.find_by_unique(things, "code", "gold") == new_holder.id


def test_a_free_unique_value_does_not_hide_a_claim_made_meanwhile():
    (token,) = begin_loading(uniques=[code_key("gold")])
    copy = [read_through._fetch_unique(Pending(code_key("gold"), token))]

    holder = create_thing(code="gold")
    finish_loading(uniques=copy)

    assert reads.find_by_unique(things, "code", "gold") == holder.id


# Lists -------------------------------------------------------------------------------------------


def test_a_loaded_list_includes_records_created_meanwhile(flush_all):
    old = create_thing(1)
    flush_all()
    evict_cached_keys()
    (token,) = begin_loading(lists=[LISTED])
    copy = [read_through._fetch_list(Pending(LISTED, token))]

    flushed = [create_thing(2), create_thing(3)]
    flush_all()
    unflushed = create_thing(4)
    finish_loading(lists=copy)

    assert read_all_pages() == [unflushed.id, flushed[1].id, flushed[0].id, old.id]


def test_a_loaded_list_excludes_records_deleted_meanwhile(flush_all):
    kept, deleted, deleted_and_flushed = create_thing(1), create_thing(2), create_thing(3)
    flush_all()
    evict_cached_keys()
    (token,) = begin_loading(lists=[LISTED])
    copy = [read_through._fetch_list(Pending(LISTED, token))]

    delete_record(get_thing(deleted_and_flushed))
    flush_all()
    delete_record(get_thing(deleted))
    finish_loading(lists=copy)

    assert read_all_pages() == [kept.id]
    assert client().zrange(LISTED, 0, -1) == [b"~", kept.id.encode()]


def test_a_loaded_list_includes_changes_that_were_unflushed_when_loading_began(flush_all):
    old, unlisted = create_thing(1), create_thing(2)
    flush_all()
    unflushed = create_thing(3)
    update_thing(unlisted, status="unlisted")
    evict_cached_keys()
    (token,) = begin_loading(lists=[LISTED])
    # All records are flushed between the two steps, after MongoDB was read.
    copy = [read_through._fetch_list(Pending(LISTED, token))]
    flush_all()
    finish_loading(lists=copy)

    assert read_all_pages() == [unflushed.id, old.id]


def test_a_loaded_list_includes_a_record_deleted_and_created_again_meanwhile(flush_all):
    thing = create_thing(1)
    flush_all()
    evict_cached_keys()
    (token,) = begin_loading(lists=[LISTED])
    copy = [read_through._fetch_list(Pending(LISTED, token))]

    delete_record(get_thing(thing))
    with write() as w:
        w.create(build_thing(5, id=thing.id))
    finish_loading(lists=copy)

    assert read_all_pages() == [thing.id]
    entries = things.list_entries(things.values(get_thing(thing)))
    assert client().zscore(LISTED, thing.id) == entries[LISTED][0]


def test_a_list_evicted_meanwhile_is_not_stored(flush_all):
    old = create_thing(1)
    flush_all()
    evict_cached_keys()
    (token,) = begin_loading(lists=[LISTED])
    copy = [read_through._fetch_list(Pending(LISTED, token))]

    client().delete(LISTED)  # as if it was evicted, or its token expired
    new = create_thing(2)
    flush_all()
    finish_loading(lists=copy)

    assert client().exists(LISTED) == 0
    assert read_all_pages() == [new.id, old.id]


def test_a_long_list_is_loaded_completely(flush_all):
    with write() as w:
        for n in range(1200):
            w.create(Like(id=f"{n:024x}", created_at=START), new_id=True)
    flush_all()
    evict_cached_keys()
    name = likes.list_key("all")

    read_through.load_missing([], [], [name.encode()])

    assert client().zcard(name) == 1201
    evict_cached_keys()
    check = ViewerCheck(name, "", "", likes.prefix)
    assert [reads.run_checks(f"{n:024x}", [check])[0] for n in (0, 1199, 1200)] == [1, 1, 0]
