"""Stores of accounts, former addresses, sessions, one-time tokens and exports."""

import hashlib

from accounts.models import (
    Account,
    EmailReservation,
    EndedSession,
    Export,
    Invite,
    OneTimeToken,
    Session,
)
from mysocial.outbox import OUTBOX
from mysocial.store import DAY_SECONDS, Index, Store

# Names of fragments.
CONTACT = "contact"  # the contact details of an account
DETAILS = "details"  # of a session or an export, without secrets such as the salt

accounts = Store(
    Account,
    fragments={
        CONTACT: (
            *("email", "email_verified", "pending_email"),
            *("email_failure", "email_failed_at"),
        )
    },
    unique=("email",),
)
invites = Store(Invite, unique=("code_key",), expires_after=("expires_at", 30 * DAY_SECONDS))
email_reservations = Store(
    EmailReservation,
    plain_fields=("user_id", "email_reserved_until"),
    indexes=(Index("user", "user_id", parent_label="accounts.account"),),
    expires_after=("expires_at", 3600),
)
sessions = Store(
    Session,
    fragments={DETAILS: ("id", "created_at", "last_used_at", "user_agent", "address")},
    plain_fields=("user_id",),
    indexes=(Index("user", "user_id", max_entries=500, parent_label="accounts.account"),),
    expires_after=("last_used_at", 90 * 24 * 3600),
)
ended_sessions = Store(
    EndedSession,
    plain_fields=("user_id",),
    indexes=(Index("user", "user_id", parent_label="accounts.account"),),
    expires_after=("created_at", 90 * 24 * 3600),
)
tokens = Store(OneTimeToken, plain_fields=("user_id",), expires_after=("expires_at", 3600))
EXPORT_RETENTION_SECONDS = 7 * DAY_SECONDS  # how long the file of an export is kept
exports = Store(
    Export,
    fragments={DETAILS: ("requested_at", "ready_at", "expires_at", "size")},
    plain_fields=("status",),
    indexes=(OUTBOX,),
    expires_after=("due_at", EXPORT_RETENTION_SECONDS),
)


def email_reservation_id(email: str) -> str:
    """Return the id of the reservation of an address: an id must not contain the address."""
    return hashlib.sha256(email.encode()).hexdigest()


def normalize_invite_code(text: str) -> str:
    """Return the unique form of an invite code, however it was typed."""
    return "".join(character for character in text.upper() if character.isalnum())
