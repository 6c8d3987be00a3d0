"""The mails of accounts. One-time tokens are made here, when the mail is sent."""

from typing import Any, ClassVar

from django.conf import settings

from accounts import selectors, services
from accounts.models import CHANGED, RESET, VERIFY
from mysocial.errors import NotFound
from mysocial.mail import Mail, MailKind
from users.selectors import get_user


class VerifyEmail(MailKind):
    """Sent after sign-up, and again on request."""

    name: ClassVar[str] = VERIFY
    subject: ClassVar[str] = "Confirm your e-mail address"

    @classmethod
    def prepare(cls, mail: Mail) -> tuple[str, dict[str, Any]] | None:
        try:
            account = selectors.get_account(mail.recipient)
        except NotFound:
            return None
        if account.email_verified:
            return None
        token = services.mint_token(account, VERIFY)
        link = f"{settings.PUBLIC_URL}/verify-email?token={token}"
        return account.email, {"username": get_user(account.id).username, "link": link}


class ResetPassword(MailKind):
    """Sent on request to an address that has an account; to others nothing is sent."""

    name: ClassVar[str] = RESET
    subject: ClassVar[str] = "Reset your password"

    @classmethod
    def prepare(cls, mail: Mail) -> tuple[str, dict[str, Any]] | None:
        account = selectors.find_account(mail.recipient)
        if account is None:
            return None
        token = services.mint_token(account, RESET)
        link = f"{settings.PUBLIC_URL}/reset-password?token={token}"
        return account.email, {"username": get_user(account.id).username, "link": link}


class PasswordChanged(MailKind):
    """Sent after every change of a password."""

    name: ClassVar[str] = CHANGED
    subject: ClassVar[str] = "Your password was changed"

    @classmethod
    def prepare(cls, mail: Mail) -> tuple[str, dict[str, Any]] | None:
        try:
            account = selectors.get_account(mail.recipient)
        except NotFound:
            return None
        words = {"username": get_user(account.id).username, **mail.params}
        return account.email, words
