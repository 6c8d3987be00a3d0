"""Changing the e-mail address: confirmed at the new address, revocable at the former one."""

from datetime import timedelta

from django.conf import settings

from accounts import selectors
from accounts.email_addresses import BLOCKED_EMAIL, is_blocked_email
from accounts.models import (
    CHANGE_EMAIL,
    EMAIL_CHANGED,
    REVOKE_EMAIL_CHANGE,
    VERIFY_EMAIL,
    Account,
    EmailReservation,
    confirmed_email,
)
from accounts.passwords import hash_password
from accounts.services.one_time_tokens import ValidToken, invalid_token, read_token
from accounts.services.passwords import require_password, require_strong, set_password
from accounts.store import email_reservation_id
from mysocial.core.errors import AlreadyExists, Conflict, Invalid, NotFound
from mysocial.core.ids import milliseconds, now
from mysocial.outbox import queue_email
from mysocial.security_log import Kind, record_event
from mysocial.store import STALE_ERRORS, Write, retry_on_conflict, write

TAKEN = "This address belongs to another account."


def request_email_change(*, user_id: str, email: str, password: str) -> str:
    """Keep a new address until its owner confirms it, and queue the e-mail to confirm it.

    The current address of the account cancels a change that was requested before. An address that
    belongs to another account is kept as well, so that nobody learns who has an account. It gets
    another e-mail (`ChangeEmail`), and cannot be confirmed.

    Returns:
        The id of the account.

    Raises:
        Invalid: The password is wrong, or addresses of the domain are not allowed.
    """
    account = require_password(user_id, password)
    is_canceled = email == account.email
    if not is_canceled and is_blocked_email(email):
        raise Invalid(errors={"email": BLOCKED_EMAIL})
    _store_pending_email(user_id, "" if is_canceled else email, verified_hash=account.password)
    return user_id


@retry_on_conflict
def _store_pending_email(user_id: str, email: str, *, verified_hash: str) -> None:
    account = selectors.get_account(user_id)
    if account.password != verified_hash:
        raise Conflict("Your password has been changed by another request.")
    with write(Conflict) as w:
        w.update(account, check_revision=True, pending_email=email)
        if email:
            record_event(w, Kind.EMAIL_CHANGE_REQUEST, account_id=user_id)
            queue_email(w, CHANGE_EMAIL, recipient=user_id)
        w.respond_with(user_id)


def request_verification(*, user_id: str) -> None:
    """Queue the e-mail with a link to confirm the member's address, or the new one, again."""
    is_change = bool(selectors.get_account(user_id).pending_email)
    with write() as w:
        queue_email(w, CHANGE_EMAIL if is_change else VERIFY_EMAIL, recipient=user_id)
        w.respond_with(None)


@retry_on_conflict
def verify_email(*, token: str) -> None:
    """Confirm the address of an account, or its new address, with a one-time token.

    Raises:
        Invalid: The token is unknown, used or expired.
        AlreadyExists: The new address belongs to another account by now.
    """
    valid = read_token(token, VERIFY_EMAIL, CHANGE_EMAIL)
    try:
        with write(Conflict) as w:
            w.delete(valid.record)
            if valid.record.purpose == CHANGE_EMAIL:
                _change_email(w, valid)
            else:
                w.update(valid.account, **confirmed_email())
                record_event(w, Kind.EMAIL_CONFIRMATION, account_id=valid.account.id)
            w.respond_with(None)
    except NotFound:
        raise invalid_token(valid.record.purpose) from None


def _change_email(w: Write, valid: ValidToken) -> None:
    """Give the account its new address, and announce it to the former one, in a write."""
    account, email = valid.account, valid.email
    if not _is_free(email, account.id):
        raise _taken()
    take_reserved_email(w, account.id, email)
    if account.email_verified:
        _reserve_former_email(w, account)
    w.update(account, check_revision=True, email=email, pending_email="", **confirmed_email())
    record_event(w, Kind.EMAIL_CHANGE, account_id=account.id)


def _reserve_former_email(w: Write, account: Account) -> None:
    """Reserve the address that an account gives up, and queue the e-mail to revoke the change."""
    expires_at = now() + timedelta(seconds=settings.EMAIL_REVOCATION_SECONDS)
    reservation = EmailReservation(
        id=email_reservation_id(account.email),
        user_id=account.id,
        email=account.email,
        expires_at=expires_at,
        email_reserved_until=str(milliseconds(expires_at)),
    )
    former = selectors.find_email_reservation(account.email)
    if former:  # It has expired: an account could have the address.
        w.delete(former, check_revision=True)
    w.create(reservation)
    if account.gets_email:
        queue_email(w, EMAIL_CHANGED, recipient=account.id, reservation_id=str(reservation.pk))


def take_reserved_email(w: Write, user_id: str, email: str) -> None:
    """Make a write fail with `AlreadyExists` if an address is reserved for another account.

    A reservation for the account itself is deleted.
    """
    reservation = selectors.find_email_reservation(email)
    if reservation and reservation.user_id == user_id:
        w.delete(reservation, check_revision=True)
    else:
        require_not_reserved(w, email)


def require_not_reserved(w: Write, email: str) -> None:
    """Make a write fail with `AlreadyExists` if an address is reserved for an account."""
    w.require_expired(EmailReservation, email_reservation_id(email), "email_reserved_until")


def revoke_email_change(*, token: str, password: str) -> None:
    """Restore a former address with the token that was sent to it, and set a new password.

    The person who changed the address knew the password, so all sessions end. Addresses that the
    account had after the restored one can no longer be restored.

    Raises:
        Invalid: The token is unknown, used or expired, or the password is too weak.
    """
    valid = read_token(token, REVOKE_EMAIL_CHANGE)
    require_strong(valid.account, password)
    _revoke_email_change(token, hash_password(password))


@retry_on_conflict
def _revoke_email_change(token: str, password_hash: str) -> None:
    valid = read_token(token, REVOKE_EMAIL_CHANGE)
    account, restored = valid.account, valid.reservation
    assert restored is not None  # noqa: S101 - `read_token` found it
    with write(*STALE_ERRORS) as w:
        w.delete(valid.record)
        for reservation in selectors.email_reservations(account.id):
            if reservation.created_at >= restored.created_at:
                w.delete(reservation, check_revision=True)
        record_event(w, Kind.EMAIL_CHANGE_REVOCATION, account_id=account.id)
        set_password(
            w,
            account,
            password_hash,
            ended=selectors.sessions_of(account.id),
            email=restored.email,
            pending_email="",
            **confirmed_email(),
        )


def is_pending_email_free(account: Account) -> bool:
    """Return whether an account may have the new address that it asked for."""
    return _is_free(account.pending_email, account.id)


def _is_free(email: str, user_id: str) -> bool:
    """Return whether an account may have an address."""
    owner_id = selectors.find_by_email(email)
    reservation = selectors.find_email_reservation(email)
    is_reserved = reservation and reservation.user_id != user_id and reservation.is_in_force
    return owner_id in {None, user_id} and not is_reserved


def _taken() -> AlreadyExists:
    return AlreadyExists(TAKEN, field="email")
