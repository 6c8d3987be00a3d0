"""How members prove who they are. Nothing here is shown to anybody else."""

from django.db import models

from mysocial.core.ids import now
from mysocial.outbox import OutboxItem
from mysocial.store import ID, Record

# The occasions of a mail (`accounts/emails.py`), the first two also the purposes of a token.
VERIFY_EMAIL, RESET_PASSWORD, PASSWORD_CHANGED = (
    "verify_email",
    "reset_password",
    "password_changed",
)
ACCOUNT_ERASED, EXPORT_READY = "account_erased", "export_ready"


class Account(Record):
    """A member's e-mail and password; the profile in `users` has the same id."""

    email = models.EmailField(max_length=254)  # lower case, unique
    email_verified = models.BooleanField(default=False)
    password = models.CharField(max_length=256, editable=False)
    # Written by every sign-in, so that one and a change of the password can't pass each other.
    last_sign_in_at = models.DateTimeField(null=True, default=None, editable=False)
    suspension_reason = models.CharField(
        max_length=500, default="", editable=False
    )  # why, in words

    class Meta(Record.Meta):
        db_table = "accounts"
        verbose_name = "account"
        verbose_name_plural = "accounts"

    def __str__(self) -> str:
        return self.email


class Session(Record):
    """One sign-in, on one device: a family of refresh tokens, of which only the newest is good.

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


class EndedSession(Record):
    """What is kept of a session that a suspension ended, so that its refresh token is told why."""

    user_id = models.CharField(**ID)
    salt = models.CharField(max_length=64)

    class Meta(Record.Meta):
        db_table = "ended_sessions"
        verbose_name = "ended session"
        verbose_name_plural = "ended sessions"


class OneTimeToken(Record):
    """Proof that a mail was received. Its id is the hash of the token; using it deletes it."""

    user_id = models.CharField(**ID)
    purpose = models.CharField(max_length=20)
    fingerprint = models.CharField(max_length=64)  # of what the token was made for, see tokens.py
    expires_at = models.DateTimeField()

    class Meta(Record.Meta):
        db_table = "one_time_tokens"
        verbose_name = "one-time token"
        verbose_name_plural = "one-time tokens"


class Export(OutboxItem):
    """What a member is given of everything that is stored of them; its id is the member's.

    It is made while it is queued, and then ready, or has failed.
    """

    file = models.CharField(max_length=40)  # chosen before it is made, at random
    requested_at = models.DateTimeField(default=now)
    ready_at = models.DateTimeField(null=True, default=None)
    expires_at = models.DateTimeField(null=True, default=None)
    size = models.IntegerField(null=True, default=None)  # bytes

    class Meta(OutboxItem.Meta):
        db_table = "exports"
        verbose_name = "data export"
        verbose_name_plural = "data exports"
