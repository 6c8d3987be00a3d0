"""Signing in and access tokens, through HTTP."""

import re

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
def test_sign_in_accepts_name_or_address_case_insensitively(alice, name):
    response = sign_in(name)
    assert response.status_code == 200
    data = response.json()
    assert data["user"]["id"] == alice.id
    assert Person(alice.id, "", data["access"]).get("accounts/me").status_code == 200


def test_a_new_member_can_sign_in_while_mongodb_is_down(alice):
    with mongod_paused():
        response = sign_in("alice@example.com")
        assert response.status_code == 200
        member = Person(alice.id, "", response.json()["access"])
        assert member.get("accounts/me").json()["username"] == "alice"


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
def test_a_wrong_name_and_a_wrong_password_get_the_same_response(alice, name, password):
    with assert_no_changes():
        response = sign_in(name, password)
    assert response.status_code == 401
    assert response.json()["detail"] == "The name or the password is wrong."
    assert response.json()["code"] == "not_authenticated"
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_passwords_are_hashed_with_bcrypt_or_argon2(settings):
    assert real_settings.PASSWORD_HASHERS[:2] == [BCRYPT, ARGON2]
    settings.PASSWORD_HASHERS = real_settings.PASSWORD_HASHERS
    assert make_password("a").startswith("bcrypt_sha256$$2b$10$")


def test_passwords_that_differ_in_the_last_character_are_distinguished(settings):
    settings.PASSWORD_HASHERS = [BCRYPT]
    long = "0123456789abcdef" * 8
    assert len(long) == 128
    sign_up("ada", password=long)
    assert sign_in("ada", long).status_code == 200
    assert sign_in("ada", long[:-1] + "X").status_code == 401
    assert sign_in("ada", long[:72]).status_code == 401


def test_a_password_with_an_argon2_hash_signs_in(settings):
    settings.PASSWORD_HASHERS = [ARGON2]
    sign_up("ada")
    settings.PASSWORD_HASHERS = real_settings.PASSWORD_HASHERS
    assert sign_in("ada").status_code == 200
    assert sign_in("ada", "wrong-horse-battery").status_code == 401


def test_concurrent_sign_ins_each_get_their_own_session(alice):
    responses = run_concurrently(*[lambda: sign_in("alice")] * 12)
    assert count_statuses(responses) == {200: 12}
    assert len(alice.get("accounts/me/sessions").json()["sessions"]) == 13


@pytest.mark.parametrize("place", ["body", "cookie"])
def test_the_refresh_token_is_sent_where_it_was_requested(alice, place):
    response = sign_in("alice", refresh_in=place)
    if place == "body":
        assert response.json()["refresh"]
        assert "refresh" not in response.cookies
    else:
        assert response.json()["refresh"] is None
        cookie = response.cookies["refresh"]
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/")
        assert cookie["max-age"] == settings.REFRESH_TOKEN_SECONDS


def forged(alice, **claims):
    key = claims.pop("key", settings.SECRET_KEY)
    payload = jwt.decode(alice.access, options={"verify_signature": False})
    return jwt.encode({**payload, **claims}, key, algorithm="HS256")


def test_a_forged_access_token_is_rejected(alice):
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
            response = Person("", "", token or " ").post("posts", {"text": "x"})
            assert response.status_code == 401, token
    assert anonymous.call("GET", "posts", Authorization="Basic YWxpY2U6eA==").status_code == 401
    assert anonymous.call("GET", "posts", Authorization="Bearer").status_code == 401


def routes():
    """Return the methods and paths of all routes that need authentication."""
    routes = []
    for include in get_resolver().url_patterns:
        for pattern in getattr(include, "url_patterns", []):
            view = getattr(pattern.callback, "cls", None)
            if str(include.pattern) == "api/v1/" and view and view.authentication_classes:
                path = re.sub(r"<id:\w+>", "0" * 24, str(pattern.pattern))
                routes += [(verb.upper(), path) for verb in pattern.callback.actions]
    return routes


def test_an_ended_session_is_rejected_on_every_route_at_once(alice):
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
                    response = other.call(method, path, body)
                    assert response.status_code in {400, 401}, (method, path, response.content)
        for method, path in [
            ("GET", "posts"),
            ("GET", "accounts/me/sessions"),
            ("DELETE", "accounts/me/sessions"),
        ]:
            assert other.call(method, path).status_code == 401
        replayed = other.post("posts", {"text": "x"}, **{"Idempotency-Key": "k"})
        assert replayed.status_code == 401


def test_no_sign_in_with_the_old_password_survives_a_concurrent_change(alice):
    """A session that was opened with the old password during the change is ended."""
    changes = {"current_password": PASSWORD, "new_password": "another-horse-battery"}
    responses = run_concurrently(
        *[lambda: sign_in("alice")] * 10, lambda: alice.put("accounts/me/password", changes)
    )
    *sign_ins, changed = responses
    assert changed.status_code == 200
    assert len(alice.get("accounts/me/sessions").json()["sessions"]) == 1
    for response in sign_ins:
        assert response.status_code in {200, 401}
        if response.status_code == 200:
            member = Person(alice.id, "", response.json()["access"])
            assert member.get("accounts/me").status_code == 401


@pytest.mark.tampers
def test_a_deleted_account_cannot_sign_in(alice):
    with write() as w:
        w.delete(store_of(Account).model(id=alice.id, email="alice@example.com"), missing_ok=True)
    assert sign_in("alice").status_code == 401
