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


def errors_of(answer):
    return {one["field"]: one["detail"] for one in answer.json()["errors"]}


def test_a_sign_up_makes_an_account_a_profile_and_a_session(flush_all, document):
    answer = anonymous.post("signup", {**ADA, "avatar_color": "#123abc"})

    assert answer.status_code == 201
    data = answer.json()
    user = data["user"]
    assert data["message"] == "User created"
    assert (user["username"], user["email"]) == ("Ada_1", "ada@example.com")
    assert (user["email_verified"], user["avatar_color"]) == (False, "#123abc")
    assert (user["posts_count"], user["followers_count"], user["following_count"]) == (0, 0, 0)
    assert "password" not in answer.content.decode()
    flush_all()
    assert document(User, user["id"])["username_key"] == "ada_1"
    assert document(Account, user["id"])["email"] == "ada@example.com"


def test_whoever_signed_up_is_signed_in():
    ada = sign_up("ada")
    assert ada.get("currentuser").json()["username"] == "ada"
    assert [one["current"] for one in ada.get("sessions").json()["sessions"]] == [True]


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
def test_a_sign_up_that_breaks_a_rule_names_the_field_and_leaves_nothing(change, field):
    with assert_no_changes():
        answer = anonymous.post("signup", {**ADA, **change})
    assert answer.status_code == 400
    assert list(errors_of(answer)) == [field]


def test_every_error_of_a_sign_up_is_named_at_once():
    answer = anonymous.post("signup", {"username": "a", "email": "b", "password": "c", "d": 1})
    assert answer.status_code == 400
    assert sorted(errors_of(answer)) == ["d", "email", "password", "username"]


@pytest.mark.parametrize("username", ["abc", "a" * 30])
def test_names_of_three_and_of_thirty_characters_are_taken(username):
    assert anonymous.post("signup", {**ADA, "username": username}).status_code == 201


def test_names_and_addresses_are_unique_whatever_their_case():
    sign_up("ada")
    with assert_no_changes():
        answer = anonymous.post("signup", {**ADA, "username": "ADA", "email": "new@example.com"})
    assert answer.status_code == 409
    assert errors_of(answer) == {"username": "This is taken."}
    with assert_no_changes():
        answer = anonymous.post("signup", {**ADA, "username": "new", "email": "ADA@EXAMPLE.COM"})
    assert answer.status_code == 409
    assert errors_of(answer) == {"email": "This is taken."}


def test_a_name_and_an_address_that_are_taken_are_named_at_once():
    sign_up("ada")
    answer = anonymous.post("signup", {**ADA, "username": "ada"})
    assert answer.status_code == 409
    assert errors_of(answer) == {"username": "This is taken.", "email": "This is taken."}


def test_a_name_stays_taken_when_only_mongodb_knows_it(flush_all):
    sign_up("ada")
    flush_all()
    client().flushall()
    answer = anonymous.post("signup", {**ADA, "username": "ada", "email": "new@example.com"})
    assert answer.status_code == 409


def test_a_refused_sign_up_leaves_the_name_free():
    sign_up("first")
    with assert_no_changes():
        refused = anonymous.post("signup", {**ADA, "email": "first@example.com"})
    assert refused.status_code == 409
    assert anonymous.post("signup", ADA).status_code == 201


@pytest.mark.parametrize("same", ["username", "email"])
def test_of_fifty_sign_ups_at_once_one_wins(same, emails, flush_all, document):
    def attempt(number):
        fields = {"username": f"ada{number}", "email": f"ada{number}@example.com"}
        return lambda: anonymous.post("signup", {**ADA, **fields, same: ADA[same]})

    answers = run_concurrently(*map(attempt, range(50)))

    assert count_statuses(answers) == {201: 1, 409: 49}
    refusals = [answer for answer in answers if answer.status_code == 409]
    assert [errors_of(one) for one in refusals] == [{same: "This is taken."}] * 49
    winner = next(answer for answer in answers if answer.status_code == 201).json()["user"]["id"]
    for label in ("accounts.account", "users.user"):
        assert list(live_records(label)) == [winner]
    assert [len(live_records(label)) for label in ("accounts.session", "mysocial.email")] == [1, 1]
    assert len(emails()) == 1
    flush_all()
    assert document(Account, winner)["_deleted_at"] is None


def test_a_sign_up_is_repeated_under_its_key_with_the_same_bytes_and_cookie():
    body = {**ADA, "refresh_in": "cookie"}
    first = anonymous.post("signup", body, **{"Idempotency-Key": "k"})
    again = anonymous.post("signup", body, **{"Idempotency-Key": "k"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert first.cookies["refresh"].value == again.cookies["refresh"].value
    assert len(live_records("users.user")) == 1


def test_of_many_sign_ups_under_one_key_all_get_the_cookie_of_the_one_session():
    def attempt():
        return anonymous.post(
            "signup", {**ADA, "refresh_in": "cookie"}, **{"Idempotency-Key": "the same"}
        )

    answers = run_concurrently(*[attempt] * 8)
    assert count_statuses(answers) == {201: 8}
    assert len({answer.cookies["refresh"].value for answer in answers}) == 1
    assert len(live_records("accounts.session")) == 1
