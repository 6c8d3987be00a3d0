"""Rate limits: off in the other tests."""

import pytest
from django.conf import settings as django_settings

from mysocial import settings as real_settings
from tests.support.concurrency import assert_no_changes, count_statuses, run_concurrently
from tests.support.people import PASSWORD, anonymous

pytestmark = pytest.mark.usefixtures("limited")


@pytest.fixture
def limited(alice, bob, settings):
    settings.RATE_LIMITS = True


def headers(answer):
    names = ("Limit", "Remaining", "Reset")
    return tuple(int(answer.headers[f"X-RateLimit-{name}"]) for name in names)


def test_limits_hold_unless_they_are_switched_off():
    assert real_settings.RATE_LIMITS is True


def test_thirty_posts_a_minute_are_taken_and_the_next_is_refused(alice, bob):
    for number in range(30):
        answer = alice.post("posts", {"text": str(number)})
        assert answer.status_code == 201
        most, remaining, reset = headers(answer)
        assert (most, remaining) == (30, 29 - number)
        assert 0 < reset <= 60
    with assert_no_changes():
        answer = alice.post("posts", {"text": "One too many"})
    assert answer.status_code == 429
    assert answer.json()["code"] == "too_many_requests"
    assert headers(answer)[:2] == (30, 0)
    assert int(answer.headers["Retry-After"]) == headers(answer)[2] <= 60
    assert bob.post("posts", {"text": "x"}).status_code == 201
    assert alice.get("posts").status_code == 200


def test_what_is_refused_is_not_counted(alice):
    for _ in range(5):
        assert alice.post("posts", {"text": ""}).status_code == 400
    assert headers(alice.post("posts", {"text": "x"}))[:2] == (30, 29)


def test_a_repeat_under_a_key_is_not_counted(alice):
    for _ in range(3):
        answer = alice.post("posts", {"text": "x"}, **{"Idempotency-Key": "k"})
        assert answer.status_code == 201
    assert headers(alice.post("posts", {"text": "y"}))[:2] == (30, 28)


def test_of_many_posts_at_once_no_more_than_the_limit_are_taken(alice):
    answers = run_concurrently(*[lambda: alice.post("posts", {"text": "x"})] * 45)
    assert count_statuses(answers) == {201: 30, 429: 15}
    assert alice.get("users/me").json()["posts_count"] == 30


def test_reads_have_no_limit_to_tell_of(alice):
    assert "X-RateLimit-Limit" not in alice.get("posts").headers


def guess(name="alice", address="192.0.2.1", password="wrong-horse-battery"):
    body = {"username": name, "password": password}
    return anonymous.post("signin", body, **{"X-Forwarded-For": f"203.0.113.9, {address}"})


def test_guesses_at_one_name_from_one_address_come_to_an_end(settings):
    settings.TRUSTED_PROXIES = 1
    assert count_statuses([guess() for _ in range(20)]) == {401: 20}
    with assert_no_changes():
        answer = guess(password=PASSWORD)
    again = guess("ALICE ")
    assert (answer.status_code, again.status_code) == (429, 429)
    assert answer.json()["code"] == again.json()["code"]
    # The owner, from another place, is not locked out.
    assert guess(address="192.0.2.2", password=PASSWORD).status_code == 200


def test_a_name_nobody_has_is_limited_alike(settings):
    settings.TRUSTED_PROXIES = 1
    assert count_statuses([guess("nobody") for _ in range(21)]) == {401: 20, 429: 1}


def test_guesses_are_forgotten_after_a_sign_in():
    for _ in range(2):
        assert count_statuses([guess() for _ in range(15)]) == {401: 15}
        assert guess(password=PASSWORD).status_code == 200


def test_an_address_that_a_client_claims_is_not_believed_without_a_proxy():
    assert django_settings.TRUSTED_PROXIES == 0
    answers = [guess(address=f"192.0.2.{number}") for number in range(21)]
    assert count_statuses(answers) == {401: 20, 429: 1}


def test_the_closest_limit_is_told():
    assert headers(guess())[:2] == (20, 19)
    answer = anonymous.post("forgot-password", {"email": "alice@example.com"})
    assert headers(answer)[:2] == (3, 2)


def test_reset_mails_to_one_address_come_to_an_end_known_or_not():
    for email in ("alice@example.com", "nobody@example.com"):
        answers = [anonymous.post("forgot-password", {"email": email}) for _ in range(4)]
        assert count_statuses(answers) == {200: 3, 429: 1}


def test_sign_ups_from_one_address_come_to_an_end():
    answers = [anonymous.post("signup", {}) for _ in range(61)]
    assert count_statuses(answers) == {400: 60, 429: 1}
    with assert_no_changes():
        assert anonymous.post("signup", {"username": "ada"}).status_code == 429
