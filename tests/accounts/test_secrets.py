"""Secrets are not stored, queued or logged in a usable form."""

import hashlib
import logging
import re

import orjson

from mysocial.outbox import send_due
from tests.support import servers
from tests.support.concurrency import dump_storage
from tests.support.people import PASSWORD, Person, anonymous, sign_up

NEW, THIRD = "another-horse-battery", "a-third-horse-battery"


def test_no_password_and_no_token_is_stored_or_logged(flush_all, mailoutbox, caplog):
    caplog.set_level(logging.DEBUG)
    key = {"Idempotency-Key": "k"}
    body = {"username": "ada", "email": "ada@example.com", "password": PASSWORD}
    signed_up = anonymous.post("signup", body, **key).json()
    ada = Person(signed_up["user"]["id"], "ada", signed_up["access"], signed_up["refresh"])
    wrong = "wrong-horse-battery"
    anonymous.post("signin", {"username": "ada", "password": wrong}, **key)
    signed_in = anonymous.post("signin", {"username": "ada", "password": PASSWORD}, **key).json()
    refreshed = anonymous.post("token/refresh", {"refresh": signed_in["refresh"]}, **key).json()
    ada.put("accounts/me/password", {"current_password": PASSWORD, "new_password": NEW}, **key)
    anonymous.post("forgot-password", {"email": "ada@example.com"}, **key)
    send_due()
    mailed = [
        token for mail in mailoutbox for token in re.findall(r"token=([\w-]{43})\b", mail.body)
    ]
    anonymous.post(f"reset-password/{mailed[-1]}", {"password": THIRD}, **key)
    sign_up("bea")
    stored = dump_storage()
    flush_all()
    stored += dump_storage()

    assert len(mailed) == 2
    tokens = [
        response[kind]
        for response in (signed_up, signed_in, refreshed)
        for kind in ("access", "refresh")
    ]
    proofs = [
        response["refresh"].rpartition(".")[2] for response in (signed_up, signed_in, refreshed)
    ]
    for secret in [PASSWORD, wrong, NEW, THIRD, *mailed, *tokens, *proofs]:
        assert secret not in stored
        assert secret not in caplog.text
    # Nor a fast hash, which would allow trying a list of passwords.
    plain = orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
    assert hashlib.sha256(plain).hexdigest() not in stored


def test_a_token_in_a_path_is_not_logged_when_redis_is_down(alice, caplog):
    token = "x" * 43
    servers.VALKEY.stop()
    try:
        response = anonymous.post(f"reset-password/{token}", {"password": NEW})
    finally:
        servers.VALKEY.start()
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "2"
    assert token not in caplog.text


def test_email_addresses_are_hidden_from_others(alice, bob):
    alice.create_post("Hello")
    for path in ("posts", f"users/{alice.id}", f"users/{alice.id}/posts"):
        assert "example.com" not in bob.get(path).content.decode()
    assert alice.get("accounts/me").json()["email"] == "alice@example.com"
