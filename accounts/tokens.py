"""Access, refresh and one-time tokens: how they are made and read. No state, no I/O."""

import base64
import functools
import hashlib
import hmac
import re
import secrets
import time
from typing import NamedTuple

from django.conf import settings
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import EndedSession, Session
from mysocial.core.errors import NotAuthenticated
from mysocial.core.ids import is_id
from mysocial.realtime.auth import AuthenticatedSession

REFRESH_TOKEN_PARTS = 3
INVALID_ACCESS = "The access token is not valid or has expired."
MAX_CACHED_TOKENS = 10_000  # access tokens that a process remembers, 1 KB each
GENERATION = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)


class RefreshToken(NamedTuple):
    """What a refresh token says, before it is believed."""

    session_id: str
    generation: int
    proof: str


def create_access_token(session: Session) -> str:
    """Return an access token for the session, good for `ACCESS_TOKEN_SECONDS`."""
    token = AccessToken()
    token["sub"] = session.user_id
    token["sid"] = session.id
    return str(token)


def parse_access_token(text: str) -> AuthenticatedSession:
    """Return whom an access token stands for; `NotAuthenticated`. Whether the session lives is
    asked by the first script of the call."""
    who, expires = _decode_access_token(text)
    if expires <= time.time():
        raise NotAuthenticated(INVALID_ACCESS)
    return who


@functools.lru_cache(maxsize=MAX_CACHED_TOKENS)
def _decode_access_token(text: str) -> tuple[AuthenticatedSession, int]:
    """Return whom a token of ours stands for, and when it expires; `NotAuthenticated`.

    What it says can't change, so its signature is checked once: that costs as much as a read.
    """
    try:
        token = AccessToken(text)  # type: ignore[arg-type]
    except TokenError:
        raise NotAuthenticated(INVALID_ACCESS) from None
    user_id, session_id = token.get("sub"), token.get("sid")
    if not is_id(user_id) or not is_id(session_id):
        raise NotAuthenticated("The access token is not ours.")
    return AuthenticatedSession(user_id, session_id), int(token["exp"])


def create_refresh_token(session: Session) -> str:
    """Return the refresh token of the session's generation: `<session>.<generation>.<proof>`.

    256 bits that only the holder of the secret key can derive: nothing stored can be replayed.
    """
    return f"{session.id}.{session.generation}.{_proof(session, session.generation)}"


def parse_refresh_token(text: str) -> RefreshToken:
    """Return what a refresh token says; `NotAuthenticated` for another form."""
    parts = text.split(".")
    generation = parts[1] if len(parts) == REFRESH_TOKEN_PARTS else ""
    # Only the one way we write it: "01" is not ours.
    if not is_id(parts[0]) or not GENERATION.fullmatch(generation):
        raise NotAuthenticated("The refresh token is not valid.")
    return RefreshToken(parts[0], int(generation), parts[2])


def is_genuine(token: RefreshToken, session: Session | EndedSession) -> bool:
    """Tell, in constant time, whether we made this token."""
    return hmac.compare_digest(
        token.proof.encode("utf-8", "replace"), _proof(session, token.generation).encode()
    )


def _proof(session: Session | EndedSession, generation: int) -> str:
    key = hashlib.sha256(b"refresh\n" + settings.SECRET_KEY.encode()).digest()
    message = f"{session.id}.{generation}.{session.salt}".encode()
    digest = hmac.new(key, message, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def create_one_time_token() -> str:
    """Return a new one-time token: 256 random bits."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """Return the id under which a one-time token is kept: its SHA-256."""
    return hashlib.sha256(token.encode()).hexdigest()
