"""Pages beyond what Redis holds of a list, while changes wait for MongoDB."""

import pytest

from mysocial.persistence import flush
from mysocial.store import mongo_pages
from tests.support.example_records import (
    CAP,
    OWNER,
    QUEUE,
    build_thing,
    create_things,
    delete_record,
    evict_cached_keys,
    get_thing,
    read_all_pages,
    update_thing,
)


@pytest.fixture
def ids(flush_all):
    """Return the ids of things of which Redis lists a third, newest first."""
    created = create_things(3 * CAP, start=100)
    flush_all()
    evict_cached_keys()
    read_all_pages(limit=CAP)
    return created


def thing(pk):
    return get_thing(build_thing(id=pk))


def all_orders(limit):
    newest_first = read_all_pages(limit=limit)
    assert read_all_pages(limit=limit, oldest=True) == newest_first[::-1]
    assert read_all_pages("owner", OWNER, limit=limit) == newest_first
    return newest_first


@pytest.mark.parametrize("limit", [1, 2, CAP, 40])
def test_a_page_has_what_was_added_and_lacks_what_was_removed_or_moved(ids, limit, flush_all):
    *_, third_last, second_last, last = ids
    added = create_things(4, start=103)  # between those that MongoDB has
    delete_record(thing(second_last))
    update_thing(thing(last), created_at=build_thing(300).created_at)
    update_thing(thing(third_last), created_at=build_thing(1).created_at)
    scores = {pk: thing(pk).created_at for pk in {*ids, *added} - {second_last}}
    expected = sorted(scores, key=lambda pk: (scores[pk], pk), reverse=True)
    for _ in range(2):
        assert all_orders(limit) == expected
        flush_all()
        evict_cached_keys()


@pytest.mark.parametrize("limit", [1, 3, 40])
def test_a_page_that_skips_many_removed_entries_is_full(ids, limit):
    for pk in ids[CAP:-2]:
        delete_record(thing(pk))
    assert all_orders(limit) == [*ids[:CAP], *ids[-2:]]


@pytest.mark.parametrize("limit", [1, 3, 40])
def test_many_entries_of_one_moment_are_listed_once(ids, limit):
    same = [pk for _ in range(3 * CAP) for pk in create_things(1, start=101)]
    oldest = ids[-2:]  # of the minutes 101 and 100
    in_order = sorted([*same, oldest[0]], reverse=True)
    assert all_orders(limit) == [*ids[:-2], *in_order, oldest[1]]


@pytest.mark.parametrize("flushes", [1, 2, mongo_pages.MAX_TRIES + 1])
def test_a_change_that_is_flushed_after_mongodb_was_read_is_not_missed(ids, monkeypatch, flushes):
    """MongoDB's page still has the entries, and Redis has dropped the note of their removal."""
    remaining = flushes

    def read_and_flush(*args, **query):
        nonlocal remaining
        entries = read_range(*args, **query)
        if remaining:
            remaining -= 1
            flush.flush_batch(QUEUE, limit=2)
        return entries

    read_range = mongo_pages.read_range
    monkeypatch.setattr(mongo_pages, "read_range", read_and_flush)
    hidden = ids[CAP + 1 : -2]
    for pk in hidden:
        update_thing(thing(pk), status="hidden")
    assert read_all_pages(limit=40) == [pk for pk in ids if pk not in hidden]


def test_a_page_reads_only_its_range_of_what_waits(ids, monkeypatch):
    waiting = create_things(300, start=1000)
    monkeypatch.setattr(mongo_pages, "unflushed_entries", None)  # reads all of them
    limits = []

    def note_limit(*args, **query):
        limits.append(query["limit"])
        return read_range(*args, **query)

    read_range = mongo_pages.read_range
    monkeypatch.setattr(mongo_pages, "read_range", note_limit)
    assert read_all_pages(limit=50) == [*waiting, *ids]
    assert max(limits) <= 51
