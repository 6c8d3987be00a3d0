"""What a good password is, and whether one is right."""

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.models import Account
from mysocial.core.errors import Invalid, Unavailable

# Of the threads of a process so many may be busy with passwords, each for a tenth of a second of
# CPU: the others go on answering whatever else is asked. Who waits longer than this is sent away.
MAX_CONCURRENT_HASHES, MAX_WAIT_SECONDS = 4, 3.0
_hash_slots = BoundedSemaphore(MAX_CONCURRENT_HASHES)


class _PasswordOwner:
    """What Django's validators compare a password with, and how they name its fields."""

    _meta = Account._meta  # noqa: SLF001 - Django's documented _meta API

    def __init__(self, username: str, email: str) -> None:
        self.username, self.email = username, email
        self.first_name = self.last_name = ""


def find_weaknesses(password: str, *, username: str = "", email: str = "") -> str:
    """Return every reason why the password is too weak, empty when there is none."""
    try:
        validate_password(password, user=_PasswordOwner(username, email))  # type: ignore[arg-type]
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def check_strength(
    password: str, *, username: str = "", email: str = "", field: str = "password"
) -> None:
    """Raise `Invalid` with every reason why the password is too weak."""
    weaknesses = find_weaknesses(password, username=username, email=email)
    if weaknesses:
        raise Invalid(errors={field: weaknesses})


def verify_password(password: str, account: Account | None) -> bool:
    """Tell whether the password is the account's, in the same time when there is no account.

    `Unavailable` when too many want to know.
    """
    with _hash_slot():
        encoded = account.password if account else _dummy_hash()
        return check_password(password, encoded) and account is not None


def hash_password(password: str) -> str:
    """Return the hash under which a password is kept; `Unavailable` when too many want theirs."""
    with _hash_slot():
        return make_password(password)


@contextmanager
def _hash_slot() -> Iterator[None]:
    if not _hash_slots.acquire(timeout=MAX_WAIT_SECONDS):
        raise Unavailable("Too many passwords are being checked right now. Try again.")
    try:
        yield
    finally:
        _hash_slots.release()


@functools.cache
def _dummy_hash() -> str:
    return make_password("nobody's password")
