"""Idempotency-Key: a repeated request gets the first response and is carried out once."""

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


def test_fifty_concurrent_requests_with_one_key_are_executed_once(alice):
    responses = run_concurrently(*[lambda: alice.post("posts", {"text": "x"}, **KEY)] * 50)
    assert count_statuses(responses) == {201: 50}
    assert len({response.content for response in responses}) == 1
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
def test_a_stored_response_has_no_ttl_and_is_deleted_when_due(alice, settings, seconds):
    """A full Redis evicts keys with a TTL: a repeat would then be carried out again."""
    settings.IDEMPOTENCY_SECONDS = seconds
    alice.post("posts", {"text": "x"}, **KEY)
    (name,) = client().keys("idempotency:*")
    assert client().ttl(name) == -1
    delete_expired.run()
    assert client().exists(name) == (seconds > 0)


def test_a_repeat_gets_the_first_response_even_after_changes(alice):
    first = alice.post("posts", {"text": "x"}, **KEY)
    alice.patch(f"posts/{first.json()['post']['id']}", {"text": "y"})
    with assert_no_changes():
        again = alice.post("posts", {"text": "x"}, **KEY)
    assert (again.status_code, again.content) == (first.status_code, first.content)


def test_a_repeated_delete_gets_the_first_response(alice):
    post = alice.create_post()
    first = alice.delete(f"posts/{post['id']}", **KEY)
    with assert_no_changes():
        again = alice.delete(f"posts/{post['id']}", **KEY)
    assert (again.status_code, again.content) == (200, first.content)


def test_the_same_key_with_another_body_is_a_mismatch(alice):
    alice.post("posts", {"text": "x"}, **KEY)
    with assert_no_changes():
        response = alice.post("posts", {"text": "y"}, **KEY)
        assert alice.post("posts?x=1", {"text": "x"}, **KEY).status_code == 422
    assert response.status_code == 422
    assert response.json()["code"] == "idempotency_mismatch"


def test_one_of_two_concurrent_bodies_with_one_key_is_executed(alice):
    responses = run_concurrently(
        *[lambda n=n: alice.post("posts", {"text": str(n % 2)}, **KEY) for n in range(16)]
    )
    assert count_statuses(responses) == {201: 8, 422: 8}
    assert len(live_records("posts.post")) == 1


def test_field_order_and_a_trailing_slash_do_not_change_the_request(alice):
    first = alice.post("posts", b'{"text": "x", "privacy": "public"}', **KEY)
    again = alice.post("posts/", b'{"privacy":"public","text":"x"}', **KEY)
    assert first.content == again.content


def test_a_key_is_scoped_to_a_member_a_path_and_a_method(alice, bob):
    post = alice.create_post("x")
    responses = [
        alice.post("posts", {"text": "x"}, **KEY),
        bob.post("posts", {"text": "x"}, **KEY),
        alice.patch(f"posts/{post['id']}", {"text": "x"}, **KEY),
        alice.delete(f"posts/{post['id']}", **KEY),
    ]
    assert count_statuses(responses) == {201: 2, 200: 2}
    assert len({response.content for response in responses}) == 4


def test_a_refused_request_can_be_repeated_under_the_same_key(alice):
    assert alice.post("posts", {"text": ""}, **KEY).status_code == 400
    assert alice.post("posts", {"text": "x"}, **KEY).status_code == 201


@pytest.mark.parametrize("key", ["x" * 256, "a\tb", "\x7f", "clé"])
def test_an_invalid_key_is_refused(alice, key):
    with assert_no_changes():
        response = alice.post("posts", {"text": "x"}, **{"Idempotency-Key": key})
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == ["Idempotency-Key"]


def test_a_key_on_a_read_is_ignored(alice):
    before = alice.get("posts", **KEY).content
    alice.create_post()
    assert alice.get("posts", **KEY).content != before


def test_a_response_is_kept_after_the_flush(alice, flush_all):
    first = alice.post("posts", {"text": "x"}, **KEY)
    flush_all()
    assert alice.post("posts", {"text": "x"}, **KEY).content == first.content


def test_anonymous_keys_are_scoped_to_the_client_address():
    body = {"email": "ada@example.com"}
    first = anonymous.post("forgot-password", body, **KEY)
    with assert_no_changes():
        assert anonymous.post("forgot-password", body, **KEY).content == first.content
