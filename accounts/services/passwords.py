"""Passwords, and what is proven by a mailed token."""

import hashlib
from datetime import timedelta

from django.conf import settings

from accounts import selectors
from accounts.models import (
    PASSWORD_CHANGED,
    RESET_PASSWORD,
    VERIFY_EMAIL,
    Account,
    OneTimeToken,
    Session,
)
from accounts.passwords import check_strength, hash_password, verify_password
from accounts.services.sessions import MAX_ATTEMPTS, end_sessions_in_write
from accounts.store import tokens
from accounts.tokens import create_one_time_token, hash_token
from mysocial.core.errors import Conflict, Invalid, NotFound
from mysocial.core.ids import now
from mysocial.outbox import queue_email
from mysocial.store import Write, reads, write
from users.selectors import get_user


def request_reset(*, email: str) -> None:
    """Queue a reset mail. Whether the address has an account is found out when it is sent."""
    with write() as w:
        queue_email(w, RESET_PASSWORD, recipient=email.lower())
        w.respond_with(None)


def request_verification(*, user_id: str) -> None:
    """Queue the mail that confirms the address, again."""
    with write() as w:
        queue_email(w, VERIFY_EMAIL, recipient=user_id)
        w.respond_with(None)


def create_token(account: Account, purpose: str) -> str:
    """Make a one-time token; only its hash is kept."""
    token = create_one_time_token()
    with write() as w:
        w.create(
            OneTimeToken(
                id=hash_token(token),
                user_id=account.id,
                purpose=purpose,
                fingerprint=_fingerprint(account, purpose),
                expires_at=now() + timedelta(seconds=settings.RESET_TOKEN_SECONDS),
            ),
            new_id=True,
        )
    return token


def reset_password(*, token: str, password: str) -> None:
    """Set a new password by a mailed token and end every session. `Invalid` for a used token."""
    proof, account = _redeem(token, RESET_PASSWORD)
    _check_new(account, password)
    encoded = hash_password(password)
    for _ in range(MAX_ATTEMPTS):
        try:
            with write() as w:
                w.delete(proof)
                _set_password(w, account, encoded, ended=selectors.sessions_of(account.id))
            return
        except (Conflict, NotFound):
            proof, account = _redeem(token, RESET_PASSWORD)
    raise Conflict


def verify_email(*, token: str) -> None:
    """Confirm an address by a mailed token. `Invalid` for a used token."""
    proof, account = _redeem(token, VERIFY_EMAIL)
    try:
        with write() as w:
            w.delete(proof)
            w.update(account, email_verified=True)
            w.respond_with(None)
    except NotFound:
        raise _used() from None


def change_password(*, user_id: str, session_id: str, current: str, new: str) -> None:
    """Change one's own password and end every other session."""
    account = selectors.get_account(user_id)
    if not verify_password(current, account):
        raise Invalid(errors={"current_password": "This is not your password."})
    _check_new(account, new, field="new_password")
    proven, encoded = account.password, hash_password(new)
    for _ in range(MAX_ATTEMPTS):
        if account.password != proven:
            raise Conflict("The password was changed meanwhile.")
        others = [one for one in selectors.sessions_of(user_id) if one.id != session_id]
        try:
            with write() as w:
                _set_password(w, account, encoded, ended=others)
            return
        except Conflict:
            account = selectors.get_account(user_id)
    raise Conflict


def _check_new(account: Account, password: str, *, field: str = "password") -> None:
    username = get_user(account.id).username
    check_strength(password, username=username, email=account.email, field=field)


def _set_password(w: Write, account: Account, encoded: str, *, ended: list[Session]) -> None:
    """Set the password that ends the sessions `ended`, which were listed after `account` was read.

    Strict: a sign-in with the password so far would not be among them, and writes the account.
    """
    w.update(account, check_revision=True, password=encoded)
    end_sessions_in_write(w, ended)
    queue_email(w, PASSWORD_CHANGED, recipient=account.id, at=now().strftime("%d %B %Y, %H:%M UTC"))
    w.respond_with(None)


def _redeem(token: str, purpose: str) -> tuple[OneTimeToken, Account]:
    try:
        proof = reads.get_record(tokens, hash_token(token))
        account = selectors.get_account(proof.user_id)
    except NotFound:
        raise _used() from None
    if proof.purpose != purpose or proof.expires_at < now():
        raise _used()
    if proof.fingerprint != _fingerprint(account, purpose):
        raise _used()
    return proof, account


def _used() -> Invalid:
    return Invalid("This link has expired or was used.", errors={"token": "It is not valid."})


def _fingerprint(account: Account, purpose: str) -> str:
    """Return what a token is good for: a reset dies with the password that it was asked for."""
    what = account.password if purpose == RESET_PASSWORD else account.email
    return hashlib.sha256(f"{purpose}\n{what}".encode()).hexdigest()
