"""Reads: right whatever Redis still has."""

import pytest

from mysocial.core import mongo
from mysocial.core.errors import Invalid, NotFound
from mysocial.core.redis import client
from mysocial.store import (
    ViewerCheck,
    decode_cursor,
    encode_cursor,
    list_fallback,
    pagination,
    reads,
    write,
)
from tests.support.example_records import (
    CAP,
    OWNER,
    Like,
    Thing,
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
    thing_template,
    things,
    walk,
)

SHELF = things.list_key("shelf")


def fill_shelf(count: int) -> list[str]:
    """Put so many things on the shelf; return their ids, newest first."""
    return [put(minute).id for minute in range(count)][::-1]


def test_every_read_is_right_when_all_that_may_be_evicted_was(flush_all):
    outcome = fill_shelf(4)
    first = get(make(id=outcome[0]))
    change(first, code="gold")
    like(first, "bob")
    flush_all()
    remove(get(make(id=outcome[3])))
    flush_all()

    for _ in range(2):  # from MongoDB, then from Redis
        assert walk() == outcome[:3]
        assert walk("owner", OWNER, oldest=True) == outcome[2::-1]
        assert reads.find_by_unique(things, "code", "gold") == first.id
        assert reads.find_by_unique(things, "code", "tin") is None
        assert get(first).likes == 1
        assert list(reads.get_records(things, outcome)) == outcome[:3]
        with pytest.raises(NotFound):
            reads.get_record(things, outcome[3])
    evict()
    assert walk() == outcome[:3]


def test_rows_are_sent_as_they_are_stored():
    thing = put(name="A lamp", size=3)
    like(thing, "bob")

    (row,) = reads.get_rows(thing_template, [thing.id, "0" * 23 + "f"])

    assert thing_template.render(row) == (
        b'{"id":"%s","created_at":"2026-01-01T00:00:00.000000Z","name":"A lamp","note":"","size":3,'
        b'"likes":1}' % thing.id.encode()
    )


# Deep pages --------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [1, 2, 3, CAP - 1, CAP, CAP + 1, 100])
@pytest.mark.parametrize("oldest", [False, True])
def test_pages_beyond_what_redis_holds_come_from_mongodb(flush_all, limit, oldest):
    outcome = fill_shelf(2 * CAP + 1)
    flush_all()
    evict()

    expected = outcome[::-1] if oldest else outcome
    assert walk(limit=limit, oldest=oldest) == expected
    assert client().zcard(SHELF) == CAP + 2  # one more, at the floor, and the floor
    assert walk(limit=limit, oldest=oldest) == expected


@pytest.mark.parametrize("oldest", [False, True])
def test_deep_pages_are_merged_with_what_mongodb_has_not_got_yet(flush_all, oldest):
    kept = fill_shelf(3 * CAP)
    flush_all()
    evict()
    assert walk() == kept

    removed, left, moved = kept[CAP + 2], kept[CAP + 4], kept[CAP + 6]
    remove(get(make(id=removed)))
    change(get(make(id=left)), shelf="off")
    change(get(make(id=moved)), created_at=make(3, id=moved).created_at)
    late = put(2)
    expected = [pk for pk in kept if pk not in (removed, left, moved)]
    place = {pk: 3 * CAP - 1 - n for n, pk in enumerate(kept)} | {moved: 3, late.id: 2}
    expected = sorted([*expected, moved, late.id], key=lambda pk: (place[pk], pk), reverse=True)

    for _ in range(2):
        outcome = walk(oldest=oldest)
        assert outcome == (expected[::-1] if oldest else expected)
        flush_all()
        evict()


@pytest.mark.parametrize("oldest", [False, True])
def test_those_of_one_moment_are_paged_by_their_ids(flush_all, oldest):
    outcome = sorted((put(0).id for _ in range(3 * CAP)), reverse=not oldest)
    assert walk(oldest=oldest, limit=2) == outcome
    flush_all()
    evict()

    assert walk(oldest=oldest, limit=2) == outcome
    assert walk(oldest=oldest, limit=CAP) == outcome


def test_one_of_the_very_moment_where_a_list_ends_in_redis_is_not_skipped(flush_all):
    outcome = fill_shelf(CAP + 1)
    flush_all()
    evict()
    walk()

    late = put(0)  # its id is greater, so it stands before the one at the floor

    assert walk(limit=2) == [*outcome[:-1], late.id, outcome[-1]]
    assert walk(limit=2, oldest=True) == [outcome[-1], late.id, *outcome[-2::-1]]


def test_records_that_went_while_a_deep_page_was_read_do_not_end_the_list(flush_all):
    outcome = fill_shelf(3 * CAP)
    flush_all()
    evict()
    walk()

    # As when they are removed after MongoDB named them, and before their records are read.
    gone = outcome[CAP + 1 : CAP + 4]
    unflushed = {pk: client().zscore(f"{SHELF}+", pk) for pk in gone}
    for pk in gone:
        remove(get(make(id=pk)))
        client().zrem(f"{SHELF}+", pk)

    assert unflushed == dict.fromkeys(gone)
    assert walk(limit=2) == [pk for pk in outcome if pk not in gone]


def test_records_that_went_from_within_a_whole_list_do_not_end_it(flush_all):
    """As sessions do, which MongoDB drops by a TTL index of its own."""
    outcome = fill_shelf(4)
    flush_all()
    evict()
    walk()
    mongo.collection(Thing).delete_one({"_id": outcome[1]})
    client().delete(key(make(id=outcome[1])))

    assert walk(limit=1) == [outcome[0], *outcome[2:]]
    assert walk(limit=2) == [outcome[0], *outcome[2:]]
    assert walk(limit=2, oldest=True) == [*outcome[:1:-1], outcome[0]]


def test_the_walk_through_a_deep_list_begins_at_its_place(flush_all):
    outcome = fill_shelf(3 * CAP)
    flush_all()
    evict()
    after = pagination.ListQuery(thing_template, "shelf", limit=2 * CAP).result().next
    assert after[0] == outcome[2 * CAP - 1]

    index = things.indexes["shelf"]
    query = {
        **index.query(""),
        **list_fallback._after_cursor(index, after, oldest=False),
        "_deleted_at": None,
    }
    order = [("created_at", -1), ("_id", -1)]
    plan = mongo.collection(Thing).find(query, sort=order, limit=3).explain()

    work = plan["executionStats"]
    assert work["nReturned"] == 3
    assert work["totalKeysExamined"] <= 5


# Facts -------------------------------------------------------------------------------------------


def test_membership_is_known_below_what_a_list_holds_too(flush_all):
    outcome = fill_shelf(2 * CAP)
    flush_all()
    evict()
    change(get(make(id=outcome[-1])), shelf="off")
    fact = ViewerCheck(SHELF, "", "", things.prefix)

    answers = {pk: reads.run_checks(pk, [fact])[0] for pk in (outcome[0], outcome[-2], "0" * 24)}

    assert answers == {outcome[0]: 1, outcome[-2]: 1, "0" * 24: 0}


def test_a_list_that_is_being_fetched_is_not_taken_for_whole(flush_all):
    with write() as w:
        w.create(Like(id="bob"))
    flush_all()
    evict()
    name = likes.list_key("all")
    begin(lists=[name])

    assert reads.run_checks("bob", [ViewerCheck(name, "", "", likes.prefix)]) == [1]
    assert reads.run_checks("carol", [ViewerCheck(name, "", "", likes.prefix)]) == [0]


# Cursors -----------------------------------------------------------------------------------------


def test_a_cursor_comes_back_as_it_went():
    entry = ("0" * 24, 1_767_225_600_000)
    assert decode_cursor(encode_cursor(entry)) == entry
    assert encode_cursor(None) is None


@pytest.mark.parametrize("text", ["", "x", "MTIz", "é", "LTEuYQ", "YS5i", "_" * 500, "MTIzLg"])
def test_a_cursor_that_is_not_ours_is_refused(text):
    with pytest.raises(Invalid):
        decode_cursor(text)
