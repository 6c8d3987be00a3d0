"""Limits on reads, and on writes that are refused again and again."""

import pytest

from mysocial import settings as real_settings
from mysocial.api import request_limits
from mysocial.api.request_limits import REFUSALS
from mysocial.core import mongo
from mysocial.core.redis import client
from tests.images.pictures import send_form
from tests.support.concurrency import assert_no_changes, count_statuses
from tests.support.people import PASSWORD, anonymous

MEBIBYTE = 1024 * 1024
pytestmark = pytest.mark.usefixtures("limited")


@pytest.fixture
def limited(alice, bob, settings):
    settings.RATE_LIMITS, settings.TRUSTED_PROXIES = True, 1
    settings.READ_LIMIT_PER_MINUTE = 20


def assert_limited(response, limit, seconds):
    """Assert that a response is the problem of an exceeded limit, with its headers."""
    assert response.status_code == 429
    assert response.json()["code"] == "too_many_requests"
    assert response.headers["X-RateLimit-Limit"] == str(limit)
    assert response.headers["X-RateLimit-Remaining"] == "0"
    assert response.headers["X-RateLimit-Reset"] == response.headers["Retry-After"]
    assert 0 < int(response.headers["Retry-After"]) <= seconds + 1


def redis_commands(call, *, attempts=5):
    """Return how many Redis commands a call needs.

    It is the least of several attempts, because threads of other tests may send commands meanwhile.
    """

    def total():
        return client().info("stats")["total_commands_processed"]

    counts = []
    for _ in range(attempts):
        before = total()
        call()
        counts.append(total() - before - 1)  # without the question for the number
    return min(counts)


# Reads -------------------------------------------------------------------------------------------


def test_the_limit_of_reads_is_generous_by_default():
    assert real_settings.READ_LIMIT_PER_MINUTE == 1200


def test_a_member_has_so_many_reads_a_minute_for_all_routes_together(alice, bob):
    paths = ["posts", "users/me", "posts/" + "f" * 24, "chat/conversations"]
    for number in range(20):
        response = alice.get(paths[number % 4])
        assert response.status_code in {200, 404}
        assert response.headers["X-RateLimit-Limit"] == "20"
        assert response.headers["X-RateLimit-Remaining"] == str(19 - number)
    assert redis_commands(lambda: assert_limited(alice.get("posts"), 20, 60)) == 0
    assert bob.get("posts").status_code == 200
    assert alice.post("posts", {"text": "A write"}).status_code == 201


def test_head_and_options_are_reads(alice):
    for method in ["HEAD", "OPTIONS"] * 10:
        assert alice.call(method, "posts").status_code in {200, 405}
    assert alice.call("HEAD", "posts").status_code == 429


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer x.y.z"}])
def test_reads_without_a_valid_token_are_counted_by_network(alice, headers):
    def read(address):
        return anonymous.get("posts", **{"X-Forwarded-For": address}, **headers)

    responses = [read(f"2001:db8:1:2::{number:x}") for number in range(20)]
    assert count_statuses(responses) == {401: 20}
    assert_limited(read("2001:db8:1:2:ffff::1"), 20, 60)
    assert read("2001:db8:1:3::1").status_code == 401
    assert read("192.0.2.1").status_code == 401
    # Members in the same network have limits of their own.
    assert alice.get("posts", **{"X-Forwarded-For": "2001:db8:1:2::1"}).status_code == 200


def test_zero_turns_the_limit_of_reads_off(alice, settings):
    settings.READ_LIMIT_PER_MINUTE = 0
    responses = [alice.get("posts") for _ in range(25)]
    assert count_statuses(responses) == {200: 25}
    assert "X-RateLimit-Limit" not in responses[0].headers


def test_without_rate_limits_nothing_is_counted(alice, settings):
    settings.RATE_LIMITS = False
    assert count_statuses([alice.get("posts") for _ in range(25)]) == {200: 25}
    for _ in range(5):
        assert alice.post("posts", {"text": ""}).status_code == 400
    assert len(request_limits.limits) == 0


# Refused writes ----------------------------------------------------------------------------------


def refuse(person, bob, count):
    """Send so many writes that are refused for different reasons."""
    unknown = "f" * 24
    writes = [
        ("POST", "posts", {"text": ""}, 400),
        ("PATCH", f"posts/{unknown}", {"text": "x"}, 404),
        ("PUT", f"users/{person.id}/follow", {}, 400),
        ("DELETE", f"comments/{unknown}", None, 404),
        ("POST", "posts", b"[", 400),
        ("PUT", "posts", {}, 405),
    ]
    for number in range(count):
        method, path, body, status = writes[number % len(writes)]
        assert person.call(method, path, body).status_code == status


def test_after_600_refused_writes_a_member_must_wait(alice, bob):
    assert (REFUSALS.max_requests, REFUSALS.seconds) == (600, 600)
    refuse(alice, bob, 599)
    assert alice.post("posts", {"text": "Still accepted"}).status_code == 201
    refuse(alice, bob, 1)
    with assert_no_changes():
        refused = alice.post("posts", {"text": "Refused"})
        assert_limited(refused, 600, 600)
        for text in ("Refused", ""):
            body = {"text": text}
            assert (
                redis_commands(lambda b=body: assert_limited(alice.post("posts", b), 600, 600)) == 0
            )
    assert int(refused.headers["Retry-After"]) > 500
    assert alice.get("posts").status_code == 200
    assert bob.post("posts", {"text": "Others are not affected"}).status_code == 201


def test_a_write_that_a_rate_limit_refuses_is_counted(alice):
    responses = [alice.post("posts", {"text": "x"}) for _ in range(640)]
    assert count_statuses(responses) == {201: 30, 429: 610}
    limits = [response.headers["X-RateLimit-Limit"] for response in responses[30:]]
    assert limits == ["30"] * 600 + ["600"] * 10


def test_a_refused_body_counts_once_more_for_each_mebibyte(alice, bob, settings):
    settings.IMAGE_MAX_BYTES = 4 * MEBIBYTE
    refuse(alice, bob, 590)
    files = {"image": b"no image" + bytes(4 * MEBIBYTE - 1000)}
    assert send_form(alice, "POST", "posts", text="x", **files).status_code == 415
    assert alice.post("posts", {"text": "594 are counted"}).status_code == 201
    assert send_form(alice, "POST", "posts", text="x", **files).status_code == 415
    refuse(alice, bob, 2)
    with assert_no_changes():
        assert_limited(send_form(alice, "POST", "posts", text="x", **files), 600, 600)


def test_a_body_that_is_too_large_to_be_received_counts_once(alice, bob):
    too_large = b'{"text": "' + bytes(3 * MEBIBYTE)
    refuse(alice, bob, 598)
    assert alice.post("comments/" + "f" * 24, too_large).status_code == 405
    assert alice.patch("comments/" + "f" * 24, too_large).status_code == 413
    assert_limited(alice.post("posts", {"text": "x"}), 600, 600)


def test_accepted_writes_reads_and_wrong_passwords_are_not_counted(alice, settings):
    settings.READ_LIMIT_PER_MINUTE = 0
    alice.post("posts", {"text": "x"})
    alice.get("posts/" + "f" * 24)
    anonymous.post("signin", {"username": "alice", "password": "wrong-horse-battery"})
    assert len(request_limits.limits) == 0


def test_refused_writes_without_a_sign_in_are_counted_by_network():
    def send(address, body):
        return anonymous.post("signin", body, **{"X-Forwarded-For": address})

    responses = [send(f"2001:db8:1:2::{number:x}", {}) for number in range(601)]
    assert count_statuses(responses) == {400: 600, 429: 1}
    valid = {"username": "alice", "password": PASSWORD}
    with assert_no_changes():
        assert_limited(send("2001:db8:1:2:ffff::1", valid), 600, 600)
    assert send("2001:db8:1:3::1", valid).status_code == 200


def test_a_write_that_mongodb_cannot_answer_is_counted(alice, monkeypatch):
    def unavailable(*_args, **_kwargs):
        raise mongo.Unavailable

    monkeypatch.setattr(mongo, "find", unavailable)
    assert alice.patch("posts/" + "f" * 24, {"text": "x"}).status_code == 503
    assert len(request_limits.limits) == 1
