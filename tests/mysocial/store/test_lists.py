"""Lists: in order, without repetition or gap, despite concurrent writes."""

import threading

import pytest

from mysocial.core import mongo
from mysocial.core.redis import client
from mysocial.persistence import flush
from mysocial.store import pagination
from tests.support.example_records import (
    CAP,
    LISTED,
    OWNER,
    QUEUE,
    Thing,
    build_thing,
    create_thing,
    create_things,
    delete_record,
    evict_cached_keys,
    get_thing,
    read_all_pages,
    thing_template,
    things,
    update_thing,
)

TRIM_SLACK = 100  # how many entries a list may have above its cap before it is trimmed


def floor() -> float:
    return client().zscore(LISTED, "~")


def test_a_record_is_in_the_lists_of_its_fields():
    thing = create_thing(status="unlisted")
    assert read_all_pages() == []
    assert read_all_pages("owner", OWNER) == [thing.id]

    update_thing(thing, status="listed")
    assert read_all_pages() == [thing.id]

    update_thing(thing, owner_id="1" * 24)
    assert read_all_pages("owner", OWNER) == []
    assert read_all_pages("owner", "1" * 24) == [thing.id]

    delete_record(get_thing(thing))
    assert read_all_pages() == read_all_pages("owner", "1" * 24) == []


def test_a_trim_raises_the_floor_and_loses_no_entry(flush_all):
    read_all_pages()  # loads the empty list, which is complete
    ids = create_things(CAP + TRIM_SLACK - 2)
    assert floor() == float("-inf")

    newest = create_thing(10_000)
    ids = [newest.id, *ids]
    assert client().zcard(LISTED) == CAP + 1  # and the floor itself
    highest_trimmed = get_thing(build_thing(id=ids[CAP]))
    assert floor() == things.list_entries(things.values(highest_trimmed))[LISTED][0]

    assert read_all_pages(limit=7) == ids
    assert read_all_pages(limit=7, oldest=True) == ids[::-1]
    flush_all()
    assert read_all_pages(limit=7) == ids
    evict_cached_keys()
    assert read_all_pages(limit=7) == ids


def test_a_record_created_below_the_floor_is_listed_in_its_place(flush_all):
    ids = create_things(3 * CAP, start=10)
    flush_all()
    evict_cached_keys()
    read_all_pages()

    created = create_thing(0)
    assert client().zscore(LISTED, created.id) is None
    assert read_all_pages() == [*ids, created.id]
    flush_all()
    assert read_all_pages() == [*ids, created.id]


def test_a_record_that_moves_below_the_floor_leaves_its_old_place(flush_all):
    ids = create_things(3 * CAP, start=10)
    flush_all()
    evict_cached_keys()
    read_all_pages()

    update_thing(get_thing(build_thing(id=ids[0])), created_at=build_thing(0).created_at)

    assert read_all_pages() == [*ids[1:], ids[0]]
    assert client().zscore(LISTED, ids[0]) is None
    flush_all()
    evict_cached_keys()
    assert read_all_pages() == [*ids[1:], ids[0]]


def test_a_record_that_moves_above_the_floor_is_listed_once(flush_all):
    ids = create_things(3 * CAP)
    flush_all()
    evict_cached_keys()
    read_all_pages()

    update_thing(get_thing(build_thing(id=ids[-1])), created_at=build_thing(99).created_at)

    assert read_all_pages() == [ids[-1], *ids[:-1]]
    assert read_all_pages(oldest=True) == [*ids[-2::-1], ids[-1]]


@pytest.mark.parametrize("oldest", [False, True])
def test_pages_list_each_entry_once_despite_writes_flushes_and_evictions(flush_all, oldest):
    unchanged = create_things(3 * CAP, start=1000)
    flush_all()
    evict_cached_keys()
    minutes = iter(range(500))

    def disturb() -> None:
        minute = next(minutes)
        create_thing(minute)  # older than all
        delete_record(get_thing(create_thing(2000 + minute)))
        create_thing(3000 + minute)  # newer than all
        if minute % 2:
            flush_all()
        if minute % 3 == 0:
            evict_cached_keys()

    ids = read_all_pages(limit=2, oldest=oldest, after_each_page=disturb)

    assert len(ids) == len(set(ids))
    assert [pk for pk in ids if pk in set(unchanged)] == (unchanged[::-1] if oldest else unchanged)


@pytest.mark.parametrize("oldest", [False, True])
def test_pages_list_each_entry_once_despite_concurrent_threads(flush_all, oldest):
    unchanged = create_things(3 * CAP, start=1000)
    flush_all()
    evict_cached_keys()
    stop = threading.Event()

    def disturb(number: int) -> None:
        minute = 0
        while not stop.is_set():
            minute += 1
            thing = create_thing((0, 5000)[minute % 2] + minute)
            if minute % 3:
                delete_record(thing)
            if number:
                flush.flush_batch(QUEUE)
            elif minute % 10 == 0:
                evict_cached_keys()

    threads = [threading.Thread(target=disturb, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    try:
        listings = [read_all_pages(limit=4, oldest=oldest) for _ in range(5)]
    finally:
        stop.set()
        for thread in threads:
            thread.join()

    for ids in listings:
        assert len(ids) == len(set(ids))
        assert [pk for pk in ids if pk in unchanged] == (unchanged[::-1] if oldest else unchanged)
    flush_all()
    evict_cached_keys()
    assert read_all_pages(limit=4) == [
        document["_id"]
        for document in mongo.collection(Thing).find(
            {"_deleted_at": None}, sort=[("created_at", -1), ("_id", -1)]
        )
    ]


def test_unflushed_entries_are_removed_by_the_flush(flush_all):
    thing = create_thing(1)
    deleted = create_thing(2)
    delete_record(get_thing(deleted))
    unflushed = f"{LISTED}+"
    assert client().zrange(unflushed, 0, -1, withscores=True) == [
        (deleted.id.encode(), float("-inf")),
        (thing.id.encode(), client().zscore(unflushed, thing.id)),
    ]

    flush_all()

    assert client().exists(unflushed) == 0
    assert read_all_pages() == [thing.id]


def test_a_page_of_hidden_rows_has_a_cursor(monkeypatch):
    monkeypatch.setattr(pagination, "MAX_PAGES_SCANNED", 2)
    monkeypatch.setattr(pagination, "MIN_BATCH", 2)
    visible, *hidden = [create_thing(minute).id for minute in range(7)]
    after, pages = None, []
    while True:
        listing = pagination.ListQuery(thing_template, "listed", limit=1, after=after)
        rows, after = pagination.filter_pages(
            listing, keep=lambda rows: [row for row in rows if row.id not in hidden]
        )
        pages.append([row.id for row in rows])
        if after is None:
            break
    assert pages == [[], [visible]]


@pytest.mark.parametrize("hidden_count", [0, 1, 2, 3, 30])
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_a_full_page_is_the_last_one_if_only_hidden_rows_follow(limit, hidden_count):
    hidden = {create_thing(minute).id for minute in range(hidden_count)}
    visible = [create_thing(minute + 100).id for minute in range(6)][::-1]
    after, pages = None, []
    while not pages or after is not None:
        listing = pagination.ListQuery(thing_template, "listed", limit=limit, after=after)
        rows, after = pagination.filter_pages(
            listing, keep=lambda rows: [row for row in rows if row.id not in hidden]
        )
        pages.append([row.id for row in rows])
    assert pages == [visible[first : first + limit] for first in range(0, 6, limit)]


def test_a_page_is_cut_at_its_maximum_of_bytes(monkeypatch):
    ids = [create_thing(minute, note="n" * 90).id for minute in range(6)][::-1]
    monkeypatch.setattr(pagination, "MAX_PAGE_BYTES", 250)  # a thing has about 130 bytes
    listing = pagination.ListQuery(thing_template, "listed", limit=5)

    pages = [listing.result()]
    while (after := pages[-1].next) is not None:
        pages.append(listing.next_page(after, limit=5).result())

    assert [row.id for page in pages for row in page.rows] == ids
    assert [len(page.rows) for page in pages] == [2, 2, 2]
    assert [page.is_cut for page in pages] == [True, True, False]


def test_a_row_above_the_maximum_of_bytes_is_a_page_of_its_own(monkeypatch):
    ids = [create_thing(minute, note="n" * 90).id for minute in range(3)][::-1]
    monkeypatch.setattr(pagination, "MAX_PAGE_BYTES", 1)

    assert read_all_pages(limit=3) == ids


def test_hidden_rows_do_not_use_up_the_bytes_of_a_page(monkeypatch):
    visible, *hidden = [create_thing(minute, note="n" * 90).id for minute in range(5)]
    monkeypatch.setattr(pagination, "MAX_PAGE_BYTES", 250)
    listing = pagination.ListQuery(thing_template, "listed", limit=5)

    rows, after = pagination.filter_pages(
        listing, keep=lambda rows: [row for row in rows if row.id not in hidden]
    )

    assert [row.id for row in rows] == [visible]
    assert after is None
