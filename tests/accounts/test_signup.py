"""Signing up, through HTTP."""

import pytest

from accounts.models import Account
from mysocial.core.redis import client
from tests.support.concurrency import (
    assert_no_changes,
    count_statuses,
    live_records,
    run_concurrently,
)
from tests.support.people import PASSWORD, anonymous, sign_up
from users.models import User

ADA = {"username": "Ada_1", "email": "Ada@Example.com", "password": PASSWORD}


def errors_of(response):
    return {error["field"]: error["detail"] for error in response.json()["errors"]}


def test_a_sign_up_creates_an_account_a_profile_and_a_session(flush_all, document):
    response = anonymous.post("signup", {**ADA, "avatar_color": "#123abc"})

    assert response.status_code == 201
    data = response.json()
    user = data["user"]
    assert data["message"] == "User created"
    assert (user["username"], user["email"]) == ("Ada_1", "ada@example.com")
    assert (user["email_verified"], user["avatar_color"]) == (False, "#123abc")
    assert (user["posts_count"], user["followers_count"], user["following_count"]) == (0, 0, 0)
    assert "password" not in response.content.decode()
    flush_all()
    assert document(User, user["id"])["username_key"] == "ada_1"
    assert document(Account, user["id"])["email"] == "ada@example.com"


def test_a_sign_up_signs_in():
    ada = sign_up("ada")
    assert ada.get("accounts/me").json()["username"] == "ada"
    assert [
        session["current"] for session in ada.get("accounts/me/sessions").json()["sessions"]
    ] == [True]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"username": "ab"}, "username"),
        ({"username": "a" * 31}, "username"),
        ({"username": "ada lovelace"}, "username"),
        ({"username": "ada@example"}, "username"),
        ({"username": "adä"}, "username"),
        ({"username": 12345}, "username"),
        ({"username": None}, "username"),
        ({"email": "ada"}, "email"),
        ({"email": '"a b"@example.com'}, "email"),
        ({"email": '"\x01"@example.com'}, "email"),
        ({"email": "a" * 250 + "@example.com"}, "email"),
        ({"password": "short"}, "password"),
        ({"password": "12345678901"}, "password"),
        ({"password": "password1"}, "password"),
        ({"password": "Ada_1Ada"}, "password"),
        ({"password": "x7" * 65}, "password"),
        ({"password": "correct\x00horse"}, "password"),
        ({"avatar_color": "red"}, "avatar_color"),
        ({"refresh_in": "url"}, "refresh_in"),
        ({"is_staff": True}, "is_staff"),
        ({"id": "0" * 24}, "id"),
        ({"posts_count": 7}, "posts_count"),
    ],
)
def test_an_invalid_sign_up_names_the_field_and_changes_nothing(change, field):
    with assert_no_changes():
        response = anonymous.post("signup", {**ADA, **change})
    assert response.status_code == 400
    assert list(errors_of(response)) == [field]


def test_all_errors_of_a_sign_up_are_reported_together():
    response = anonymous.post("signup", {"username": "a", "email": "b", "password": "c", "d": 1})
    assert response.status_code == 400
    assert sorted(errors_of(response)) == ["d", "email", "password", "username"]


@pytest.mark.parametrize("username", ["abc", "a" * 30])
def test_names_of_three_to_thirty_characters_are_accepted(username):
    assert anonymous.post("signup", {**ADA, "username": username}).status_code == 201


def test_names_and_addresses_are_unique_case_insensitively():
    sign_up("ada")
    with assert_no_changes():
        response = anonymous.post("signup", {**ADA, "username": "ADA", "email": "new@example.com"})
    assert response.status_code == 409
    assert errors_of(response) == {"username": "This is taken."}
    with assert_no_changes():
        response = anonymous.post("signup", {**ADA, "username": "new", "email": "ADA@EXAMPLE.COM"})
    assert response.status_code == 409
    assert errors_of(response) == {"email": "This is taken."}


def test_a_taken_name_and_a_taken_address_are_reported_together():
    sign_up("ada")
    response = anonymous.post("signup", {**ADA, "username": "ada"})
    assert response.status_code == 409
    assert errors_of(response) == {"username": "This is taken.", "email": "This is taken."}


def test_a_username_stays_taken_when_only_mongodb_has_it(flush_all):
    sign_up("ada")
    flush_all()
    client().flushall()
    response = anonymous.post("signup", {**ADA, "username": "ada", "email": "new@example.com"})
    assert response.status_code == 409


def test_a_rejected_sign_up_leaves_the_username_free():
    sign_up("first")
    with assert_no_changes():
        response = anonymous.post("signup", {**ADA, "email": "first@example.com"})
    assert response.status_code == 409
    assert anonymous.post("signup", ADA).status_code == 201


@pytest.mark.parametrize("same", ["username", "email"])
def test_one_of_fifty_concurrent_sign_ups_wins(same, emails, flush_all, document):
    def attempt(number):
        fields = {"username": f"ada{number}", "email": f"ada{number}@example.com"}
        return lambda: anonymous.post("signup", {**ADA, **fields, same: ADA[same]})

    responses = run_concurrently(*map(attempt, range(50)))

    assert count_statuses(responses) == {201: 1, 409: 49}
    refusals = [response for response in responses if response.status_code == 409]
    assert [errors_of(response) for response in refusals] == [{same: "This is taken."}] * 49
    winner = next(response for response in responses if response.status_code == 201).json()["user"][
        "id"
    ]
    for label in ("accounts.account", "users.user"):
        assert list(live_records(label)) == [winner]
    assert [len(live_records(label)) for label in ("accounts.session", "mysocial.email")] == [1, 1]
    assert len(emails()) == 1
    flush_all()
    assert document(Account, winner)["_deleted_at"] is None


def test_a_sign_up_with_a_known_key_is_replayed_with_the_same_cookie():
    body = {**ADA, "refresh_in": "cookie"}
    first = anonymous.post("signup", body, **{"Idempotency-Key": "k"})
    replayed = anonymous.post("signup", body, **{"Idempotency-Key": "k"})
    assert (first.status_code, replayed.status_code) == (201, 201)
    assert first.content == replayed.content
    assert first.cookies["refresh"].value == replayed.cookies["refresh"].value
    assert len(live_records("users.user")) == 1


def test_concurrent_sign_ups_with_one_key_share_one_session():
    def attempt():
        return anonymous.post(
            "signup", {**ADA, "refresh_in": "cookie"}, **{"Idempotency-Key": "the same"}
        )

    responses = run_concurrently(*[attempt] * 8)
    assert count_statuses(responses) == {201: 8}
    assert len({response.cookies["refresh"].value for response in responses}) == 1
    assert len(live_records("accounts.session")) == 1
