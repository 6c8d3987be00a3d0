"""Questions that are asked together cost one round trip, and mean what each means alone."""

import pytest

from mysocial.core import request_context
from mysocial.core.errors import NotFound, Unavailable
from mysocial.core.redis import client
from mysocial.store import queries, reads
from tests.support.concurrency import scripts
from tests.support.example_records import change, evict, put, things


def test_questions_that_are_asked_together_are_one_round_trip():
    first, second = put(), put()
    asked = [reads.asked_one(things, first.id), reads.asked_many(things, [second.id, "0" * 24])]
    asked[1].get()  # what is not known is
    assert scripts(lambda: reads.together(*asked)) == 1
    assert scripts(lambda: [one.get() for one in asked]) == 0
    assert (asked[0].get().id, list(asked[1].get())) == (first.id, [second.id])


def test_one_refusal_does_not_keep_the_others_from_their_answers():
    thing = put()
    missing, there = reads.asked_one(things, "0" * 24), reads.asked_one(things, thing.id)
    reads.together(missing, there)
    assert there.get().id == thing.id
    with pytest.raises(NotFound):
        missing.get()


def test_no_question_costs_nothing():
    nothing = reads.all_of(meaning=dict)
    assert scripts(nothing.get) == 0
    assert nothing.get() == {}


def test_a_question_about_whom_another_record_names_is_answered_in_the_same_round_trip(persisted):
    named = put(name="Named")
    naming = put(owner_id=named.id)
    persisted()
    via = (things.key(naming.id), "owner_id")
    shelf = things.list_key("owner", named.id)
    facts = [(shelf, "", "", things.prefix), (things.list_key("shelf"), "", "", things.prefix)]

    def ask():
        asked = [
            reads.asked_one(things, naming.id),
            reads.asked_of_named(things, via, ["shelf", "likes"]),
            reads.asked_facts_of_named(via, facts),
        ]
        reads.together(*asked)
        return [one.get() for one in asked][1:]

    expected = [{"shelf": b"on", "likes": b"0"}, [0, 1]]
    assert ask() == expected
    assert scripts(ask) == 1
    evict()
    assert ask() == expected  # neither was known


def test_of_whom_no_record_names_there_is_no_answer():
    alone, astray = put(owner_id=""), put(owner_id="f" * 24)
    for thing in (alone, astray):
        via = (things.key(thing.id), "owner_id")
        named = reads.asked_of_named(things, via, ["shelf"])
        reads.together(reads.asked_one(things, thing.id), named)
        assert named.get() is None
    assert reads.asked_facts_of_named((things.key(alone.id), "owner_id"), []).get() == []


def test_a_read_whose_record_is_let_go_again_and_again_is_refused(persisted, monkeypatch):
    thing = put()
    persisted()
    read = queries.READ

    def let_go_and_read(question):
        client().delete(things.key(thing.id))
        return read(question)

    with monkeypatch.context() as others:
        others.setattr(queries, "READ", let_go_and_read)
        with pytest.raises(Unavailable):
            reads.get(things, thing.id)
    assert reads.get(things, thing.id).id == thing.id


def test_the_first_question_to_an_empty_redis_begins_its_log():
    token = request_context.enter(request_context.Call())
    try:
        queries.ask()
        call = request_context.current()
        assert call is not None
        epoch, clock = call.cursor.split(":")
    finally:
        request_context.leave(token)
    assert (client().get("epoch").decode(), clock) == (epoch, "0")


def test_what_is_judged_at_one_moment_is_asked_once():
    thing = put()
    with request_context.at_one_moment():
        seen = reads.get(things, thing.id).name
        assert scripts(lambda: change(thing, name="Otherwise")) == 1
        assert scripts(lambda: reads.get(things, thing.id)) == 0
        assert reads.get(things, thing.id).name == seen
    assert reads.get(things, thing.id).name == "Otherwise"
