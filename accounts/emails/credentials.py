"""E-mails about the account itself: addresses, passwords, sign-ins, exports and the erasure."""

from typing import Any, ClassVar

from django.conf import settings

from accounts import selectors, services
from accounts.emails.account_email import AccountEmail, find_account
from accounts.models import (
    ACCOUNT_APPROVED,
    ACCOUNT_ERASED,
    CHANGE_EMAIL,
    EMAIL_CHANGED,
    EXPORT_READY,
    NEW_NETWORK,
    PASSWORD_CHANGED,
    RESET_PASSWORD,
    REVOKE_EMAIL_CHANGE,
    SIGN_IN_LINK,
    VERIFY_EMAIL,
    Account,
    EmailReservation,
)
from mysocial.core.errors import NotFound
from mysocial.outbox import Email, EmailTemplate
from users.selectors import get_user


def token_link(
    page: str, account: Account, purpose: str, *, reservation: EmailReservation | None = None
) -> dict[str, Any]:
    """Create a one-time token and return a context with a `link` that contains it."""
    token = services.create_token(account, purpose, reservation=reservation)
    return {"link": f"{settings.FRONTEND_URL}/{page}?token={token}"}


class VerifyEmail(AccountEmail):
    """Sent after sign-up and on request, until the address is confirmed, or confirmed again."""

    name: ClassVar[str] = VERIFY_EMAIL
    subject: ClassVar[str] = "Confirm your e-mail address"

    @classmethod
    def account(cls, recipient: str) -> Account | None:
        account = find_account(recipient)
        if account is None or account.gets_email:
            return None
        return account if account.gets_requested_email else None

    @classmethod
    def context(cls, account: Account, email: Email) -> dict[str, Any]:
        return token_link("verify-email", account, VERIFY_EMAIL)


class ChangeEmail(AccountEmail):
    """Sent to the new address of an account, until it is confirmed or another one is chosen.

    If the address belongs to another account, the e-mail says so to its owner, and has no link. The
    member who asked for the change learns nothing.
    """

    name: ClassVar[str] = CHANGE_EMAIL
    subject: ClassVar[str] = "{title}"

    @classmethod
    def prepare(cls, email: Email) -> tuple[str, dict[str, Any]] | None:
        account = find_account(email.recipient)
        if account is None or not account.pending_email:
            return None
        context: dict[str, Any] = {"username": get_user(account.id).username}
        if not services.is_pending_email_free(account):
            owner = selectors.find_account(account.pending_email)
            if owner and not owner.gets_email:
                return None
            context["title"] = "Somebody entered your e-mail address"
            return account.pending_email, context
        context["title"] = "Confirm your new e-mail address"
        link = token_link("verify-email", account, CHANGE_EMAIL)
        return account.pending_email, {**context, **link}


class EmailChanged(AccountEmail):
    """Sent to the former address of an account, if it was confirmed, to revoke the change."""

    name: ClassVar[str] = EMAIL_CHANGED
    subject: ClassVar[str] = "Your e-mail address was changed"

    @classmethod
    def prepare(cls, email: Email) -> tuple[str, dict[str, Any]] | None:
        account = find_account(email.recipient)
        if account is None:
            return None
        try:
            reservation = selectors.get_email_reservation(email.params["reservation_id"])
        except NotFound:
            return None  # The change was revoked, or the address belongs to the account again.
        link = token_link(
            "revoke-email-change", account, REVOKE_EMAIL_CHANGE, reservation=reservation
        )
        context = {
            "username": get_user(account.id).username,
            "at": f"{reservation.created_at:%d %B %Y, %H:%M} UTC",
            "until": f"{reservation.expires_at:%d %B %Y}",
        }
        return reservation.email, {**context, **link}


class ResetPassword(AccountEmail):
    """Sent on request, if the address belongs to an account, confirmed or not."""

    name: ClassVar[str] = RESET_PASSWORD
    subject: ClassVar[str] = "Reset your password"

    @classmethod
    def account(cls, recipient: str) -> Account | None:
        account = selectors.find_account(recipient)  # The recipient is an address here.
        return account if account and account.gets_requested_email else None

    @classmethod
    def context(cls, account: Account, email: Email) -> dict[str, Any]:
        return token_link("reset-password", account, RESET_PASSWORD)


class SignInLink(AccountEmail):
    """Sent on request, if the address is the confirmed one of an account.

    Another member may have signed up with an address that nobody has confirmed, and would share the
    account.
    """

    name: ClassVar[str] = SIGN_IN_LINK
    subject: ClassVar[str] = "Your link to sign in"

    @classmethod
    def account(cls, recipient: str) -> Account | None:
        if not settings.SIGN_IN_LINKS:
            return None
        account = selectors.find_account(recipient)  # The recipient is an address here.
        return account if account and account.email_verified else None

    @classmethod
    def context(cls, account: Account, email: Email) -> dict[str, Any]:
        return token_link("sign-in-link", account, SIGN_IN_LINK)


class AccountErased(EmailTemplate):
    """Sent after an erasure, to the address, because the account no longer exists.

    It is queued only for a confirmed address.
    """

    name: ClassVar[str] = ACCOUNT_ERASED
    subject: ClassVar[str] = "Your account was erased"

    @classmethod
    def prepare(cls, email: Email) -> tuple[str, dict[str, Any]] | None:
        return email.recipient, dict(email.params)


class AccountApproved(AccountEmail):
    """Sent when staff approve a sign-up."""

    name: ClassVar[str] = ACCOUNT_APPROVED
    subject: ClassVar[str] = "Your sign-up was approved"


class PasswordChanged(AccountEmail):
    """Sent after every change of a password."""

    name: ClassVar[str] = PASSWORD_CHANGED
    subject: ClassVar[str] = "Your password was changed"


class NewNetwork(AccountEmail):
    """Sent after a sign-in from a network that is new to the account, to confirmed addresses."""

    name: ClassVar[str] = NEW_NETWORK
    subject: ClassVar[str] = "New sign-in to your account"


class ExportReady(AccountEmail):
    """Sent when a data export is ready to download."""

    name: ClassVar[str] = EXPORT_READY
    subject: ClassVar[str] = "Your export is ready"
