"""No secret is stored, queued or logged in a form that could be used."""

import hashlib
import logging
import re

import orjson

from mysocial.outbox import send_due
from tests.support import servers
from tests.support.concurrency import dump_storage
from tests.support.people import PASSWORD, Person, anonymous, sign_up

NEW, THIRD = "another-horse-battery", "a-third-horse-battery"


def test_no_password_and_no_token_is_anywhere(flush_all, mailoutbox, caplog):
    caplog.set_level(logging.DEBUG)
    key = {"Idempotency-Key": "k"}
    body = {"username": "ada", "email": "ada@example.com", "password": PASSWORD}
    data = anonymous.post("signup", body, **key).json()
    ada = Person(data["user"]["id"], "ada", data["access"], data["refresh"])
    wrong = "wrong-horse-battery"
    anonymous.post("signin", {"username": "ada", "password": wrong}, **key)
    again = anonymous.post("signin", {"username": "ada", "password": PASSWORD}, **key).json()
    renewed = anonymous.post("token/refresh", {"refresh": again["refresh"]}, **key).json()
    ada.put("password", {"current_password": PASSWORD, "new_password": NEW}, **key)
    anonymous.post("forgot-password", {"email": "ada@example.com"}, **key)
    send_due()
    mailed = [m for one in mailoutbox for m in re.findall(r"token=([\w-]{43})\b", one.body)]
    anonymous.post(f"reset-password/{mailed[-1]}", {"password": THIRD}, **key)
    sign_up("bea")
    stored = dump_storage()
    flush_all()
    stored += dump_storage()

    assert len(mailed) == 2
    tokens = [one[kind] for one in (data, again, renewed) for kind in ("access", "refresh")]
    proofs = [one["refresh"].rpartition(".")[2] for one in (data, again, renewed)]
    for secret in [PASSWORD, wrong, NEW, THIRD, *mailed, *tokens, *proofs]:
        assert secret not in stored
        assert secret not in caplog.text
    # Nor a hash that could be tried against a list of passwords as fast as one likes.
    plain = orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
    assert hashlib.sha256(plain).hexdigest() not in stored


def test_a_token_in_a_path_is_not_logged_when_the_store_is_away(alice, caplog):
    token = "x" * 43
    servers.VALKEY.stop()
    try:
        answer = anonymous.post(f"reset-password/{token}", {"password": NEW})
    finally:
        servers.VALKEY.start()
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "2"
    assert token not in caplog.text


def test_nobody_sees_the_address_of_another(alice, bob):
    alice.create_post("Hello")
    for path in ("posts", f"users/{alice.id}", f"users/{alice.id}/posts"):
        assert "example.com" not in bob.get(path).content.decode()
    assert alice.get("currentuser").json()["email"] == "alice@example.com"
