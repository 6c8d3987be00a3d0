"""Queries: several take one round trip, and each has the result that it has alone."""

import pytest

from mysocial.core import request_context
from mysocial.core.errors import NotFound, Unavailable
from mysocial.core.redis import client
from mysocial.store import ViewerCheck, queries, reads
from tests.support.concurrency import count_script_calls
from tests.support.example_records import (
    LISTED,
    create_thing,
    evict_cached_keys,
    things,
    update_thing,
)


def test_gathered_queries_take_one_round_trip():
    first, second = create_thing(), create_thing()
    gathered = [
        reads.record_query(things, first.id),
        reads.records_query(things, [second.id, "0" * 24]),
    ]
    gathered[1].result()  # loads the unknown record
    assert count_script_calls(lambda: reads.gather(*gathered)) == 1
    assert count_script_calls(lambda: [query.result() for query in gathered]) == 0
    assert (gathered[0].result().id, list(gathered[1].result())) == (first.id, [second.id])


def test_a_gathered_query_that_fails_does_not_affect_the_others():
    thing = create_thing()
    missing, existing = reads.record_query(things, "0" * 24), reads.record_query(things, thing.id)
    reads.gather(missing, existing)
    assert existing.result().id == thing.id
    with pytest.raises(NotFound):
        missing.result()


def test_an_empty_combination_takes_no_round_trip():
    query = reads.combine(function=dict)
    assert count_script_calls(query.result) == 0
    assert query.result() == {}


def test_a_query_through_a_reference_takes_the_same_round_trip(flush_all):
    referenced = create_thing(name="Referenced")
    referencing = create_thing(owner_id=referenced.id)
    flush_all()
    via = (things.key(referencing.id), "owner_id")
    checks = [
        ViewerCheck(things.list_key("owner", referenced.id), "", "", things.prefix),
        ViewerCheck(LISTED, "", "", things.prefix),
    ]

    def execute():
        gathered = [
            reads.record_query(things, referencing.id),
            reads.fields_through(things, via, ["status", "likes"]),
            reads.checks_through(via, checks),
        ]
        reads.gather(*gathered)
        return [query.result() for query in gathered][1:]

    expected = [{"status": b"listed", "likes": b"0"}, [0, 1]]
    assert execute() == expected
    assert count_script_calls(execute) == 1
    evict_cached_keys()
    assert execute() == expected  # both records were unknown


def test_a_query_through_an_empty_reference_has_no_result():
    without_owner, with_unknown_owner = create_thing(owner_id=""), create_thing(owner_id="f" * 24)
    for thing in (without_owner, with_unknown_owner):
        via = (things.key(thing.id), "owner_id")
        owner_query = reads.fields_through(things, via, ["status"])
        reads.gather(reads.record_query(things, thing.id), owner_query)
        assert owner_query.result() is None
    assert reads.checks_through((things.key(without_owner.id), "owner_id"), []).result() == []


def test_a_read_is_unavailable_if_its_record_is_evicted_at_every_attempt(flush_all, monkeypatch):
    thing = create_thing()
    flush_all()
    read = queries.READ

    def evict_and_read(request):
        client().delete(things.key(thing.id))
        return read(request)

    with monkeypatch.context() as patched:
        patched.setattr(queries, "READ", evict_and_read)
        with pytest.raises(Unavailable):
            reads.get_record(things, thing.id)
    assert reads.get_record(things, thing.id).id == thing.id


def test_the_first_query_to_an_empty_redis_creates_an_epoch():
    token = request_context.push(request_context.RequestContext())
    try:
        queries.execute()
        context = request_context.current()
        assert context is not None
        epoch, clock = context.cursor.split(":")
    finally:
        request_context.pop(token)
    assert (client().get("epoch").decode(), clock) == (epoch, "0")


def test_a_cached_query_is_executed_once():
    thing = create_thing()
    with request_context.cached_queries():
        name = reads.get_record(things, thing.id).name
        assert count_script_calls(lambda: update_thing(thing, name="Changed")) == 1
        assert count_script_calls(lambda: reads.get_record(things, thing.id)) == 0
        assert reads.get_record(things, thing.id).name == name
    assert reads.get_record(things, thing.id).name == "Changed"
