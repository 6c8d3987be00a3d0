"""Lists: in order, without repetition or gap, despite concurrent writes."""

import threading

import pytest

from mysocial.core import mongo
from mysocial.core.redis import client
from mysocial.persistence import flush
from mysocial.store import pagination
from tests.support.example_records import (
    CAP,
    OWNER,
    QUEUE,
    Thing,
    change,
    evict,
    get,
    make,
    put,
    remove,
    thing_template,
    things,
    walk,
)

SHELF = things.list_key("shelf")
SLACK = 100  # so many entries more than the cap are let in before a list is trimmed


def put_many(count: int, start: int = 0) -> list[str]:
    """Put so many things on the shelf, one a minute; return their ids, newest first."""
    return [put(start + minute).id for minute in range(count)][::-1]


def floor() -> float:
    return client().zscore(SHELF, "~")


def test_a_record_stands_in_the_lists_its_fields_say():
    thing = put(shelf="off")
    assert walk() == []
    assert walk("owner", OWNER) == [thing.id]

    change(thing, shelf="on")
    assert walk() == [thing.id]

    change(thing, owner_id="1" * 24)
    assert walk("owner", OWNER) == []
    assert walk("owner", "1" * 24) == [thing.id]

    remove(get(thing))
    assert walk() == walk("owner", "1" * 24) == []


def test_a_trim_raises_the_floor_and_nothing_between_is_lost(flush_all):
    walk()  # the empty list is whole
    result = put_many(CAP + SLACK - 2)
    assert floor() == float("-inf")

    newest = put(10_000)
    result = [newest.id, *result]
    assert client().zcard(SHELF) == CAP + 1  # and the floor itself
    highest_trimmed = get(make(id=result[CAP]))
    assert floor() == things.list_entries(things.values(highest_trimmed))[SHELF][0]

    assert walk(limit=7) == result
    assert walk(limit=7, oldest=True) == result[::-1]
    flush_all()
    assert walk(limit=7) == result
    evict()
    assert walk(limit=7) == result


def test_what_is_made_below_the_floor_is_found_at_its_place(flush_all):
    result = put_many(3 * CAP, start=10)
    flush_all()
    evict()
    walk()

    late = put(0)
    assert client().zscore(SHELF, late.id) is None
    assert walk() == [*result, late.id]
    flush_all()
    assert walk() == [*result, late.id]


def test_what_moves_below_the_floor_leaves_its_old_place(flush_all):
    result = put_many(3 * CAP, start=10)
    flush_all()
    evict()
    walk()

    change(get(make(id=result[0])), created_at=make(0).created_at)

    assert walk() == [*result[1:], result[0]]
    assert client().zscore(SHELF, result[0]) is None
    flush_all()
    evict()
    assert walk() == [*result[1:], result[0]]


def test_what_moves_above_the_floor_stands_there_once(flush_all):
    result = put_many(3 * CAP)
    flush_all()
    evict()
    walk()

    change(get(make(id=result[-1])), created_at=make(99).created_at)

    assert walk() == [result[-1], *result[:-1]]
    assert walk(oldest=True) == [*result[-2::-1], result[-1]]


@pytest.mark.parametrize("oldest", [False, True])
def test_a_walk_sees_each_entry_once_while_others_write_carry_and_evict(flush_all, oldest):
    standing = put_many(3 * CAP, start=1000)
    flush_all()
    evict()
    minutes = iter(range(500))

    def disturb() -> None:
        minute = next(minutes)
        put(minute)  # older than all
        remove(get(put(2000 + minute)))
        put(3000 + minute)  # newer than all
        if minute % 2:
            flush_all()
        if minute % 3 == 0:
            evict()

    result = walk(limit=2, oldest=oldest, between=disturb)

    assert len(result) == len(set(result))
    assert [pk for pk in result if pk in set(standing)] == (standing[::-1] if oldest else standing)


@pytest.mark.parametrize("oldest", [False, True])
def test_a_walk_sees_each_entry_once_while_threads_write(flush_all, oldest):
    standing = put_many(3 * CAP, start=1000)
    flush_all()
    evict()
    stop = threading.Event()

    def disturb(number: int) -> None:
        minute = 0
        while not stop.is_set():
            minute += 1
            thing = put((0, 5000)[minute % 2] + minute)
            if minute % 3:
                remove(thing)
            if number:
                flush.flush_batch(QUEUE)
            elif minute % 10 == 0:
                evict()

    threads = [threading.Thread(target=disturb, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    try:
        walks = [walk(limit=4, oldest=oldest) for _ in range(5)]
    finally:
        stop.set()
        for thread in threads:
            thread.join()

    for result in walks:
        assert len(result) == len(set(result))
        assert [pk for pk in result if pk in standing] == (standing[::-1] if oldest else standing)
    flush_all()
    evict()
    settled = walk(limit=4)
    assert settled == [
        item["_id"]
        for item in mongo.collection(Thing).find(
            {"_deleted_at": None}, sort=[("created_at", -1), ("_id", -1)]
        )
    ]


def test_what_mongodb_lacks_of_a_list_is_forgotten_when_it_is_paid(flush_all):
    thing = put(1)
    removed = put(2)
    remove(get(removed))
    unflushed = f"{SHELF}+"
    assert client().zrange(unflushed, 0, -1, withscores=True) == [
        (removed.id.encode(), float("-inf")),
        (thing.id.encode(), client().zscore(unflushed, thing.id)),
    ]

    flush_all()

    assert client().exists(unflushed) == 0
    assert walk() == [thing.id]


def test_where_all_that_was_looked_through_is_hidden_the_page_says_where_to_go_on(monkeypatch):
    monkeypatch.setattr(pagination, "MAX_PAGES_SCANNED", 2)
    monkeypatch.setattr(pagination, "MIN_BATCH", 2)
    shown, *hidden = [put(minute).id for minute in range(5)]
    after, walked = None, []
    while True:
        listing = pagination.ListQuery(thing_template, "shelf", limit=1, after=after)
        rows, after = pagination.filter_pages(
            listing, keep=lambda rows: [row for row in rows if row.id not in hidden]
        )
        walked.append([row.id for row in rows])
        if after is None:
            break
    assert walked == [[], [shown]]


def test_a_page_is_cut_at_its_maximum_of_bytes(monkeypatch):
    things_on_shelf = [put(minute, note="n" * 90).id for minute in range(6)][::-1]
    monkeypatch.setattr(pagination, "MAX_PAGE_BYTES", 250)  # a thing has about 130 bytes
    listing = pagination.ListQuery(thing_template, "shelf", limit=5)

    pages = [listing.result()]
    while (after := pages[-1].next) is not None:
        pages.append(listing.next_page(after, limit=5).result())

    assert [row.id for page in pages for row in page.rows] == things_on_shelf
    assert [len(page.rows) for page in pages] == [2, 2, 2]
    assert [page.is_cut for page in pages] == [True, True, False]


def test_a_row_above_the_maximum_of_bytes_is_a_page_of_its_own(monkeypatch):
    newest_first = [put(minute, note="n" * 90).id for minute in range(3)][::-1]
    monkeypatch.setattr(pagination, "MAX_PAGE_BYTES", 1)

    assert walk(limit=3) == newest_first


def test_hidden_rows_do_not_use_up_the_bytes_of_a_page(monkeypatch):
    shown, *hidden = [put(minute, note="n" * 90).id for minute in range(5)]
    monkeypatch.setattr(pagination, "MAX_PAGE_BYTES", 250)
    listing = pagination.ListQuery(thing_template, "shelf", limit=5)

    rows, after = pagination.filter_pages(
        listing, keep=lambda rows: [row for row in rows if row.id not in hidden]
    )

    assert [row.id for row in rows] == [shown]
    assert after is None
