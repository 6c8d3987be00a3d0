"""Rotation of refresh tokens and detection of reuse, through HTTP."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings
from rest_framework_simplejwt.tokens import AccessToken

from accounts.authentication import find_ended_sessions
from accounts.models import Account
from accounts.selectors import sessions_of
from mysocial.core.ids import now
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


def ended_sessions():
    return [event["data"]["id"] for event in logged_events() if event["type"] == "session.ended"]


def session_id_of(token):
    return token.partition(".")[0]


def test_a_refresh_token_is_exchanged_for_new_tokens(alice):
    response = refresh(alice.refresh)
    assert response.status_code == 200
    data = response.json()
    assert data["refresh"] != alice.refresh
    assert session_id_of(data["refresh"]) == session_id_of(alice.refresh)
    assert Person(alice.id, "", data["access"]).get("accounts/me").status_code == 200
    assert refresh(data["refresh"]).status_code == 200


def test_the_previous_token_gets_the_same_successor_within_the_grace_period(alice):
    first, repeated = refresh(alice.refresh).json(), refresh(alice.refresh).json()
    assert first["refresh"] == repeated["refresh"]
    assert ended_sessions() == []


def test_the_previous_token_ends_the_session_after_the_grace_period(alice, settings):
    settings.REFRESH_GRACE_SECONDS = -1
    successor = refresh(alice.refresh).json()["refresh"]
    assert refresh(alice.refresh).status_code == 401
    assert refresh(successor).status_code == 401
    assert ended_sessions() == [session_id_of(alice.refresh)]


def test_an_older_token_ends_the_whole_session_once(alice):
    second = refresh(alice.refresh).json()
    third = refresh(second["refresh"]).json()

    responses = run_concurrently(*[lambda: refresh(alice.refresh)] * 8)

    assert count_statuses(responses) == {401: 8}
    assert refresh(third["refresh"]).status_code == 401
    assert Person(alice.id, "", third["access"]).get("posts").status_code == 401
    assert alice.get("posts").status_code == 401
    assert ended_sessions() == [session_id_of(alice.refresh)]
    assert live_records("accounts.session") == {}


def test_token_reuse_ends_no_other_session(alice):
    other = anonymous.post("signin", {"username": "alice", "password": PASSWORD}).json()
    second = refresh(alice.refresh).json()["refresh"]
    refresh(second)
    assert refresh(alice.refresh).status_code == 401
    assert refresh(other["refresh"]).status_code == 200


def test_concurrent_refreshes_all_get_the_same_valid_successor(alice):
    responses = run_concurrently(*[lambda: refresh(alice.refresh)] * 32)
    assert count_statuses(responses) == {200: 32}
    (successor,) = {response.json()["refresh"] for response in responses}
    assert ended_sessions() == []
    assert refresh(successor).status_code == 200


def test_a_session_can_be_refreshed_many_times(alice):
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
def test_a_forged_refresh_token_is_rejected_and_ends_no_session(alice, change):
    with assert_no_changes():
        assert refresh(change(alice.refresh)).status_code == 401
        assert refresh(alice.access[:200]).status_code == 401
    assert refresh(alice.refresh).status_code == 200


def test_a_refresh_without_a_token_is_rejected():
    with assert_no_changes():
        assert anonymous.post("token/refresh", {}).status_code == 401
        assert anonymous.post("token/refresh", {"refresh": ""}).status_code == 400
        assert anonymous.post("token/refresh", {"refresh": None}).status_code == 400


def test_an_unused_session_expires(alice, settings):
    settings.REFRESH_TOKEN_SECONDS = -1
    assert refresh(alice.refresh).status_code == 401
    assert ended_sessions() == [session_id_of(alice.refresh)]


def test_a_session_ends_after_its_maximum_time_even_if_it_is_refreshed(alice, settings):
    settings.SESSION_MAX_DAYS = 180
    (session,) = sessions_of(alice.id)
    with write() as w:
        w.update(session, created_at=now() - timedelta(days=180) + timedelta(seconds=60))
    data = refresh(alice.refresh).json()
    claims = AccessToken(data["access"], verify=False)
    assert claims["exp"] <= time.time() + 60
    (session,) = sessions_of(alice.id)
    with write() as w:
        w.update(session, created_at=now() - timedelta(days=180, seconds=1))
    assert find_ended_sessions([session.id]) == {session.id}
    response = refresh(data["refresh"])
    assert (response.status_code, response.json()["detail"]) == (401, "The session has expired.")
    assert ended_sessions() == [session.id]
    assert alice.get("posts").status_code == 401


@pytest.mark.parametrize(("minutes", "status"), [(10, 200), (20, 401)])
def test_the_clock_of_the_process_that_issued_a_token_may_be_ahead(alice, minutes, status):
    token = AccessToken(alice.access)
    token["iat"] = int(time.time()) + minutes * 60
    assert replace(alice, access=str(token)).get("posts").status_code == status


def test_the_leeway_for_clocks_does_not_prolong_a_token(alice):
    token = AccessToken(alice.access)
    token["exp"] = int(time.time()) - 1
    assert replace(alice, access=str(token)).get("posts").status_code == 401


def test_a_connection_of_an_unused_session_is_closed(alice, settings):
    session_id = session_id_of(alice.refresh)
    assert find_ended_sessions([session_id]) == set()
    settings.REFRESH_TOKEN_SECONDS = -1
    assert find_ended_sessions([session_id]) == {session_id}


def test_the_refresh_token_of_an_ended_session_is_rejected(alice):
    assert alice.post("signout").status_code == 200
    assert refresh(alice.refresh).status_code == 401


@pytest.mark.tampers
def test_the_refresh_token_of_a_deleted_account_is_rejected(alice):
    with write() as w:
        w.delete(Account(id=alice.id, email="alice@example.com"), missing_ok=True)
    with assert_no_changes():
        assert refresh(alice.refresh).status_code == 401


def test_a_refresh_with_a_known_key_is_replayed_after_the_grace_period(alice, settings):
    settings.REFRESH_GRACE_SECONDS = -1
    first = refresh(alice.refresh, **{"Idempotency-Key": "k"})
    replayed = refresh(alice.refresh, **{"Idempotency-Key": "k"})
    assert first.content == replayed.content
    assert first.json()["refresh"] not in dump_storage()
    assert refresh(first.json()["refresh"], **{"Idempotency-Key": "k"}).status_code == 200


# As a cookie -------------------------------------------------------------------------------------


@pytest.fixture
def browser():
    """Return a browser whose cookie holds the refresh token of a new member."""
    client = new_client()
    body = {
        "username": "ada", "email": "ada@example.com", "password": PASSWORD, "refresh_in": "cookie",
    }  # fmt: skip
    assert client.post("/api/v1/signup", body, content_type="application/json").status_code == 201
    return client


def by_cookie(browser, **headers):
    return browser.post(
        "/api/v1/token/refresh", {}, content_type="application/json", headers=headers
    )


def test_the_cookie_is_exchanged_for_a_new_one(browser):
    before = browser.cookies["refresh"].value
    response = by_cookie(browser)
    assert response.status_code == 200
    assert response.json()["refresh"] is None
    cookie = response.cookies["refresh"]
    assert cookie.value != before
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (
        True,
        "Strict",
        "/",
    )
    assert by_cookie(browser).status_code == 200


def test_the_cookie_is_secure_unless_debugging(browser, settings):
    assert not by_cookie(browser).cookies["refresh"]["secure"]
    settings.REFRESH_COOKIE_SECURE = True
    assert by_cookie(browser).cookies["refresh"]["secure"]


def test_in_production_only_a_cookie_with_the_host_prefix_is_set_read_and_deleted(
    browser, settings
):
    token = browser.cookies["refresh"].value
    settings.REFRESH_COOKIE_NAME, settings.REFRESH_COOKIE_SECURE = "__Host-refresh", True
    assert by_cookie(browser).status_code == 401  # another host could have set the plain name
    browser.cookies.clear()
    browser.cookies["__Host-refresh"] = token
    response = by_cookie(browser)
    assert response.status_code == 200
    cookie = response.cookies["__Host-refresh"]
    assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")
    headers = {"Authorization": f"Bearer {response.json()['access']}"}
    response = browser.post("/api/signout", {}, content_type="application/json", headers=headers)
    dropped = response.cookies["__Host-refresh"]
    assert (dropped.value, dropped["secure"], dropped["path"]) == ("", True, "/")


def test_another_origin_cannot_use_the_cookie(browser):
    with assert_no_changes():
        assert by_cookie(browser, Origin="https://evil.example").status_code == 403
        assert by_cookie(browser, Origin="null").status_code == 403
    assert by_cookie(browser, Origin=settings.ALLOWED_ORIGINS[0]).status_code == 200


def test_sign_out_deletes_the_cookie(browser):
    access = by_cookie(browser).json()["access"]
    headers = {"Authorization": f"Bearer {access}"}
    response = browser.post("/api/v1/signout", {}, content_type="application/json", headers=headers)
    assert response.status_code == 200
    dropped = response.cookies["refresh"]
    assert (dropped.value, dropped["max-age"], dropped["path"]) == ("", 0, "/")


def test_two_browsers_at_one_address_do_not_share_replayed_responses(browser):
    body = {"username": "bea", "email": "bea@example.com", "password": PASSWORD}
    other = new_client()
    other.post("/api/v1/signup", {**body, "refresh_in": "cookie"}, content_type="application/json")
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(
            lambda client: by_cookie(client, **{"Idempotency-Key": "k"}), (browser, other)
        )
    assert first.cookies["refresh"].value != second.cookies["refresh"].value
