"""One-time tokens, which prove control of the mailbox that they were sent to."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings

from accounts import selectors
from accounts.models import (
    CHANGE_EMAIL,
    RESET_PASSWORD,
    REVOKE_EMAIL_CHANGE,
    SIGN_IN_LINK,
    VERIFY_EMAIL,
    Account,
    EmailReservation,
    OneTimeToken,
)
from accounts.store import tokens
from accounts.tokens import create_one_time_token, hash_token
from mysocial.core.errors import Invalid, NotFound
from mysocial.core.ids import now
from mysocial.outbox import delete_records
from mysocial.security_log import Kind, count_event, record_event
from mysocial.store import reads, write
from users.selectors import get_user

INVALID_LINK = "This link has expired or was already used."
KINDS = {
    VERIFY_EMAIL: Kind.EMAIL_CONFIRMATION,
    CHANGE_EMAIL: Kind.EMAIL_CHANGE,
    REVOKE_EMAIL_CHANGE: Kind.EMAIL_CHANGE_REVOCATION,
    RESET_PASSWORD: Kind.PASSWORD_RESET,
    SIGN_IN_LINK: Kind.SIGN_IN,
}
# Recorded when the token of an e-mail that anybody can request is created.
REQUEST_KINDS = {
    RESET_PASSWORD: Kind.PASSWORD_RESET_REQUEST,
    SIGN_IN_LINK: Kind.SIGN_IN_LINK_REQUEST,
}


class ValidToken(NamedTuple):
    """A one-time token that can be used, and what it was made for."""

    record: OneTimeToken
    account: Account
    reservation: EmailReservation | None = None  # of a token that revokes a change of the address

    @property
    def email(self) -> str:
        """The address that the account will have when the token is used."""
        if self.reservation:
            return self.reservation.email
        is_change = self.record.purpose == CHANGE_EMAIL
        return self.account.pending_email if is_change else self.account.email


class TokenOwner(NamedTuple):
    """What the page of a one-time token shows."""

    username: str
    email: str
    purpose: str


def create_token(
    account: Account, purpose: str, *, reservation: EmailReservation | None = None
) -> str:
    """Create a one-time token for an account and return it; only its hash is stored.

    Args:
        account: The account.
        purpose: What the token is for.
        reservation: The former address of a token that revokes a change of the address.
    """
    token = create_one_time_token()
    with write() as w:
        w.create(
            OneTimeToken(
                id=hash_token(token),
                user_id=account.id,
                purpose=purpose,
                fingerprint=_fingerprint(account, purpose, reservation),
                expires_at=_expiry(purpose, reservation),
            ),
            new_id=True,
        )
        if purpose in REQUEST_KINDS:
            record_event(w, REQUEST_KINDS[purpose], account_id=account.id)
    return token


def find_token_owner(*, token: str, purposes: tuple[str, ...]) -> TokenOwner:
    """Return the owner of the account that a one-time token was made for.

    Raises:
        Invalid: The token is unknown, used or expired.
    """
    valid = read_token(token, *purposes)
    username = get_user(valid.account.id).username
    return TokenOwner(username, valid.email, valid.record.purpose)


def read_token(token: str, *purposes: str) -> ValidToken:
    """Return a one-time token for one of `purposes`.

    Raises:
        Invalid: The token is unknown, used or expired.
    """
    try:
        record = reads.get_record(tokens, hash_token(token))
        account = selectors.get_account(record.user_id)
    except NotFound:
        raise invalid_token(purposes[0]) from None
    if record.purpose not in purposes or record.expires_at < now():
        raise invalid_token(purposes[0], account.id)
    for reservation in _possible_reservations(record):
        if record.fingerprint == _fingerprint(account, record.purpose, reservation):
            return ValidToken(record, account, reservation)
    raise invalid_token(record.purpose, account.id)


def _possible_reservations(record: OneTimeToken) -> list[EmailReservation | None]:
    if record.purpose != REVOKE_EMAIL_CHANGE:
        return [None]
    return [*selectors.email_reservations(record.user_id)]


def invalid_token(purpose: str, account_id: str = "") -> Invalid:
    """Return the error for a token that cannot be used, and count it in the security log."""
    count_event(KINDS[purpose], account_id=account_id, detail="invalid token")
    return Invalid(INVALID_LINK, errors={"token": "This is not valid."})


def delete_tokens(token_ids: Iterable[str]) -> int:
    """Delete one-time tokens of erased members; return how many existed."""
    return delete_records(tokens, token_ids)


def _expiry(purpose: str, reservation: EmailReservation | None) -> datetime:
    if reservation:
        return reservation.expires_at
    is_sign_in = purpose == SIGN_IN_LINK
    seconds = settings.SIGN_IN_LINK_SECONDS if is_sign_in else settings.RESET_TOKEN_SECONDS
    return now() + timedelta(seconds=seconds)


def _fingerprint(account: Account, purpose: str, reservation: EmailReservation | None) -> str:
    """Return a hash of what a token was made for: it becomes invalid when this changes."""
    subject = {
        VERIFY_EMAIL: account.email,
        CHANGE_EMAIL: f"{account.email}\n{account.pending_email}",
        REVOKE_EMAIL_CHANGE: _reservation_subject(reservation),
        # The address too: a link that was sent to the former one must not set the password.
        RESET_PASSWORD: f"{account.password}\n{account.email}",
        # The last sign-in too: of several links, the first one that is used is the only one.
        SIGN_IN_LINK: f"{account.password}\n{account.email}\n{account.last_sign_in_at}",
    }[purpose]
    return hashlib.sha256(f"{purpose}\n{subject}".encode()).hexdigest()


def _reservation_subject(reservation: EmailReservation | None) -> str:
    return f"{reservation.pk}\n{reservation.email_reserved_until}" if reservation else ""
