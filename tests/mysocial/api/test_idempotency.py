"""Idempotency-Key: a repeat gets the first answer, and happens once."""

import pytest

from mysocial.core.redis import client
from mysocial.persistence.tasks import delete_expired
from tests.support.concurrency import (
    assert_no_changes,
    count_statuses,
    live_records,
    run_concurrently,
)
from tests.support.people import anonymous, logged_events

KEY = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}


def test_fifty_requests_at_once_under_one_key_are_one(alice):
    answers = run_concurrently(*[lambda: alice.post("posts", {"text": "x"}, **KEY)] * 50)
    assert count_statuses(answers) == {201: 50}
    assert len({answer.content for answer in answers}) == 1
    assert len(live_records("posts.post")) == 1
    assert [event["type"] for event in logged_events()] == ["post.created"]
    assert alice.get("users/me").json()["posts_count"] == 1
    assert alice.get("posts").json()["total_posts"] == 1


def test_a_repeated_post_is_one_post(alice):
    first = alice.post("posts", {"text": "x"}, **KEY)
    with assert_no_changes():
        again = alice.post("posts", {"text": "x"}, **KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert len(live_records("posts.post")) == 1


@pytest.mark.parametrize("seconds", [60, -1])
def test_an_answer_is_kept_without_a_time_to_live_and_swept_when_due(alice, settings, seconds):
    """A full server evicts what has a time to live: a repeat would then be carried out again."""
    settings.IDEMPOTENCY_SECONDS = seconds
    alice.post("posts", {"text": "x"}, **KEY)
    (name,) = client().keys("idempotency:*")
    assert client().ttl(name) == -1
    delete_expired.run()
    assert client().exists(name) == (seconds > 0)


def test_a_repeat_gets_the_first_answer_even_when_things_have_changed(alice):
    first = alice.post("posts", {"text": "x"}, **KEY)
    alice.patch(f"posts/{first.json()['post']['id']}", {"text": "y"})
    with assert_no_changes():
        again = alice.post("posts", {"text": "x"}, **KEY)
    assert (again.status_code, again.content) == (first.status_code, first.content)


def test_a_repeated_delete_is_answered_as_the_first_was(alice):
    post = alice.create_post()
    first = alice.delete(f"posts/{post['id']}", **KEY)
    with assert_no_changes():
        again = alice.delete(f"posts/{post['id']}", **KEY)
    assert (again.status_code, again.content) == (200, first.content)


def test_the_same_key_with_another_body_is_a_mismatch(alice):
    alice.post("posts", {"text": "x"}, **KEY)
    with assert_no_changes():
        answer = alice.post("posts", {"text": "y"}, **KEY)
        assert alice.post("posts?x=1", {"text": "x"}, **KEY).status_code == 422
    assert answer.status_code == 422
    assert answer.json()["code"] == "idempotency_mismatch"


def test_of_two_bodies_at_once_under_one_key_one_is_carried_out(alice):
    answers = run_concurrently(
        *[lambda n=n: alice.post("posts", {"text": str(n % 2)}, **KEY) for n in range(16)]
    )
    assert count_statuses(answers) == {201: 8, 422: 8}
    assert len(live_records("posts.post")) == 1


def test_the_order_of_the_fields_and_a_slash_make_no_other_request(alice):
    first = alice.post("posts", b'{"text": "x", "privacy": "public"}', **KEY)
    again = alice.post("posts/", b'{"privacy":"public","text":"x"}', **KEY)
    assert first.content == again.content


def test_a_key_belongs_to_a_person_a_route_and_a_method(alice, bob):
    post = alice.create_post("x")
    answers = [
        alice.post("posts", {"text": "x"}, **KEY),
        bob.post("posts", {"text": "x"}, **KEY),
        alice.patch(f"posts/{post['id']}", {"text": "x"}, **KEY),
        alice.delete(f"posts/{post['id']}", **KEY),
    ]
    assert count_statuses(answers) == {201: 2, 200: 2}
    assert len({answer.content for answer in answers}) == 4


def test_what_was_refused_may_be_tried_again_under_the_same_key(alice):
    assert alice.post("posts", {"text": ""}, **KEY).status_code == 400
    assert alice.post("posts", {"text": "x"}, **KEY).status_code == 201


@pytest.mark.parametrize("key", ["x" * 256, "a\tb", "\x7f", "clé"])
def test_a_key_that_is_none_is_refused(alice, key):
    with assert_no_changes():
        answer = alice.post("posts", {"text": "x"}, **{"Idempotency-Key": key})
    assert answer.status_code == 400
    assert [one["field"] for one in answer.json()["errors"]] == ["Idempotency-Key"]


def test_a_key_on_a_read_means_nothing(alice):
    before = alice.get("posts", **KEY).content
    alice.create_post()
    assert alice.get("posts", **KEY).content != before


def test_an_answer_is_kept_while_mongodb_has_everything(alice, flush_all):
    first = alice.post("posts", {"text": "x"}, **KEY)
    flush_all()
    assert alice.post("posts", {"text": "x"}, **KEY).content == first.content


def test_nobody_in_particular_is_told_apart_by_address():
    body = {"email": "ada@example.com"}
    first = anonymous.post("forgot-password", body, **KEY)
    with assert_no_changes():
        assert anonymous.post("forgot-password", body, **KEY).content == first.content
