"""Models of accounts: credentials, sessions, one-time tokens and exports; all private."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models

from mysocial.core.ids import now
from mysocial.outbox import OutboxItem
from mysocial.store import ID, Record

# Names of e-mail templates (`accounts/emails.py`); these are also purposes of tokens.
VERIFY_EMAIL, RESET_PASSWORD, CHANGE_EMAIL = "verify_email", "reset_password", "change_email"
REVOKE_EMAIL_CHANGE = "revoke_email_change"  # the purpose of a token
SIGN_IN_LINK = "sign_in_link"
PASSWORD_CHANGED, EMAIL_CHANGED = "password_changed", "email_changed"
ACCOUNT_ERASED, EXPORT_READY, NEW_NETWORK = "account_erased", "export_ready", "new_network"
ACCOUNT_APPROVED = "account_approved"


class EmailFailure(models.TextChoices):
    """Why an address gets no e-mail any more."""

    BOUNCE = "bounce", "The mailbox does not exist or refuses e-mail"
    COMPLAINT = "complaint", "The recipient reported an e-mail as spam"


class Account(Record):
    """A member's e-mail address and password; the profile in `users` has the same id."""

    email = models.EmailField(max_length=254)  # normalized, unique
    email_verified = models.BooleanField(default=False)
    email_confirmed_at = models.DateTimeField(null=True, default=None, editable=False)
    # What the e-mail provider reported since; until the address is confirmed again or changed.
    email_failure = models.CharField(
        max_length=9, choices=EmailFailure.choices, default="", blank=True, editable=False
    )
    email_failed_at = models.DateTimeField(null=True, default=None, editable=False)
    # The new address, until it is confirmed. It is not unique.
    pending_email = models.EmailField(max_length=254, default="", blank=True)
    password = models.CharField(max_length=256, editable=False)
    # Written by every sign-in, so that it conflicts with a concurrent change of the password.
    last_sign_in_at = models.DateTimeField(null=True, default=None, editable=False)
    # The networks of the last sign-ins, separated by blanks, the newest first.
    known_networks = models.CharField(max_length=1000, default="", editable=False)
    # In sites that approve sign-ups: the account is suspended until staff approve it.
    awaits_approval = models.BooleanField(default=False)
    invite_id = models.CharField(**ID, default="", editable=False)  # that the sign-up used
    # Shown to the member while the account is suspended.
    suspension_reason = models.CharField(max_length=500, default="", editable=False)

    class Meta(Record.Meta):
        db_table = "accounts"
        verbose_name = "account"
        verbose_name_plural = "accounts"
        permissions = (("approve_account", "Can approve sign-ups"),)

    def __str__(self) -> str:
        return self.email

    @property
    def gets_email(self) -> bool:
        """Whether e-mail that the member did not just ask for is sent to the address."""
        return self.email_verified and not self.email_failure

    @property
    def gets_requested_email(self) -> bool:
        """Whether e-mail is sent that somebody asks for with the address.

        If an e-mail to an address that nobody has confirmed was reported as spam, the account
        belongs to somebody else.
        """
        return self.email_verified or self.email_failure != EmailFailure.COMPLAINT


def confirmed_email() -> dict[str, Any]:
    """Return the changes to an account whose address has been confirmed."""
    return {
        "email_verified": True,
        "email_confirmed_at": now(),
        "email_failure": "",
        "email_failed_at": None,
    }


class Invite(Record):
    """An invite code, with which a number of people can sign up until it expires."""

    code = models.CharField(max_length=20, editable=False)  # as it is shown
    code_key = models.CharField(max_length=20, editable=False)  # without dashes, unique
    max_uses = models.PositiveIntegerField(default=1)
    uses = models.PositiveIntegerField(default=0, editable=False)
    expires_at = models.DateTimeField()
    note = models.CharField(max_length=200, default="", blank=True)  # for staff

    class Meta(Record.Meta):
        db_table = "invites"
        verbose_name = "invite code"
        verbose_name_plural = "invite codes"

    def __str__(self) -> str:
        return self.code


class EmailReservation(Record):
    """The former address of an account: until a time, only this account may have it again.

    Its id is a hash of the address. The former address can revoke the change until then.
    """

    user_id = models.CharField(**ID)
    email = models.EmailField(max_length=254)
    expires_at = models.DateTimeField()
    # The same in milliseconds since 1970; Lua scripts compare it with the clock of Redis.
    email_reserved_until = models.CharField(max_length=15)

    class Meta(Record.Meta):
        db_table = "email_reservations"
        verbose_name = "former e-mail address"
        verbose_name_plural = "former e-mail addresses"

    @property
    def is_in_force(self) -> bool:
        """Whether the address is still reserved."""
        return self.expires_at > now()


class Session(Record):
    """One sign-in on one device, with a sequence of refresh tokens; only the newest is valid.

    Tokens are derived from the salt and the generation, so none is stored.
    """

    user_id = models.CharField(**ID)
    salt = models.CharField(max_length=64)
    generation = models.IntegerField(default=1)
    rotated_at = models.DateTimeField(default=now)
    last_used_at = models.DateTimeField(default=now)
    user_agent = models.CharField(max_length=200, default="", blank=True)
    address = models.CharField(max_length=45, default="", blank=True)

    class Meta(Record.Meta):
        db_table = "sessions"
        verbose_name = "session"
        verbose_name_plural = "sessions"

    @property
    def max_ends_at(self) -> datetime:
        """When the session ends, however often it is refreshed."""
        return self.created_at + timedelta(days=settings.SESSION_MAX_DAYS)

    @property
    def ends_at(self) -> datetime:
        """When the session ends unless it is refreshed."""
        unused_until = self.last_used_at + timedelta(seconds=settings.REFRESH_TOKEN_SECONDS)
        return min(unused_until, self.max_ends_at)


class EndedSession(Record):
    """A session that a suspension ended, kept to explain this when its token is refreshed."""

    user_id = models.CharField(**ID)
    salt = models.CharField(max_length=64)

    class Meta(Record.Meta):
        db_table = "ended_sessions"
        verbose_name = "ended session"
        verbose_name_plural = "ended sessions"


class OneTimeToken(Record):
    """A token that was sent by e-mail; its id is the hash of the token. Using it deletes it."""

    user_id = models.CharField(**ID)
    purpose = models.CharField(max_length=20)
    # A hash of what the token was made for, such as the password and the address at the time; the
    # token is void when that changes.
    fingerprint = models.CharField(max_length=64)
    expires_at = models.DateTimeField()

    class Meta(Record.Meta):
        db_table = "one_time_tokens"
        verbose_name = "one-time token"
        verbose_name_plural = "one-time tokens"


class Export(OutboxItem):
    """An export of a member's data; its id is the member's.

    A worker creates it while its status is "queued"; then it is "ready" or "failed".
    """

    file = models.CharField(max_length=40)  # a random name, chosen before the file is created
    requested_at = models.DateTimeField(default=now)
    ready_at = models.DateTimeField(null=True, default=None)
    expires_at = models.DateTimeField(null=True, default=None)
    size = models.IntegerField(null=True, default=None)  # bytes

    class Meta(OutboxItem.Meta):
        db_table = "exports"
        verbose_name = "data export"
        verbose_name_plural = "data exports"
