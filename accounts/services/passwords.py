"""Passwords, and the one-time tokens that are sent by e-mail."""

import hashlib
from datetime import timedelta

from django.conf import settings

from accounts import selectors
from accounts.email_addresses import normalize_sign_in_name
from accounts.models import (
    PASSWORD_CHANGED,
    RESET_PASSWORD,
    VERIFY_EMAIL,
    Account,
    OneTimeToken,
    Session,
)
from accounts.passwords import check_strength, hash_password, verify_password
from accounts.services.sessions import end_sessions_in_write
from accounts.store import tokens
from accounts.tokens import create_one_time_token, hash_token
from mysocial.core.errors import Conflict, Invalid, NotFound
from mysocial.core.ids import now
from mysocial.outbox import queue_email
from mysocial.security_log import Kind, count_event, record_event
from mysocial.store import Write, reads, retry_on_conflict, write
from users.selectors import get_user


def request_reset(*, email: str) -> None:
    """Queue the e-mail with a link to set a new password.

    Whether the address belongs to an account is looked up when the e-mail is sent, so neither the
    response nor its time discloses it.
    """
    with write() as w:
        queue_email(w, RESET_PASSWORD, recipient=normalize_sign_in_name(email))
        w.respond_with(None)


def request_verification(*, user_id: str) -> None:
    """Queue the e-mail with a link to confirm the member's address again."""
    with write() as w:
        queue_email(w, VERIFY_EMAIL, recipient=user_id)
        w.respond_with(None)


def create_token(account: Account, purpose: str) -> str:
    """Create a one-time token for an account and return it; only its hash is stored."""
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
        if purpose == RESET_PASSWORD:
            record_event(w, Kind.PASSWORD_RESET_REQUEST, account_id=account.id)
    return token


def find_token_owner(*, token: str, purpose: str) -> str:
    """Return the username of the account that a one-time token was made for.

    Raises:
        Invalid: The token is unknown, used or expired.
    """
    _, account = _read_token(token, purpose)
    return get_user(account.id).username


def reset_password(*, token: str, password: str) -> None:
    """Set a new password with a one-time token, and end all sessions.

    The token proves control of the mailbox, so the address is confirmed as well.

    Raises:
        Invalid: The token is unknown, used or expired, or the password is too weak.
    """
    _, account = _read_token(token, RESET_PASSWORD)
    _require_strong(account, password)
    _reset_password(token, hash_password(password))


@retry_on_conflict
def _reset_password(token: str, password_hash: str) -> None:
    record, account = _read_token(token, RESET_PASSWORD)
    with write(Conflict, NotFound) as w:
        w.delete(record)
        record_event(w, Kind.PASSWORD_RESET, account_id=account.id)
        ended = selectors.sessions_of(account.id)
        _set_password(w, account, password_hash, ended=ended, email_verified=True)


def verify_email(*, token: str) -> None:
    """Confirm the address of an account with a one-time token.

    Raises:
        Invalid: The token is unknown, used or expired.
    """
    record, account = _read_token(token, VERIFY_EMAIL)
    try:
        with write() as w:
            w.delete(record)
            w.update(account, email_verified=True)
            record_event(w, Kind.EMAIL_CONFIRMATION, account_id=account.id)
            w.respond_with(None)
    except NotFound:
        raise _invalid_token(VERIFY_EMAIL) from None


def change_password(*, user_id: str, session_id: str, current: str, new: str) -> None:
    """Change the member's own password, and end all sessions except `session_id`.

    Raises:
        Invalid: `current` is not the password, or `new` is too weak.
        Conflict: Another request has changed the password.
    """
    account = require_password(user_id, current, field="current_password")
    _require_strong(account, new, field="new_password")
    _change_password(
        user_id,
        session_id=session_id,
        verified_hash=account.password,
        new_hash=hash_password(new),
    )


def require_password(user_id: str, password: str, *, field: str = "password") -> Account:
    """Check the member's own password before an action that a session alone must not allow.

    Returns:
        The account, as it was when the password was verified.

    Raises:
        Invalid: The password is wrong; the error is that of `field`.
    """
    account = selectors.get_account(user_id)
    if not verify_password(password, account):
        count_event(Kind.PASSWORD_CHECK, account_id=user_id)
        raise Invalid(errors={field: "This is not your password."})
    return account


@retry_on_conflict
def _change_password(user_id: str, *, session_id: str, verified_hash: str, new_hash: str) -> None:
    """Set the new password if the stored hash is still the one that was verified."""
    account = selectors.get_account(user_id)
    if account.password != verified_hash:
        raise Conflict("Your password has been changed by another request.")
    others = [session for session in selectors.sessions_of(user_id) if session.id != session_id]
    with write(Conflict) as w:
        record_event(w, Kind.PASSWORD_CHANGE, account_id=user_id)
        _set_password(w, account, new_hash, ended=others)


def _require_strong(account: Account, password: str, *, field: str = "password") -> None:
    username = get_user(account.id).username
    check_strength(password, username=username, email=account.email, field=field)


def _set_password(
    w: Write, account: Account, password_hash: str, *, ended: list[Session], **changes: bool
) -> None:
    """Set a password in a write, and end sessions that were listed after `account` was read.

    `changes` are further changes of the account.
    """
    # Checked, because a concurrent sign-in with the old password would not be among `ended`. It
    # conflicts, because every sign-in writes the account.
    w.update(account, check_revision=True, password=password_hash, **changes)
    end_sessions_in_write(w, ended)
    changed_at = now().strftime("%d %B %Y, %H:%M UTC")
    queue_email(w, PASSWORD_CHANGED, recipient=account.id, at=changed_at)
    w.respond_with(None)


def _read_token(token: str, purpose: str) -> tuple[OneTimeToken, Account]:
    """Return the record of a valid one-time token and its account."""
    try:
        record = reads.get_record(tokens, hash_token(token))
        account = selectors.get_account(record.user_id)
    except NotFound:
        raise _invalid_token(purpose) from None
    is_current = record.purpose == purpose and record.expires_at >= now()
    if not is_current or record.fingerprint != _fingerprint(account, purpose):
        raise _invalid_token(purpose, account.id)
    return record, account


def _invalid_token(purpose: str, account_id: str = "") -> Invalid:
    kind = Kind.PASSWORD_RESET if purpose == RESET_PASSWORD else Kind.EMAIL_CONFIRMATION
    count_event(kind, account_id=account_id, detail="invalid token")
    return Invalid(
        "This link has expired or was already used.", errors={"token": "This is not valid."}
    )


def _fingerprint(account: Account, purpose: str) -> str:
    """Return a hash of what a token was made for: it becomes invalid when this changes."""
    subject = account.password if purpose == RESET_PASSWORD else account.email
    return hashlib.sha256(f"{purpose}\n{subject}".encode()).hexdigest()
