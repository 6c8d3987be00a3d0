"""Refresh tokens: they rotate, and one that is used twice ends its session. Through HTTP."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings

from accounts.models import Account
from mysocial.store import write
from tests.support.concurrency import (
    assert_no_changes,
    count_statuses,
    dump_storage,
    live_records,
    run_concurrently,
)
from tests.support.people import PASSWORD, Person, anonymous, logged_events, new_client


def refresh(token, **headers):
    return anonymous.post("token/refresh", {"refresh": token}, **headers)


def ended():
    return [event["data"]["id"] for event in logged_events() if event["type"] == "session.ended"]


def session_of(token):
    return token.partition(".")[0]


def test_a_refresh_token_is_exchanged_for_its_successor_and_a_new_access_token(alice):
    answer = refresh(alice.refresh)
    assert answer.status_code == 200
    data = answer.json()
    assert data["refresh"] != alice.refresh
    assert session_of(data["refresh"]) == session_of(alice.refresh)
    assert Person(alice.id, "", data["access"]).get("currentuser").status_code == 200
    assert refresh(data["refresh"]).status_code == 200


def test_the_token_before_gets_the_same_successor_within_the_grace_time(alice):
    first, again = refresh(alice.refresh).json(), refresh(alice.refresh).json()
    assert first["refresh"] == again["refresh"]
    assert ended() == []


def test_the_token_before_ends_the_session_after_the_grace_time(alice, settings):
    settings.REFRESH_GRACE_SECONDS = -1
    successor = refresh(alice.refresh).json()["refresh"]
    assert refresh(alice.refresh).status_code == 401
    assert refresh(successor).status_code == 401
    assert ended() == [session_of(alice.refresh)]


def test_an_older_token_ends_the_whole_session_once(alice):
    second = refresh(alice.refresh).json()
    third = refresh(second["refresh"]).json()

    answers = run_concurrently(*[lambda: refresh(alice.refresh)] * 8)

    assert count_statuses(answers) == {401: 8}
    assert refresh(third["refresh"]).status_code == 401
    assert Person(alice.id, "", third["access"]).get("posts").status_code == 401
    assert alice.get("posts").status_code == 401
    assert ended() == [session_of(alice.refresh)]
    assert live_records("accounts.session") == {}


def test_reuse_ends_no_other_session_of_the_member(alice):
    other = anonymous.post("signin", {"username": "alice", "password": PASSWORD}).json()
    second = refresh(alice.refresh).json()["refresh"]
    refresh(second)
    assert refresh(alice.refresh).status_code == 401
    assert refresh(other["refresh"]).status_code == 200


def test_of_thirty_two_refreshes_at_once_all_get_one_successor_of_a_living_session(alice):
    answers = run_concurrently(*[lambda: refresh(alice.refresh)] * 32)
    assert count_statuses(answers) == {200: 32}
    (successor,) = {answer.json()["refresh"] for answer in answers}
    assert ended() == []
    assert refresh(successor).status_code == 200


def test_a_chain_of_refreshes_survives_many_turns(alice):
    token = alice.refresh
    for _ in range(20):
        token = refresh(token).json()["refresh"]
    assert token.split(".")[1] == "21"


@pytest.mark.parametrize(
    "change",
    [
        lambda token: "x",
        lambda token: token[:-1],
        lambda token: token.replace(".1.", ".2."),
        lambda token: token.replace(".1.", ".01."),
        lambda token: token.replace(".1.", ".-1."),
        lambda token: token.replace(".1.", "." + "9" * 50 + "."),
        lambda token: "0" * 24 + token[24:],
        lambda token: token + "é",
    ],
)
def test_a_token_we_did_not_make_is_refused_and_ends_nothing(alice, change):
    with assert_no_changes():
        assert refresh(change(alice.refresh)).status_code == 401
        assert refresh(alice.access[:200]).status_code == 401
    assert refresh(alice.refresh).status_code == 200


def test_without_a_token_nothing_is_refreshed():
    with assert_no_changes():
        assert anonymous.post("token/refresh", {}).status_code == 401
        assert anonymous.post("token/refresh", {"refresh": ""}).status_code == 400
        assert anonymous.post("token/refresh", {"refresh": None}).status_code == 400


def test_a_session_that_was_not_used_for_long_has_expired(alice, settings):
    settings.REFRESH_TOKEN_SECONDS = -1
    assert refresh(alice.refresh).status_code == 401
    assert ended() == [session_of(alice.refresh)]


def test_the_refresh_token_of_an_ended_session_is_refused(alice):
    assert alice.post("signout").status_code == 200
    assert refresh(alice.refresh).status_code == 401


@pytest.mark.tampers
def test_the_refresh_token_of_a_deleted_account_is_refused(alice):
    with write() as w:
        w.delete(Account(id=alice.id, email="alice@example.com"), missing_ok=True)
    with assert_no_changes():
        assert refresh(alice.refresh).status_code == 401


def test_a_refresh_is_repeated_under_its_key_long_after_the_grace_time(alice, settings):
    settings.REFRESH_GRACE_SECONDS = -1
    first = refresh(alice.refresh, **{"Idempotency-Key": "k"})
    again = refresh(alice.refresh, **{"Idempotency-Key": "k"})
    assert first.content == again.content
    assert first.json()["refresh"] not in dump_storage()
    assert refresh(first.json()["refresh"], **{"Idempotency-Key": "k"}).status_code == 200


# As a cookie -------------------------------------------------------------------------------------


@pytest.fixture
def ada():
    """A browser in which somebody signed up, with the refresh token in its cookie."""
    client = new_client()
    body = {
        "username": "ada", "email": "ada@example.com", "password": PASSWORD, "refresh_in": "cookie",
    }  # fmt: skip
    assert client.post("/api/signup", body, content_type="application/json").status_code == 201
    return client


def by_cookie(ada, **headers):
    return ada.post("/api/token/refresh", {}, content_type="application/json", headers=headers)


def test_the_cookie_is_exchanged_for_a_new_one(ada):
    before = ada.cookies["refresh"].value
    answer = by_cookie(ada)
    assert answer.status_code == 200
    assert answer.json()["refresh"] is None
    cookie = answer.cookies["refresh"]
    assert cookie.value != before
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (
        True,
        "Strict",
        "/api/token",
    )
    assert by_cookie(ada).status_code == 200


def test_the_cookie_is_secure_unless_debugging(ada, settings):
    assert by_cookie(ada).cookies["refresh"]["secure"]
    settings.DEBUG = True
    assert not by_cookie(ada).cookies["refresh"]["secure"]


def test_another_site_may_not_use_the_cookie(ada):
    with assert_no_changes():
        assert by_cookie(ada, Origin="https://evil.example").status_code == 403
        assert by_cookie(ada, Origin="null").status_code == 403
    assert by_cookie(ada, Origin=settings.ALLOWED_ORIGINS[0]).status_code == 200


def test_sign_out_drops_the_cookie(ada):
    access = by_cookie(ada).json()["access"]
    headers = {"Authorization": f"Bearer {access}"}
    answer = ada.post("/api/signout", {}, content_type="application/json", headers=headers)
    assert answer.status_code == 200
    dropped = answer.cookies["refresh"]
    assert (dropped.value, dropped["max-age"], dropped["path"]) == ("", 0, "/api/token")


def test_two_browsers_behind_one_address_are_not_given_each_others_answers(ada):
    body = {"username": "bea", "email": "bea@example.com", "password": PASSWORD}
    other = new_client()
    other.post("/api/signup", {**body, "refresh_in": "cookie"}, content_type="application/json")
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(
            lambda one: by_cookie(one, **{"Idempotency-Key": "k"}), (ada, other)
        )
    assert first.cookies["refresh"].value != second.cookies["refresh"].value
