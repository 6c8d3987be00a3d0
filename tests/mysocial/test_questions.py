"""Questions that are asked together cost one round trip, and mean what each means alone."""

import pytest

from mysocial import context, questions, reads
from mysocial.errors import NotFound, Unavailable
from mysocial.redis import client
from tests.mysocial.things import change, put, things
from tests.witness import scripts


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


def test_a_read_whose_record_is_let_go_again_and_again_is_refused(persisted, monkeypatch):
    thing = put()
    persisted()
    read = questions.READ

    def let_go_and_read(question):
        client().delete(things.key(thing.id))
        return read(question)

    with monkeypatch.context() as others:
        others.setattr(questions, "READ", let_go_and_read)
        with pytest.raises(Unavailable):
            reads.get(things, thing.id)
    assert reads.get(things, thing.id).id == thing.id


def test_the_first_question_to_an_empty_redis_begins_its_log():
    token = context.enter(context.Call())
    try:
        questions.ask()
        call = context.current()
        assert call is not None
        epoch, clock = call.cursor.split(":")
    finally:
        context.leave(token)
    assert (client().get("epoch").decode(), clock) == (epoch, "0")


def test_what_is_judged_at_one_moment_is_asked_once():
    thing = put()
    with context.at_one_moment():
        seen = reads.get(things, thing.id).name
        assert scripts(lambda: change(thing, name="Otherwise")) == 1
        assert scripts(lambda: reads.get(things, thing.id)) == 0
        assert reads.get(things, thing.id).name == seen
    assert reads.get(things, thing.id).name == "Otherwise"
