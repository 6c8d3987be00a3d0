"""Questions that are asked together cost one round trip, and mean what each means alone."""

import pytest

from mysocial.core import request_context
from mysocial.core.errors import NotFound, Unavailable
from mysocial.core.redis import client
from mysocial.store import ViewerCheck, queries, reads
from tests.support.concurrency import count_script_calls
from tests.support.example_records import change, evict, put, things


def test_questions_that_are_asked_together_are_one_round_trip():
    first, second = put(), put()
    requested = [
        reads.record_query(things, first.id),
        reads.records_query(things, [second.id, "0" * 24]),
    ]
    requested[1].result()  # what is not known is
    assert count_script_calls(lambda: reads.gather(*requested)) == 1
    assert count_script_calls(lambda: [item.result() for item in requested]) == 0
    assert (requested[0].result().id, list(requested[1].result())) == (first.id, [second.id])


def test_one_refusal_does_not_keep_the_others_from_their_answers():
    thing = put()
    missing, there = reads.record_query(things, "0" * 24), reads.record_query(things, thing.id)
    reads.gather(missing, there)
    assert there.result().id == thing.id
    with pytest.raises(NotFound):
        missing.result()


def test_no_question_costs_nothing():
    nothing = reads.combine(function=dict)
    assert count_script_calls(nothing.result) == 0
    assert nothing.result() == {}


def test_a_query_through_a_reference_takes_the_same_round_trip(flush_all):
    named = put(name="Named")
    naming = put(owner_id=named.id)
    flush_all()
    via = (things.key(naming.id), "owner_id")
    shelf = things.list_key("owner", named.id)
    facts = [
        ViewerCheck(shelf, "", "", things.prefix),
        ViewerCheck(things.list_key("shelf"), "", "", things.prefix),
    ]

    def ask():
        requested = [
            reads.record_query(things, naming.id),
            reads.fields_through(things, via, ["shelf", "likes"]),
            reads.checks_through(via, facts),
        ]
        reads.gather(*requested)
        return [item.result() for item in requested][1:]

    expected = [{"shelf": b"on", "likes": b"0"}, [0, 1]]
    assert ask() == expected
    assert count_script_calls(ask) == 1
    evict()
    assert ask() == expected  # neither was known


def test_a_query_through_an_empty_reference_has_no_result():
    alone, astray = put(owner_id=""), put(owner_id="f" * 24)
    for thing in (alone, astray):
        via = (things.key(thing.id), "owner_id")
        named = reads.fields_through(things, via, ["shelf"])
        reads.gather(reads.record_query(things, thing.id), named)
        assert named.result() is None
    assert reads.checks_through((things.key(alone.id), "owner_id"), []).result() == []


def test_a_read_whose_record_is_let_go_again_and_again_is_refused(flush_all, monkeypatch):
    thing = put()
    flush_all()
    read = queries.READ

    def let_go_and_read(question):
        client().delete(things.key(thing.id))
        return read(question)

    with monkeypatch.context() as others:
        others.setattr(queries, "READ", let_go_and_read)
        with pytest.raises(Unavailable):
            reads.get_record(things, thing.id)
    assert reads.get_record(things, thing.id).id == thing.id


def test_the_first_question_to_an_empty_redis_begins_its_log():
    token = request_context.push(request_context.RequestContext())
    try:
        queries.execute()
        call = request_context.current()
        assert call is not None
        epoch, clock = call.cursor.split(":")
    finally:
        request_context.pop(token)
    assert (client().get("epoch").decode(), clock) == (epoch, "0")


def test_what_is_judged_at_one_moment_is_asked_once():
    thing = put()
    with request_context.cached_queries():
        seen = reads.get_record(things, thing.id).name
        assert count_script_calls(lambda: change(thing, name="Otherwise")) == 1
        assert count_script_calls(lambda: reads.get_record(things, thing.id)) == 0
        assert reads.get_record(things, thing.id).name == seen
    assert reads.get_record(things, thing.id).name == "Otherwise"
