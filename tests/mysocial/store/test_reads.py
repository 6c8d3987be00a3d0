"""Reads: correct regardless of what Redis has evicted."""

import base64

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
    LISTED,
    OWNER,
    Like,
    Thing,
    begin_loading,
    build_thing,
    create_thing,
    create_things,
    delete_record,
    evict_cached_keys,
    get_thing,
    like_thing,
    likes,
    read_all_pages,
    record_key,
    thing_template,
    things,
    update_thing,
)


def test_every_read_is_correct_after_an_eviction(flush_all):
    ids = create_things(4)
    first = get_thing(build_thing(id=ids[0]))
    update_thing(first, code="gold")
    like_thing(first, "bob")
    flush_all()
    delete_record(get_thing(build_thing(id=ids[3])))
    flush_all()

    for _ in range(2):  # from MongoDB, then from Redis
        assert read_all_pages() == ids[:3]
        assert read_all_pages("owner", OWNER, oldest=True) == ids[2::-1]
        assert reads.find_by_unique(things, "code", "gold") == first.id
        assert reads.find_by_unique(things, "code", "tin") is None
        assert get_thing(first).likes == 1
        assert list(reads.get_records(things, ids)) == ids[:3]
        with pytest.raises(NotFound):
            reads.get_record(things, ids[3])
    evict_cached_keys()
    assert read_all_pages() == ids[:3]


def test_a_row_is_rendered_from_its_stored_fragments():
    thing = create_thing(name="A lamp", size=3)
    like_thing(thing, "bob")

    (row,) = reads.get_rows(thing_template, [thing.id, "0" * 23 + "f"])

    assert thing_template.render(row) == (
        b'{"id":"%s","created_at":"2026-01-01T00:00:00.000000Z","name":"A lamp","note":"","size":3,'
        b'"likes":1}' % thing.id.encode()
    )


# Pages below the floor ---------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [1, 2, 3, CAP - 1, CAP, CAP + 1, 100])
@pytest.mark.parametrize("oldest", [False, True])
def test_pages_below_the_floor_come_from_mongodb(flush_all, limit, oldest):
    ids = create_things(2 * CAP + 1)
    flush_all()
    evict_cached_keys()

    expected = ids[::-1] if oldest else ids
    assert read_all_pages(limit=limit, oldest=oldest) == expected
    assert client().zcard(LISTED) == CAP + 2  # with the entry at the floor, and the floor itself
    assert read_all_pages(limit=limit, oldest=oldest) == expected


@pytest.mark.parametrize("oldest", [False, True])
def test_pages_below_the_floor_include_unflushed_entries(flush_all, oldest):
    ids = create_things(3 * CAP)
    flush_all()
    evict_cached_keys()
    assert read_all_pages() == ids

    deleted, unlisted, moved = ids[CAP + 2], ids[CAP + 4], ids[CAP + 6]
    delete_record(get_thing(build_thing(id=deleted)))
    update_thing(get_thing(build_thing(id=unlisted)), status="unlisted")
    update_thing(get_thing(build_thing(id=moved)), created_at=build_thing(3, id=moved).created_at)
    created = create_thing(2)
    minutes = {pk: 3 * CAP - 1 - n for n, pk in enumerate(ids)} | {moved: 3, created.id: 2}
    listed = [pk for pk in minutes if pk not in (deleted, unlisted)]
    expected = sorted(listed, key=lambda pk: (minutes[pk], pk), reverse=True)

    for _ in range(2):
        assert read_all_pages(oldest=oldest) == (expected[::-1] if oldest else expected)
        flush_all()
        evict_cached_keys()


@pytest.mark.parametrize("oldest", [False, True])
def test_records_with_equal_times_are_ordered_by_id(flush_all, oldest):
    ids = sorted((create_thing(0).id for _ in range(3 * CAP)), reverse=not oldest)
    assert read_all_pages(oldest=oldest, limit=2) == ids
    flush_all()
    evict_cached_keys()

    assert read_all_pages(oldest=oldest, limit=2) == ids
    assert read_all_pages(oldest=oldest, limit=CAP) == ids


def test_a_new_record_with_the_score_of_the_floor_is_not_skipped(flush_all):
    ids = create_things(CAP + 1)
    flush_all()
    evict_cached_keys()
    read_all_pages()

    created = create_thing(0)  # its id is greater, so it comes before the entry at the floor

    assert read_all_pages(limit=2) == [*ids[:-1], created.id, ids[-1]]
    assert read_all_pages(limit=2, oldest=True) == [ids[-1], created.id, *ids[-2::-1]]


def test_records_deleted_while_a_page_below_the_floor_is_read_do_not_end_the_list(flush_all):
    ids = create_things(3 * CAP)
    flush_all()
    evict_cached_keys()
    read_all_pages()

    # As if they were deleted after MongoDB returned their ids, before their records are read.
    deleted = ids[CAP + 1 : CAP + 4]
    unflushed = {pk: client().zscore(f"{LISTED}+", pk) for pk in deleted}
    for pk in deleted:
        delete_record(get_thing(build_thing(id=pk)))
        client().zrem(f"{LISTED}+", pk)

    assert unflushed == dict.fromkeys(deleted)
    assert read_all_pages(limit=2) == [pk for pk in ids if pk not in deleted]


def test_missing_records_in_a_complete_list_do_not_end_it(flush_all):
    """MongoDB deletes sessions by a TTL index, without a write."""
    ids = create_things(4)
    flush_all()
    evict_cached_keys()
    read_all_pages()
    mongo.collection(Thing).delete_one({"_id": ids[1]})
    client().delete(record_key(build_thing(id=ids[1])))

    assert read_all_pages(limit=1) == [ids[0], *ids[2:]]
    assert read_all_pages(limit=2) == [ids[0], *ids[2:]]
    assert read_all_pages(limit=2, oldest=True) == [*ids[:1:-1], ids[0]]


def test_a_page_below_the_floor_examines_only_its_own_index_keys(flush_all):
    ids = create_things(3 * CAP)
    flush_all()
    evict_cached_keys()
    after = pagination.ListQuery(thing_template, "listed", limit=2 * CAP).result().next
    assert after[0] == ids[2 * CAP - 1]

    index = things.indexes["listed"]
    query = {
        **index.query(""),
        **list_fallback._after_cursor(index, after, oldest=False),
        "_deleted_at": None,
    }
    order = [("created_at", -1), ("_id", -1)]
    plan = mongo.collection(Thing).find(query, sort=order, limit=3).explain()

    stats = plan["executionStats"]
    assert stats["nReturned"] == 3
    assert stats["totalKeysExamined"] <= 5


# Viewer checks -----------------------------------------------------------------------------------


def test_a_viewer_check_is_correct_below_the_floor(flush_all):
    ids = create_things(2 * CAP)
    flush_all()
    evict_cached_keys()
    update_thing(get_thing(build_thing(id=ids[-1])), status="unlisted")
    check = ViewerCheck(LISTED, "", "", things.prefix)

    results = {pk: reads.run_checks(pk, [check])[0] for pk in (ids[0], ids[-2], "0" * 24)}

    assert results == {ids[0]: 1, ids[-2]: 1, "0" * 24: 0}


def test_a_pending_list_is_not_treated_as_complete(flush_all):
    with write() as w:
        w.create(Like(id="bob"))
    flush_all()
    evict_cached_keys()
    name = likes.list_key("all")
    check = ViewerCheck(name, "", "", likes.prefix)
    begin_loading(lists=[name])

    assert reads.run_checks("bob", [check]) == [1]
    assert reads.run_checks("carol", [check]) == [0]


# Cursors -----------------------------------------------------------------------------------------


def test_an_encoded_cursor_decodes_to_the_same_position():
    position = ("0" * 24, 1_767_225_600_000)
    assert decode_cursor(encode_cursor(position)) == position
    assert encode_cursor(None) is None


@pytest.mark.parametrize("text", ["", "x", "MTIz", "é", "LTEuYQ", "YS5i", "_" * 500, "MTIzLg"])
def test_a_malformed_cursor_is_refused(text):
    with pytest.raises(Invalid):
        decode_cursor(text)


def test_a_cursor_does_not_show_the_record_that_it_names():
    cursor = encode_cursor(("abcdef" * 4, 1_767_225_600_000))
    content = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    assert b"abcdef" not in content
    assert b"1767225600000" not in content
    assert encode_cursor(("abcdef" * 4, 1_767_225_600_000)) == cursor


def test_a_changed_cursor_and_one_of_another_key_are_refused(settings):
    cursor = encode_cursor(("0" * 24, 1))
    for position in range(len(cursor)):
        other = "A" if cursor[position] != "A" else "B"
        with pytest.raises(Invalid):
            decode_cursor(cursor[:position] + other + cursor[position + 1 :])
    settings.SECRET_KEY = "another" * 10
    with pytest.raises(Invalid):
        decode_cursor(cursor)
