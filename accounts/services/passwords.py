"""Changing and resetting a password."""

from typing import Any

from accounts import selectors
from accounts.email_addresses import normalize_sign_in_name
from accounts.models import (
    PASSWORD_CHANGED,
    RESET_PASSWORD,
    Account,
    Session,
    confirmed_email,
)
from accounts.passwords import check_strength, hash_password, verify_password
from accounts.services.one_time_tokens import read_token
from accounts.services.sessions import end_sessions_in_write
from mysocial.core.errors import Conflict, Invalid, NotFound
from mysocial.core.ids import now
from mysocial.outbox import queue_email
from mysocial.security_log import Kind, count_event, record_event
from mysocial.store import Write, retry_on_conflict, write
from users.selectors import get_user


def request_reset(*, email: str) -> None:
    """Queue the e-mail with a link to set a new password.

    Whether the address belongs to an account is looked up when the e-mail is sent, so neither the
    response nor its time discloses it.
    """
    with write() as w:
        queue_email(w, RESET_PASSWORD, recipient=normalize_sign_in_name(email))
        w.respond_with(None)


def reset_password(*, token: str, password: str) -> None:
    """Set a new password with a one-time token, and end all sessions.

    The token proves control of the mailbox, so the address is confirmed as well.

    Raises:
        Invalid: The token is unknown, used or expired, or the password is too weak.
    """
    account = read_token(token, RESET_PASSWORD).account
    require_strong(account, password)
    _reset_password(token, hash_password(password))


@retry_on_conflict
def _reset_password(token: str, password_hash: str) -> None:
    valid = read_token(token, RESET_PASSWORD)
    account = valid.account
    with write(Conflict, NotFound) as w:
        w.delete(valid.record)
        record_event(w, Kind.PASSWORD_RESET, account_id=account.id)
        ended = selectors.sessions_of(account.id)
        set_password(w, account, password_hash, ended=ended, **confirmed_email())


def change_password(*, user_id: str, session_id: str, current: str, new: str) -> None:
    """Change the member's own password, and end all sessions except `session_id`.

    Raises:
        Invalid: `current` is not the password, or `new` is too weak.
        Conflict: Another request has changed the password.
    """
    account = require_password(user_id, current, field="current_password")
    require_strong(account, new, field="new_password")
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
        set_password(w, account, new_hash, ended=others)


def require_strong(account: Account, password: str, *, field: str = "password") -> None:
    """Check that a password is strong enough for an account.

    Raises:
        Invalid: It is too weak; the error is that of `field`.
    """
    username = get_user(account.id).username
    check_strength(password, username=username, email=account.email, field=field)


def set_password(
    w: Write, account: Account, password_hash: str, *, ended: list[Session], **changes: Any
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
