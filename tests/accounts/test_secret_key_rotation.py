"""A new `SECRET_KEY`: what the former one made is accepted while it is one of the fallbacks."""

import time

import jwt
import pytest
from cryptography.fernet import Fernet, InvalidToken

from mysocial.core.ids import new_id
from mysocial.core.secret_keys import cipher_for
from tests.accounts.test_captcha import new_challenge, sign_up_as, solve
from tests.support.concurrency import assert_no_changes, live_records
from tests.support.people import PASSWORD, Person, anonymous

NEW_KEY = "a new secret key, " * 3
KEY = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}


@pytest.fixture(params=[True, False], ids=["fallback", "no fallback"])
def rotate(request, settings):
    """Return a function that replaces the secret key, and whether the former one is a fallback."""

    def replace_secret_key():
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY] if request.param else []
        settings.SECRET_KEY = NEW_KEY

    return replace_secret_key, request.param


def test_refresh_tokens(alice, rotate):
    replace_secret_key, is_accepted = rotate
    replace_secret_key()
    response = anonymous.post("token/refresh", {"refresh": alice.refresh})
    assert response.status_code == (200 if is_accepted else 401)
    if is_accepted:
        # The grace period for a repeated refresh continues, and the new token has the new key.
        repeated = anonymous.post("token/refresh", {"refresh": alice.refresh})
        assert repeated.json()["refresh"] == response.json()["refresh"]


def test_a_refreshed_session_no_longer_needs_the_former_key(alice, settings):
    former_key, settings.SECRET_KEY = settings.SECRET_KEY, NEW_KEY
    settings.SECRET_KEY_FALLBACKS = [former_key]
    token = anonymous.post("token/refresh", {"refresh": alice.refresh}).json()["refresh"]
    settings.SECRET_KEY_FALLBACKS = []
    assert anonymous.post("token/refresh", {"refresh": token}).status_code == 200


@pytest.mark.parametrize("is_fallback", [True, False])
def test_access_tokens(alice, settings, is_fallback):
    """The key that simplejwt signs with is read at the start, so this token has another one."""
    settings.SECRET_KEY_FALLBACKS = [NEW_KEY] if is_fallback else []
    claims = jwt.decode(alice.access, options={"verify_signature": False})
    # Not a token that this process has verified before.
    token = jwt.encode({**claims, "jti": new_id(), "iat": int(time.time())}, NEW_KEY, "HS256")
    response = Person(alice.id, "", token).get("accounts/me")
    assert response.status_code == (200 if is_fallback else 401)


def test_cursors(alice, rotate):
    for number in range(3):
        alice.post("posts", {"text": f"Number {number}"})
    page = alice.get("posts?limit=2").json()
    replace_secret_key, is_accepted = rotate
    replace_secret_key()
    response = alice.get(f"posts?limit=2&cursor={page['next']}")
    assert response.status_code == (200 if is_accepted else 400)
    if is_accepted:
        assert [post["text"] for post in response.json()["posts"]] == ["Number 0"]


def test_a_repeated_request_is_carried_out_once(alice, settings):
    first = alice.post("posts", {"text": "Once"}, **KEY)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW_KEY, [settings.SECRET_KEY]
    with assert_no_changes():
        repeated = alice.post("posts", {"text": "Once"}, **KEY)
    assert (repeated.status_code, repeated.content) == (201, first.content)
    assert alice.post("posts", {"text": "Something else"}, **KEY).status_code == 422
    assert len(live_records("posts.post")) == 1


def test_a_stored_sign_in_can_be_decrypted(alice, settings):
    body = {"username": "alice", "password": PASSWORD}
    first = anonymous.post("signin", body, **KEY)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW_KEY, [settings.SECRET_KEY]
    assert anonymous.post("signin", body, **KEY).content == first.content


def test_a_solved_challenge(settings, rotate):
    settings.SIGN_UP_CAPTCHA, settings.CAPTCHA_MAX_NUMBER = "altcha", 200
    payload = solve(new_challenge())
    replace_secret_key, is_accepted = rotate
    replace_secret_key()
    assert sign_up_as(captcha=payload).status_code == (201 if is_accepted else 400)


def test_nothing_new_is_made_with_the_former_key(settings, rotate):
    replace_secret_key, _ = rotate
    replace_secret_key()
    encrypted = cipher_for("test").encrypt(b"text")
    assert cipher_for("test").decrypt(encrypted) == b"text"
    settings.SECRET_KEY_FALLBACKS = []
    assert cipher_for("test").decrypt(encrypted) == b"text"
    with pytest.raises(InvalidToken):
        cipher_for("another purpose").decrypt(encrypted)
    with pytest.raises(InvalidToken):
        cipher_for("test").decrypt(Fernet(Fernet.generate_key()).encrypt(b"text"))
