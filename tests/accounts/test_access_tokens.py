"""The direct verification of access tokens accepts nothing that simplejwt refuses."""

import base64
import hashlib
import hmac
import json
import random
import time

import jwt
import pytest
from django.conf import settings
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from accounts import tokens
from accounts.tokens import parse_access_token, verify_own_token
from mysocial.core.errors import NotAuthenticated
from mysocial.core.ids import is_id, new_id
from tests.support.stack import wait_for

SIGNATURE_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def claims_of(text):
    """Return the claims of a token as simplejwt verifies it; None if it refuses the token."""
    try:
        return AccessToken(text).payload
    except TokenError:
        return None


def session_of(text):
    """Return the session of a token; None if it is refused."""
    tokens._decode_access_token.cache_clear()
    try:
        return parse_access_token(text)
    except NotAuthenticated:
        return None


def assert_same_decision(text):
    """Assert that a token is accepted or refused as simplejwt does; return whether it is."""
    expected = claims_of(text)
    assert verify_own_token(text) in (None, expected)
    is_member = (
        expected is not None
        and is_id(expected.get("sub"))
        and is_id(expected.get("sid"))
        and expected["exp"] > time.time()  # the leeway of simplejwt is for the time of issue only
    )
    session = session_of(text)
    assert (session is not None) == is_member
    if session:
        assert session == (expected["sub"], expected["sid"])
    return is_member


def encode(part):
    """Return bytes or JSON in base64url without padding."""
    data = part if isinstance(part, bytes) else json.dumps(part, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def sign(header, payload, key=None):
    """Return a token with this header and payload, signed by HS256 whatever the header says."""
    signed = f"{encode(header)}.{encode(payload)}"
    secret = (settings.SECRET_KEY if key is None else key).encode()
    return f"{signed}.{encode(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"


def own_claims(**changes):
    """Return the claims of a new access token with changes; `None` removes a claim."""
    now = int(time.time())
    claims = {"token_type": "access", "exp": now + 900, "iat": now - 1, "jti": "a" * 32,
              "sub": new_id(), "sid": new_id(), **changes}  # fmt: skip
    return {name: value for name, value in claims.items() if value is not None}


HEADER = {"alg": "HS256", "typ": "JWT"}
NOW = int(time.time())


def test_every_token_that_a_member_gets_is_verified_directly(alice, bob):
    for person in (alice, bob):
        claims = verify_own_token(person.access)
        assert claims == claims_of(person.access)
        assert claims["sub"] == person.id
        assert assert_same_decision(person.access)


def test_an_unchanged_token_of_this_test_is_accepted():
    text = sign(HEADER, own_claims())
    assert verify_own_token(text) == claims_of(text)
    assert assert_same_decision(text)


@pytest.mark.parametrize(
    "changes",
    [
        {name: value}
        for name in ("token_type", "exp", "iat", "jti", "sub", "sid")
        for value in (None, "", "x", 0, -1, 1.5, True, [], {}, NOW + 900)
    ]
    + [
        {"exp": NOW - 1}, {"exp": NOW}, {"exp": NOW + 0.5},
        {"iat": NOW + 600}, {"iat": float(NOW)}, {"nbf": NOW + 600}, {"nbf": NOW - 5}, {"aud": "x"},
        {"iss": "x"}, {"extra": 1}, {"token_type": "refresh"}, {"sub": "A" * 24}, {"sub": "0" * 23},
    ],
)  # fmt: skip
def test_changed_claims_are_judged_as_by_simplejwt(changes):
    assert_same_decision(sign(HEADER, own_claims(**changes)))


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none", "typ": "JWT"}, {"alg": "HS384", "typ": "JWT"}, {"alg": "HS512"}, {},
        {"alg": "HS256"}, {"typ": "JWT", "alg": "HS256"},
        {"alg": "HS256", "typ": "JWT", "kid": "1"},
        {"alg": "HS256", "typ": "at+jwt"}, {"alg": "HS256", "typ": "JWT", "b64": False},
        {"alg": "HS256", "typ": "JWT", "crit": ["x"]}, {"alg": "RS256", "typ": "JWT"}, [], "x",
    ],
)  # fmt: skip
def test_changed_headers_are_judged_as_by_simplejwt(header):
    assert_same_decision(sign(header, own_claims()))


@pytest.mark.parametrize("payload", [b"", b"{", b"[]", b"null", b"\xff", b'{"exp":NaN}', b"1" * 99])
def test_signed_payloads_of_another_form_are_refused(payload):
    assert not assert_same_decision(sign(HEADER, payload))


def test_a_token_of_another_key_or_kind_is_refused():
    assert not assert_same_decision(sign(HEADER, own_claims(), key="x" * 50))
    assert not assert_same_decision(sign(HEADER, own_claims(), key=""))
    assert not assert_same_decision(jwt.encode(own_claims(), "", algorithm="none"))
    assert not assert_same_decision(str(RefreshToken()))
    assert not assert_same_decision(jwt.encode(own_claims(), settings.SECRET_KEY, "HS512"))


def test_an_expired_token_is_refused_although_it_was_remembered():
    text = sign(HEADER, own_claims(exp=int(time.time()) + 2))
    assert parse_access_token(text)
    expires_at = claims_of(text)["exp"]
    wait_for(lambda: time.time() > expires_at, within=20, name="the expiry")
    with pytest.raises(NotAuthenticated):
        parse_access_token(text)


def mutate(text, chance):
    """Return a token with one to three random changes."""
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(len(text) + 1)
        other = chance.choice([*SIGNATURE_ALPHABET, ".", "=", " ", "\n", "é", "\x00", "+", "/", ""])
        length = chance.choice([0, 1, 1, 1, 5])
        text = text[:place] + other + text[place + length :]
    return text


def test_random_changes_are_judged_as_by_simplejwt():
    chance = random.Random(21)
    whole = sign(HEADER, own_claims())
    texts = [mutate(whole, chance) for _ in range(2000)]
    # The last character of a signature holds two bits that decide nothing.
    texts += [whole[:-1] + character for character in SIGNATURE_ALPHABET]
    texts += [
        "",
        ".",
        "..",
        "...",
        f"{whole}.",
        f".{whole}",
        f"{whole}=",
        f" {whole}",
        whole.lower(),
    ]
    accepted = {text for text in texts if assert_same_decision(text)}
    assert accepted <= {whole, f"{whole}="}  # PyJWT accepts complete padding
