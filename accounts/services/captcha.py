"""The proof of work of a sign-up (ALTCHA), which makes many sign-ups expensive."""

from datetime import timedelta
from typing import Any

from altcha.v1 import Payload, create_challenge, verify_solution
from django.conf import settings

from accounts.models import OneTimeToken
from accounts.store import tokens
from accounts.tokens import hash_token
from mysocial.core.errors import Invalid, NotFound
from mysocial.core.ids import now
from mysocial.core.secret_keys import derive_key, derive_keys
from mysocial.store import Write, reads

PURPOSE = "captcha"
LIFETIME = timedelta(minutes=20)
MISSING = "Solve the challenge of `GET signup/challenge`."
UNSOLVED = "The challenge was not solved, has expired or was used before. Get another one."


def is_captcha_needed() -> bool:
    """Return whether a sign-up needs a solved challenge."""
    return bool(settings.SIGN_UP_CAPTCHA == "altcha")


def create_captcha_challenge() -> dict[str, Any]:
    """Return a challenge: find the number for which SHA-256 of salt and number is `challenge`.

    Raises:
        NotFound: A sign-up needs none.
    """
    if not is_captcha_needed():
        raise NotFound
    challenge = create_challenge(
        algorithm="SHA-256",
        max_number=settings.CAPTCHA_MAX_NUMBER,
        salt_length=12,
        hmac_key=derive_key(PURPOSE),
        salt="",
        number=None,
        expires=now() + LIFETIME,
        params=None,
    )
    return challenge.to_dict()


def use_captcha(w: Write, payload: str) -> None:
    """Use a solved challenge in the write of a sign-up, if one is needed.

    The write raises `AlreadyExists` if a concurrent sign-up used it.

    Raises:
        Invalid: It is missing, wrong, expired or used.
    """
    if not is_captcha_needed():
        return
    challenge = _verified_challenge(payload)
    pk = hash_token(challenge)
    if not challenge or reads.get_records(tokens, [pk]):
        raise Invalid(errors={"captcha": UNSOLVED if payload else MISSING})
    used = OneTimeToken(id=pk, purpose=PURPOSE, expires_at=now() + LIFETIME)
    w.create(used)


def _verified_challenge(payload: str) -> str:
    """Return the challenge that a payload solves, or an empty string."""
    try:
        parsed = Payload.from_base64(payload)
        is_solved = any(
            verify_solution(parsed, key, check_expires=True)[0] for key in derive_keys(PURPOSE)
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return ""  # It is no base64, JSON or payload.
    return str(parsed.challenge) if is_solved else ""
