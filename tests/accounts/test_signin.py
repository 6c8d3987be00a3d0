"""Signing in, and what access tokens open, through HTTP."""

import jwt
import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.urls import get_resolver

from accounts.models import Account
from mysocial import settings as real_settings
from mysocial.store import store_of, write
from tests.support.concurrency import (
    assert_no_changes,
    count_statuses,
    mongod_paused,
    run_concurrently,
)
from tests.support.people import PASSWORD, Person, anonymous, sign_up

BCRYPT = "accounts.hashers.BCrypt10PasswordHasher"
ARGON2 = "django.contrib.auth.hashers.Argon2PasswordHasher"


def sign_in(name, password=PASSWORD, **fields):
    return anonymous.post("signin", {"username": name, "password": password, **fields})


@pytest.mark.parametrize("name", ["alice", "ALICE", "alice@example.com", "Alice@Example.COM"])
def test_one_signs_in_by_name_or_address_whatever_the_case(alice, name):
    answer = sign_in(name)
    assert answer.status_code == 200
    data = answer.json()
    assert data["user"]["id"] == alice.id
    assert Person(alice.id, "", data["access"]).get("currentuser").status_code == 200


def test_one_signs_in_right_after_sign_up_while_mongodb_is_away(alice):
    with mongod_paused():
        answer = sign_in("alice@example.com")
        assert answer.status_code == 200
        again = Person(alice.id, "", answer.json()["access"])
        assert again.get("currentuser").json()["username"] == "alice"


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("alice", "wrong-horse-battery"),
        ("alice", PASSWORD + " "),
        ("nobody", PASSWORD),
        ("nobody@example.com", PASSWORD),
        ("*", PASSWORD),
    ],
)
def test_a_wrong_name_and_a_wrong_password_are_answered_alike(alice, name, password):
    with assert_no_changes():
        answer = sign_in(name, password)
    assert answer.status_code == 401
    assert answer.json()["detail"] == "The name or the password is wrong."
    assert answer.json()["code"] == "not_authenticated"
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_the_hashers_are_bcrypt_over_sha256_with_ten_rounds_and_then_argon2(settings):
    assert real_settings.PASSWORD_HASHERS[:2] == [BCRYPT, ARGON2]
    settings.PASSWORD_HASHERS = real_settings.PASSWORD_HASHERS
    assert make_password("a").startswith("bcrypt_sha256$$2b$10$")


def test_a_long_password_is_told_from_one_that_differs_at_its_end(settings):
    settings.PASSWORD_HASHERS = [BCRYPT]
    long = "0123456789abcdef" * 8
    assert len(long) == 128
    sign_up("ada", password=long)
    assert sign_in("ada", long).status_code == 200
    assert sign_in("ada", long[:-1] + "X").status_code == 401
    assert sign_in("ada", long[:72]).status_code == 401


def test_a_hash_of_the_second_kind_still_signs_in(settings):
    settings.PASSWORD_HASHERS = [ARGON2]
    sign_up("ada")
    settings.PASSWORD_HASHERS = real_settings.PASSWORD_HASHERS
    assert sign_in("ada").status_code == 200
    assert sign_in("ada", "wrong-horse-battery").status_code == 401


def test_many_sign_ins_at_once_all_succeed_each_with_its_own_session(alice):
    answers = run_concurrently(*[lambda: sign_in("alice")] * 12)
    assert count_statuses(answers) == {200: 12}
    assert len(alice.get("sessions").json()["sessions"]) == 13


@pytest.mark.parametrize("place", ["body", "cookie"])
def test_the_refresh_token_goes_where_it_is_asked_for(alice, place):
    answer = sign_in("alice", refresh_in=place)
    if place == "body":
        assert answer.json()["refresh"]
        assert "refresh" not in answer.cookies
    else:
        assert answer.json()["refresh"] is None
        cookie = answer.cookies["refresh"]
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (
            True, "Strict", "/api/token",
        )  # fmt: skip
        assert cookie["max-age"] == settings.REFRESH_TOKEN_SECONDS


def forged(alice, **claims):
    key = claims.pop("key", settings.SECRET_KEY)
    said = jwt.decode(alice.access, options={"verify_signature": False})
    return jwt.encode({**said, **claims}, key, algorithm="HS256")


def test_a_token_that_is_not_ours_opens_nothing(alice):
    tokens = [
        "",
        "x",
        "é",
        "a.b.c",
        alice.refresh,
        alice.access[:-2],
        forged(alice, key="another key, of thirty-two bytes or more"),
        forged(alice, exp=1),
        forged(alice, sid="0" * 24),
        forged(alice, sid="not an id"),
        forged(alice, token_type="refresh"),
        jwt.encode({"sub": alice.id}, None, algorithm="none"),
    ]
    with assert_no_changes():
        for token in tokens:
            answer = Person("", "", token or " ").post("posts", {"text": "x"})
            assert answer.status_code == 401, token
    assert anonymous.call("GET", "posts", Authorization="Basic YWxpY2U6eA==").status_code == 401
    assert anonymous.call("GET", "posts", Authorization="Bearer").status_code == 401


def routes():
    """Return the methods and paths of every route that asks who calls."""
    found = []
    for include in get_resolver().url_patterns:
        for entry in getattr(include, "url_patterns", []):
            view = getattr(entry.callback, "cls", None)
            if str(include.pattern) == "api/" and view and view.authentication_classes:
                path = str(entry.pattern).replace("^", "").replace(r"\Z", "")
                path = path.replace("(?P<pk>[0-9a-f]{24})", "0" * 24)
                found += [(verb.upper(), path) for verb in entry.callback.actions]
    return found


def test_an_ended_session_opens_no_route_from_the_moment_it_ends(alice):
    other = Person(alice.id, "", sign_in("alice").json()["access"])
    assert other.post("posts", {"text": "x"}, **{"Idempotency-Key": "k"}).status_code == 201
    assert other.post("signout").status_code == 200
    bodies = {
        "PATCH": {"quote": "x"},
        "POST": {"text": "x"},
        "PUT": {"current_password": PASSWORD, "new_password": "another-horse-battery"},
    }
    assert len(routes()) > 15
    with assert_no_changes():
        for method, path in routes():
            for body in (None, bodies.get(method)):
                if method != "HEAD":
                    answer = other.call(method, path, body)
                    assert answer.status_code in {400, 401}, (method, path, answer.content)
        for method, path in [("GET", "posts"), ("GET", "sessions"), ("DELETE", "sessions")]:
            assert other.call(method, path).status_code == 401
        again = other.post("posts", {"text": "x"}, **{"Idempotency-Key": "k"})
        assert again.status_code == 401


def test_a_sign_in_can_not_slip_past_a_change_of_the_password(alice):
    """Whoever signs in with the old password while it is changed has no session afterwards."""
    changes = {"current_password": PASSWORD, "new_password": "another-horse-battery"}
    answers = run_concurrently(
        *[lambda: sign_in("alice")] * 10, lambda: alice.put("password", changes)
    )
    *late, changed = answers
    assert changed.status_code == 200
    assert len(alice.get("sessions").json()["sessions"]) == 1
    for answer in late:
        assert answer.status_code in {200, 401}
        if answer.status_code == 200:
            mine = Person(alice.id, "", answer.json()["access"])
            assert mine.get("currentuser").status_code == 401


@pytest.mark.tampers
def test_a_deleted_account_signs_in_no_more(alice):
    with write() as w:
        w.delete(store_of(Account).model(id=alice.id, email="alice@example.com"), missing_ok=True)
    assert sign_in("alice").status_code == 401
