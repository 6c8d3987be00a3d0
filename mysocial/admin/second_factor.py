"""The second factor of staff: time-based codes (TOTP, RFC 6238) and recovery codes.

The record is kept in the write-first store, not in Django's tables, because a code may be accepted
only once: the write that accepts it checks the revision of the record, so that of two concurrent
requests with the same code one fails.
"""

import base64
import hashlib
import hmac
import secrets
import time
from contextlib import AbstractContextManager
from typing import NamedTuple

import pyotp
from cryptography.fernet import InvalidToken, MultiFernet
from django.conf import settings
from django.contrib.auth.models import User as Staff
from django.db import models

from mysocial.admin.audit import staff_action
from mysocial.core.errors import AlreadyExists, Conflict, Invalid, NotFound, TooManyRequests
from mysocial.core.rate_limits import DAY, MINUTE, RateLimit, check_rate_limits, reset_rate_limits
from mysocial.core.request_context import Origin
from mysocial.core.secret_keys import cipher_for
from mysocial.security_log import Kind, Outcome, count_event, record_event
from mysocial.store import Record, Store, reads, write

ISSUER = "MySocial"
CODE_SECONDS = 30
RECOVERY_CODES = 10
RECOVERY_CODE_BYTES = 10  # 80 bits, 16 characters
# Guesses of a staff member who has entered the right password.
GUESSES = (RateLimit("staff-code", 5, 15 * MINUTE), RateLimit("staff-code-day", 20, DAY))
CHANNEL = "admin"


class SecondFactor(Record):
    """The second factor of a staff user; its id is that of the user."""

    secret = models.CharField(max_length=300, editable=False)  # encrypted with the secret key
    last_step = models.BigIntegerField(
        default=0, editable=False
    )  # the time step of the last accepted code
    recovery_hashes = models.CharField(max_length=1000, default="", editable=False)

    class Meta(Record.Meta):
        db_table = "second_factors"
        app_label = "mysocial"
        verbose_name = "second factor"
        verbose_name_plural = "second factors"


second_factors = Store(SecondFactor, queue="moderation")


class Enrollment(NamedTuple):
    """A second factor that is shown to a staff member, who has not confirmed it yet."""

    secret: str
    uri: str  # as authenticator apps read it from a QR code


def is_required(user: Staff) -> bool:
    """Return whether a staff user may sign in only with a second factor."""
    scope = settings.STAFF_SECOND_FACTOR
    return scope == "all" or (scope == "superusers" and user.is_superuser)


def find_second_factor(user: Staff) -> SecondFactor | None:
    """Return the second factor of a staff user, or None."""
    return reads.get_records(second_factors, [str(user.pk)]).get(str(user.pk))


def new_secret() -> str:
    """Return the secret of a new second factor, encrypted; 160 bits as RFC 4226 recommends."""
    return _cipher().encrypt(pyotp.random_base32().encode()).decode()


def describe_enrollment(user: Staff, encrypted_secret: str) -> Enrollment:
    """Return what an authenticator app needs."""
    totp = _totp(encrypted_secret)
    uri = totp.provisioning_uri(name=user.get_username(), issuer_name=ISSUER)
    return Enrollment(totp.secret, uri)


def enroll(user: Staff, encrypted_secret: str, code: str, origin: Origin) -> list[str]:
    """Store a second factor once its first code is right, and return the recovery codes.

    Raises:
        Invalid: The code is wrong, or the user has a second factor already.
        TooManyRequests: There were too many guesses.
    """
    _count_guess(user, origin)
    step = _find_step(encrypted_secret, code, after=0)
    if step is None:
        raise _wrong_code(user, origin)
    codes = [_new_recovery_code() for _ in range(RECOVERY_CODES)]
    factor = SecondFactor(
        id=str(user.pk),
        secret=encrypted_secret,
        last_step=step,
        recovery_hashes=" ".join(map(_hash_recovery_code, codes)),
    )
    try:
        with _as_action(user, "set up second factor"), write() as w:
            w.create(factor)
            record_event(
                w,
                Kind.STAFF_SECOND_FACTOR,
                staff=user.get_username(),
                detail="set up",
                origin=origin,
            )
    except AlreadyExists:
        raise Invalid("You have a second factor already.") from None
    _reset_guesses(user)
    return codes


def verify_code(user: Staff, code: str, origin: Origin) -> None:
    """Accept a code of the app or a recovery code; each is accepted once.

    Raises:
        Invalid: The code is wrong or was used before.
        TooManyRequests: There were too many guesses.
    """
    _count_guess(user, origin)
    factor = find_second_factor(user)
    if factor is None:
        raise _wrong_code(user, origin)
    changes, detail = _accept(factor, code)
    if not changes:
        raise _wrong_code(user, origin)
    try:
        with write() as w:
            # Checked, so that a concurrent request with the same code fails.
            w.update(factor, check_revision=True, **changes)
            record_event(
                w, Kind.STAFF_SECOND_FACTOR, staff=user.get_username(), detail=detail, origin=origin
            )
    except (Conflict, NotFound):
        raise _wrong_code(user, origin) from None
    _reset_guesses(user)


def replace_recovery_codes(user: Staff, code: str, origin: Origin) -> list[str]:
    """Verify a code and return new recovery codes, which replace all previous ones.

    Raises:
        Invalid: The code is wrong or was used before.
        TooManyRequests: There were too many guesses.
    """
    verify_code(user, code, origin)
    codes = [_new_recovery_code() for _ in range(RECOVERY_CODES)]
    factor = reads.get_record(second_factors, str(user.pk))
    with _as_action(user, "replace recovery codes"), write() as w:
        w.update(factor, recovery_hashes=" ".join(map(_hash_recovery_code, codes)))
    return codes


def remove_second_factor(user: Staff) -> bool:
    """Delete the second factor of a staff user and reset the limits; return whether it existed.

    The caller opens the staff action.
    """
    factor = find_second_factor(user)
    if factor is not None:
        with write() as w:
            w.delete(factor, missing_ok=True)
            detail = "removed by manage.py"
            record_event(w, Kind.STAFF_SECOND_FACTOR, staff=user.get_username(), detail=detail)
    _reset_guesses(user)
    return factor is not None


def count_recovery_codes(factor: SecondFactor) -> int:
    """Return how many recovery codes are left."""
    return len(factor.recovery_hashes.split())


# Codes -------------------------------------------------------------------------------------------


def _accept(factor: SecondFactor, code: str) -> tuple[dict[str, object], str]:
    """Return the changes that mark a code as used, and what it was; no changes if it is wrong."""
    given, hashes = _hash_recovery_code(code), factor.recovery_hashes.split()
    left = [known for known in hashes if not hmac.compare_digest(known, given)]
    if len(left) < len(hashes):  # first, because it is accepted with any SECRET_KEY
        return {"recovery_hashes": " ".join(left)}, f"recovery code, {len(left)} left"
    step = _find_step(factor.secret, code, after=factor.last_step)
    if step is None:
        return {}, ""
    secret = _cipher().rotate(factor.secret.encode()).decode()  # for the present SECRET_KEY
    return {"last_step": step, "secret": secret}, "code"


def _find_step(encrypted_secret: str, code: str, *, after: int) -> int | None:
    """Return the time step of a code, or None if it is wrong or not newer than `after`.

    The step before and the one after are accepted too, because clocks differ.
    """
    code = "".join(code.split())
    totp, current = _totp(encrypted_secret), int(time.time()) // CODE_SECONDS
    for step in (current - 1, current, current + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode("utf-8", "replace")):
            return step if step > after else None
    return None


def _new_recovery_code() -> str:
    text = base64.b32encode(secrets.token_bytes(RECOVERY_CODE_BYTES)).decode().lower()
    return "-".join(text[first : first + 4] for first in range(0, len(text), 4))


def _hash_recovery_code(code: str) -> str:
    """Return the hash of a recovery code; it needs no salt, because the code has 80 random bits."""
    plain = "".join(code.split()).replace("-", "").lower()
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()


def _totp(encrypted_secret: str) -> pyotp.TOTP:
    try:
        return pyotp.TOTP(_cipher().decrypt(encrypted_secret.encode()).decode())
    except InvalidToken:
        raise Invalid(
            "The second factor was set up with another SECRET_KEY. Run "
            "`manage.py reset_staff_2fa` and set it up again."
        ) from None


def _cipher() -> MultiFernet:
    return cipher_for("second factors")


# Guesses -----------------------------------------------------------------------------------------


def _count_guess(user: Staff, origin: Origin) -> None:
    try:
        check_rate_limits([limit.for_identity(str(user.pk)) for limit in GUESSES])
    except TooManyRequests:
        name = user.get_username()
        count_event(Kind.STAFF_SECOND_FACTOR, Outcome.LIMITED, staff=name, origin=origin)
        raise


def _reset_guesses(user: Staff) -> None:
    reset_rate_limits([limit.for_identity(str(user.pk)) for limit in GUESSES])


def _wrong_code(user: Staff, origin: Origin) -> Invalid:
    count_event(Kind.STAFF_SECOND_FACTOR, staff=user.get_username(), origin=origin)
    return Invalid("The code is wrong, or was used before.")


def _as_action(user: Staff, action: str) -> AbstractContextManager[None]:
    name = user.get_username()
    return staff_action(actor=name, channel=CHANNEL, action=action, target=f"auth.user:{user.pk}")
