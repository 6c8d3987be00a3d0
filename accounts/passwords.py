"""Password strength, hashing and verification."""

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from django.contrib.auth.hashers import check_password, get_hasher, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.models import Account
from mysocial.core.errors import Invalid, Unavailable
from mysocial.core.text import normalize_password

# How many threads of a process may hash passwords at once, each for about 0.1 s of CPU time, so
# that the others keep serving requests; and how long a request waits for its turn.
MAX_CONCURRENT_HASHES, MAX_WAIT_SECONDS = 4, 3.0
_hash_slots = BoundedSemaphore(MAX_CONCURRENT_HASHES)


class _PasswordOwner:
    """The user object that Django's validators compare a password with."""

    _meta = Account._meta  # noqa: SLF001 - Django's documented _meta API

    def __init__(self, username: str, email: str) -> None:
        self.username, self.email = username, email
        self.first_name = self.last_name = ""


def find_weaknesses(password: str, *, username: str = "", email: str = "") -> str:
    """Return all reasons why the password is too weak, or an empty string."""
    try:
        validate_password(normalize_password(password), user=_PasswordOwner(username, email))  # type: ignore[arg-type]
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def check_strength(
    password: str, *, username: str = "", email: str = "", field: str = "password"
) -> None:
    """Check that a password is strong enough.

    Raises:
        Invalid: It is too weak; the error of `field` lists all reasons.
    """
    weaknesses = find_weaknesses(password, username=username, email=email)
    if weaknesses:
        raise Invalid(errors={field: weaknesses})


def verify_password(password: str, account: Account | None) -> bool:
    """Return whether this is the account's password; it takes as long if there is no account.

    Raises:
        Unavailable: Too many passwords are being hashed.
    """
    with _hash_slot():
        encoded = account.password if account else _dummy_hash(get_hasher().algorithm)
        return check_password(password, encoded) and account is not None


def find_better_hash(password: str, account: Account) -> str:
    """Return the hash to store instead of an account's, whose password was just verified.

    Empty if the stored hash is of the normalized password, as all new ones are.

    Raises:
        Unavailable: Too many passwords are being hashed.
    """
    normalized = normalize_password(password)
    if normalized == password:
        return ""
    with _hash_slot():
        is_current = check_password(normalized, account.password)
        return "" if is_current else make_password(normalized)


def hash_password(password: str) -> str:
    """Return the hash of a password, to be stored.

    Raises:
        Unavailable: Too many passwords are being hashed.
    """
    with _hash_slot():
        return make_password(normalize_password(password))


@contextmanager
def _hash_slot() -> Iterator[None]:
    if not _hash_slots.acquire(timeout=MAX_WAIT_SECONDS):
        raise Unavailable("Too many people are signing in right now. Try again.")
    try:
        yield
    finally:
        _hash_slots.release()


@functools.cache
def _dummy_hash(algorithm: str) -> str:
    return make_password("nobody's password", hasher=algorithm)
