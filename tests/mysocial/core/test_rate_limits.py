"""Rate limits, which are off in the other tests."""

import pytest
from django.conf import settings as django_settings

from mysocial import settings as real_settings
from tests.support.concurrency import assert_no_changes, count_statuses, run_concurrently
from tests.support.people import PASSWORD, anonymous

pytestmark = pytest.mark.usefixtures("limited")


@pytest.fixture
def limited(alice, bob, settings):
    settings.RATE_LIMITS = True


def headers(response):
    names = ("Limit", "Remaining", "Reset")
    return tuple(int(response.headers[f"X-RateLimit-{name}"]) for name in names)


def test_rate_limits_are_on_by_default():
    assert real_settings.RATE_LIMITS is True


def test_a_member_can_create_thirty_posts_a_minute(alice, bob):
    for number in range(30):
        response = alice.post("posts", {"text": str(number)})
        assert response.status_code == 201
        limit, remaining, reset = headers(response)
        assert (limit, remaining) == (30, 29 - number)
        assert 0 < reset <= 60
    with assert_no_changes():
        response = alice.post("posts", {"text": "One too many"})
    assert response.status_code == 429
    assert response.json()["code"] == "too_many_requests"
    assert headers(response)[:2] == (30, 0)
    assert int(response.headers["Retry-After"]) == headers(response)[2] <= 60
    assert bob.post("posts", {"text": "x"}).status_code == 201
    assert alice.get("posts").status_code == 200


def test_an_invalid_request_is_not_counted(alice):
    for _ in range(5):
        assert alice.post("posts", {"text": ""}).status_code == 400
    assert headers(alice.post("posts", {"text": "x"}))[:2] == (30, 29)


def test_a_repeated_request_with_the_same_key_is_not_counted(alice):
    for _ in range(3):
        response = alice.post("posts", {"text": "x"}, **{"Idempotency-Key": "k"})
        assert response.status_code == 201
    assert headers(alice.post("posts", {"text": "y"}))[:2] == (30, 28)


def test_the_limit_holds_for_concurrent_posts(alice):
    responses = run_concurrently(*[lambda: alice.post("posts", {"text": "x"})] * 45)
    assert count_statuses(responses) == {201: 30, 429: 15}
    assert alice.get("users/me").json()["posts_count"] == 30


def test_a_read_is_counted_by_the_limit_of_reads(alice, settings):
    assert headers(alice.get("posts"))[:2] == (settings.READ_LIMIT_PER_MINUTE, 1199)


def guess(name="alice", address="192.0.2.1", password="wrong-horse-battery"):
    body = {"username": name, "password": password}
    return anonymous.post("signin", body, **{"X-Forwarded-For": f"203.0.113.9, {address}"})


def test_guesses_of_a_password_from_one_address_are_limited(settings):
    settings.TRUSTED_PROXIES = 1
    assert count_statuses([guess() for _ in range(20)]) == {401: 20}
    with assert_no_changes():
        response = guess(password=PASSWORD)
    again = guess("ALICE ")
    assert (response.status_code, again.status_code) == (429, 429)
    assert response.json()["code"] == again.json()["code"]
    # The owner can sign in from another address.
    assert guess(address="192.0.2.2", password=PASSWORD).status_code == 200


def test_guesses_for_an_unknown_name_are_limited_alike(settings):
    settings.TRUSTED_PROXIES = 1
    assert count_statuses([guess("nobody") for _ in range(21)]) == {401: 20, 429: 1}


def test_a_sign_in_resets_the_limit():
    for _ in range(2):
        assert count_statuses([guess() for _ in range(15)]) == {401: 15}
        assert guess(password=PASSWORD).status_code == 200


def test_without_a_proxy_the_forwarded_address_is_ignored():
    assert django_settings.TRUSTED_PROXIES == 0
    responses = [guess(address=f"192.0.2.{number}") for number in range(21)]
    assert count_statuses(responses) == {401: 20, 429: 1}


def test_the_headers_describe_the_tightest_limit():
    assert headers(guess())[:2] == (20, 19)
    response = anonymous.post("forgot-password", {"email": "alice@example.com"})
    assert headers(response)[:2] == (3, 2)


def test_password_reset_emails_to_one_address_are_limited_whether_it_is_known_or_not():
    for email in ("alice@example.com", "nobody@example.com"):
        responses = [anonymous.post("forgot-password", {"email": email}) for _ in range(4)]
        assert count_statuses(responses) == {200: 3, 429: 1}


def test_sign_ups_from_one_address_are_limited():
    responses = [anonymous.post("signup", {}) for _ in range(61)]
    assert count_statuses(responses) == {400: 60, 429: 1}
    with assert_no_changes():
        assert anonymous.post("signup", {"username": "ada"}).status_code == 429
