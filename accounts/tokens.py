"""Access, refresh and one-time tokens: creation and parsing, without state or I/O."""

import base64
import functools
import hashlib
import hmac
import re
import secrets
import time
from typing import Any, NamedTuple

import orjson
from django.conf import settings
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import EndedSession, Session
from mysocial.core.errors import NotAuthenticated
from mysocial.core.ids import is_id
from mysocial.core.secret_keys import derive_key, derive_keys
from mysocial.realtime.auth import AuthenticatedSession

REFRESH_TOKEN_PARTS = 3
REFRESH = "refresh"  # the purpose of a derived key
INVALID_ACCESS = "The access token is not valid or has expired."
MAX_CACHED_TOKENS = 10_000  # verified access tokens that a process keeps, about 1 KB each
# Of the tokens that simplejwt makes: {"alg":"HS256","typ":"JWT"}.
JWT_HEADER = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
CLAIMS = {"token_type", "exp", "iat", "jti", "sub", "sid"}
GENERATION = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)


class RefreshToken(NamedTuple):
    """The parts of a refresh token, which is not verified yet."""

    session_id: str
    generation: int
    proof: str


def create_access_token(session: Session) -> str:
    """Return an access token (JWT) for the session.

    It is valid for `ACCESS_TOKEN_SECONDS`, but not beyond the session's absolute end.
    """
    token = AccessToken()
    token["exp"] = min(token["exp"], int(session.max_ends_at.timestamp()))
    token["sub"] = session.user_id
    token["sid"] = session.id
    return str(token)


def parse_access_token(text: str) -> AuthenticatedSession:
    """Return the session of an access token; the caller must check that it is alive.

    Raises:
        NotAuthenticated: The token is invalid or has expired.
    """
    session, expires_at = _decode_access_token(text)
    if expires_at <= time.time():
        raise NotAuthenticated(INVALID_ACCESS)
    return session


@functools.lru_cache(maxsize=MAX_CACHED_TOKENS)
def _decode_access_token(text: str) -> tuple[AuthenticatedSession, int]:
    """Return the session of an access token, and its expiry in seconds since 1970.

    The result is cached, because verifying the signature takes as long as a step of a read.
    """
    claims: Any = verify_own_token(text)
    if claims is None:
        try:
            claims = AccessToken(text).payload  # type: ignore[arg-type]
        except TokenError:
            raise NotAuthenticated(INVALID_ACCESS) from None
    user_id, session_id = claims.get("sub", ""), claims.get("sid", "")
    if not is_id(user_id) or not is_id(session_id):
        raise NotAuthenticated(INVALID_ACCESS)
    return AuthenticatedSession(user_id, session_id), int(claims["exp"])


def verify_own_token(text: str) -> dict[str, Any] | None:
    """Return the claims of an access token of exactly the form that `create_access_token` gives it.

    Each such token is valid for simplejwt too, which takes ten times as long.

    Returns:
        The claims; None if simplejwt has to decide.
    """
    signed, _, signature = text.rpartition(".")
    header, _, payload = signed.partition(".")
    if header != JWT_HEADER or not text.isascii() or api_settings.ALGORITHM != "HS256":
        return None
    if not _is_signature(signature, signed.encode()):
        return None
    try:
        claims: Any = orjson.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except ValueError:
        return None
    is_own = (
        isinstance(claims, dict)
        and claims.keys() == CLAIMS
        and claims["token_type"] == AccessToken.token_type
        and type(claims["iat"]) is type(claims["exp"]) is int
        and claims["iat"] <= time.time() < claims["exp"]
        and type(claims["jti"]) is type(claims["sub"]) is str
    )
    return claims if is_own else None


def create_refresh_token(session: Session) -> str:
    """Return the refresh token of the session's generation: `<session>.<generation>.<proof>`.

    The proof is a 256-bit HMAC that needs the secret key, so stored data allows no forgery.
    """
    proof = _proof(session, session.generation, derive_key(REFRESH))
    return f"{session.id}.{session.generation}.{proof}"


def parse_refresh_token(text: str) -> RefreshToken:
    """Return the parts of a refresh token, which the caller must verify with `is_genuine`.

    Raises:
        NotAuthenticated: The text does not have the form of a refresh token.
    """
    parts = text.split(".")
    generation = parts[1] if len(parts) == REFRESH_TOKEN_PARTS else ""
    # Exactly the form of `create_refresh_token`: no generation "01".
    if not is_id(parts[0]) or not GENERATION.fullmatch(generation):
        raise NotAuthenticated("The refresh token is not valid.")
    return RefreshToken(parts[0], int(generation), parts[2])


def is_genuine(token: RefreshToken, session: Session | EndedSession) -> bool:
    """Return, in constant time, whether `create_refresh_token` made this token."""
    proof = token.proof.encode("utf-8", "replace")
    return any(
        hmac.compare_digest(proof, _proof(session, token.generation, key).encode())
        for key in derive_keys(REFRESH)
    )


def _proof(session: Session | EndedSession, generation: int, key: bytes) -> str:
    message = f"{session.id}.{generation}.{session.salt}".encode()
    return _base64url(hmac.digest(key, message, "sha256"))


def _is_signature(signature: str, signed: bytes) -> bool:
    """Return whether a secret key makes this signature of an access token."""
    return any(
        hmac.compare_digest(_base64url(hmac.digest(key.encode(), signed, "sha256")), signature)
        for key in (api_settings.SIGNING_KEY, *settings.SECRET_KEY_FALLBACKS)
    )


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def create_one_time_token() -> str:
    """Return a new one-time token: 256 random bits."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """Return the SHA-256 of a one-time token, which is the id of its record."""
    return hashlib.sha256(token.encode()).hexdigest()
