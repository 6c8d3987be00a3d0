"""The proof of work of a sign-up."""

import base64
from datetime import timedelta

import orjson
import pytest
from altcha.v1 import Challenge, Payload, solve_challenge

from mysocial.core.ids import now
from tests.support.concurrency import assert_no_changes, count_statuses, run_concurrently
from tests.support.people import PASSWORD, anonymous


@pytest.fixture(autouse=True)
def _captcha(settings):
    settings.SIGN_UP_CAPTCHA, settings.CAPTCHA_MAX_NUMBER = "altcha", 200


def sign_up_as(username="newcomer", **fields):
    body = {"username": username, "email": f"{username}@example.com", "password": PASSWORD}
    return anonymous.post("signup", {**body, **fields})


def new_challenge():
    response = anonymous.get("signup/challenge")
    assert response.status_code == 200
    return response.json()


def solve(challenge):
    """Return the payload of a challenge, as the widgets of ALTCHA do."""
    solution = solve_challenge(
        challenge["challenge"], challenge["salt"], "SHA-256", challenge["maxNumber"]
    )
    names = ("algorithm", "challenge", "salt", "signature")
    return encode({name: challenge[name] for name in names} | {"number": solution.number})


def encode(payload):
    return base64.b64encode(orjson.dumps(payload)).decode()


def errors_of(response):
    assert response.status_code == 400
    return [error["field"] for error in response.json()["errors"]]


def test_a_solved_challenge_admits_one_sign_up():
    assert anonymous.get("signup").json()["captcha"] == "altcha"
    payload = solve(new_challenge())
    assert sign_up_as(captcha=payload).status_code == 201
    with assert_no_changes():
        assert errors_of(sign_up_as("second", captcha=payload)) == ["captcha"]


def test_a_refused_sign_up_does_not_use_the_challenge():
    payload = solve(new_challenge())
    with assert_no_changes():
        assert errors_of(sign_up_as(captcha=payload, password="short")) == ["password"]
    assert sign_up_as(captcha=payload).status_code == 201


def test_one_of_the_concurrent_sign_ups_with_one_challenge_succeeds():
    payload = solve(new_challenge())
    responses = run_concurrently(
        *(lambda n=n: sign_up_as(f"person{n}", captcha=payload) for n in range(4))
    )
    assert count_statuses(responses) == {201: 1, 400: 3}


@pytest.mark.parametrize(
    "change",
    [{"number": 201}, {"signature": "0" * 64}, {"salt": "00?expires=9999999999&"}, {"number": "1"}],
)
def test_a_changed_payload_is_refused(change):
    payload = orjson.loads(base64.b64decode(solve(new_challenge())))
    with assert_no_changes():
        assert errors_of(sign_up_as(captcha=encode(payload | change))) == ["captcha"]


@pytest.mark.parametrize("payload", ["", "x", "é", "e30=", "W10=", "bnVsbA==", "x" * 2001])
def test_an_invalid_payload_is_refused(payload):
    with assert_no_changes():
        assert errors_of(sign_up_as(captcha=payload)) == ["captcha"]
        assert errors_of(sign_up_as()) == ["captcha"]


def test_a_challenge_of_another_key_is_refused(settings):
    payload = solve(new_challenge())
    settings.SECRET_KEY = "x" * 50
    with assert_no_changes():
        assert errors_of(sign_up_as(captcha=payload)) == ["captcha"]


def test_an_expired_challenge_is_refused(monkeypatch):
    monkeypatch.setattr("accounts.services.captcha.now", lambda: now() - timedelta(minutes=21))
    payload = solve(new_challenge())
    monkeypatch.undo()
    with assert_no_changes():
        assert errors_of(sign_up_as(captcha=payload)) == ["captcha"]


def test_without_the_setting_there_is_no_challenge(settings):
    settings.SIGN_UP_CAPTCHA = "off"
    assert anonymous.get("signup/challenge").status_code == 404
    assert sign_up_as(captcha="ignored").status_code == 201


def test_the_payload_has_the_form_of_the_library():
    challenge = new_challenge()
    assert (
        Challenge(
            challenge["algorithm"],
            challenge["challenge"],
            challenge["maxNumber"],
            challenge["salt"],
            challenge["signature"],
        ).to_dict()
        == challenge
    )
    assert Payload.from_base64(solve(challenge)).challenge == challenge["challenge"]
