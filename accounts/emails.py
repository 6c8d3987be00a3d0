"""The mails of accounts. One-time tokens are made here, when the mail is sent."""

from typing import Any, ClassVar

from django.conf import settings

from accounts import selectors, services
from accounts.models import (
    ACCOUNT_ERASED,
    EXPORT_READY,
    PASSWORD_CHANGED,
    RESET_PASSWORD,
    VERIFY_EMAIL,
    Account,
)
from chat import services as chat
from mysocial.core.errors import NotFound
from mysocial.outbox import Email, EmailTemplate
from notifications.selectors import EmailContext, should_send_email, unsubscribe_token
from notifications.services import EMAIL_KIND
from users.selectors import get_user, wants_notification

MAX_LISTED_SENDERS = 10

HEADLINES = {
    "comment": "{actor} commented on your post",
    "reaction": "{actor} reacted to your post",
    "follow": "{actor} follows you",
    "follow_request": "{actor} asks to follow you",
    "message": "{actor} wrote to you",
    "mention": "{actor} mentioned you",
    "report": "Your report was looked at",
    "warning": "A moderator has a word for you",
}


class AccountEmail(EmailTemplate):
    """A mail to a member; nothing is sent when there is no such account."""

    @classmethod
    def account(cls, recipient: str) -> Account | None:
        """Return whom a mail goes to, or None when it need not be sent."""
        try:
            return selectors.get_account(recipient)
        except NotFound:
            return None

    @classmethod
    def context(cls, account: Account, mail: Email) -> dict[str, Any]:
        """Return what the template says beside the member's name."""
        raise NotImplementedError

    @classmethod
    def prepare(cls, mail: Email) -> tuple[str, dict[str, Any]] | None:
        account = cls.account(mail.recipient)
        if account is None:
            return None
        context = cls.context(account, mail)
        return account.email, {"username": get_user(account.id).username, **context}


def token_link(page: str, account: Account, purpose: str) -> dict[str, Any]:
    """Return a link to a page with a one-time token of this purpose."""
    token = services.create_token(account, purpose)
    return {"link": f"{settings.PUBLIC_URL}/{page}?token={token}"}


class VerifyEmail(AccountEmail):
    """Sent after sign-up, and again on request."""

    name: ClassVar[str] = VERIFY_EMAIL
    subject: ClassVar[str] = "Confirm your e-mail address"

    @classmethod
    def account(cls, recipient: str) -> Account | None:
        account = super().account(recipient)
        return None if account is None or account.email_verified else account

    @classmethod
    def context(cls, account: Account, mail: Email) -> dict[str, Any]:
        return token_link("verify-email", account, VERIFY_EMAIL)


class ResetPassword(AccountEmail):
    """Sent on request to an address that has an account; to others nothing is sent."""

    name: ClassVar[str] = RESET_PASSWORD
    subject: ClassVar[str] = "Reset your password"

    @classmethod
    def account(cls, recipient: str) -> Account | None:
        return selectors.find_account(recipient)  # the recipient is an address here

    @classmethod
    def context(cls, account: Account, mail: Email) -> dict[str, Any]:
        return token_link("reset-password", account, RESET_PASSWORD)


class AccountErased(EmailTemplate):
    """Sent when an account was erased; its recipient is an address, there is no member any more."""

    name: ClassVar[str] = ACCOUNT_ERASED
    subject: ClassVar[str] = "Your account was erased"

    @classmethod
    def prepare(cls, mail: Email) -> tuple[str, dict[str, Any]] | None:
        return mail.recipient, dict(mail.params)


class PasswordChanged(AccountEmail):
    """Sent after every change of a password."""

    name: ClassVar[str] = PASSWORD_CHANGED
    subject: ClassVar[str] = "Your password was changed"

    @classmethod
    def context(cls, account: Account, mail: Email) -> dict[str, Any]:
        return dict(mail.params)


class ExportReady(AccountEmail):
    """Sent when an export is there to be fetched."""

    name: ClassVar[str] = EXPORT_READY
    subject: ClassVar[str] = "Your export is ready"

    @classmethod
    def context(cls, account: Account, mail: Email) -> dict[str, Any]:
        return dict(mail.params)


class NotificationEmail(AccountEmail):
    """Sent for what a member is told of, unless it was read, taken back or hidden meanwhile.

    Of what one member does on one post a day has one mail of each kind at most, however often it
    is done and undone.
    """

    name: ClassVar[str] = EMAIL_KIND
    subject: ClassVar[str] = "{headline}"

    @classmethod
    def prepare(cls, mail: Email) -> tuple[str, dict[str, Any]] | None:
        return super().prepare(mail) if should_send_email(EmailContext.from_email(mail)) else None

    @classmethod
    def context(cls, account: Account, mail: Email) -> dict[str, Any]:
        occasion = EmailContext.from_email(mail)
        actor = get_user(occasion.actor_id).username
        return {
            "headline": HEADLINES[occasion.kind].format(actor=actor),
            "unsubscribe": cls._link(occasion),
        }

    @classmethod
    def dedup_key(cls, mail: Email) -> str:
        occasion = EmailContext.from_email(mail)
        return f"{occasion.recipient_id}:{occasion.kind}:{occasion.actor_id}:{occasion.post_id}"

    @classmethod
    def headers(cls, mail: Email) -> dict[str, str]:
        return {
            "List-Unsubscribe": f"<{cls._link(EmailContext.from_email(mail))}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }

    @staticmethod
    def _link(occasion: EmailContext) -> str:
        # The page, not the route of the API: programs that know RFC 8058 post to it, people who
        # open it find a button.
        token = unsubscribe_token(occasion.recipient_id, occasion.kind)
        return f"{settings.PUBLIC_URL}/unsubscribe?token={token}"


class UnreadMessages(AccountEmail):
    """Sent when messages were left unread for a while: how many and from whom, never what they say.

    One tells of all conversations; nothing is sent when another did, or nothing is unread.
    """

    name: ClassVar[str] = "messages"
    subject: ClassVar[str] = "You have unread messages"

    @classmethod
    def account(cls, recipient: str) -> Account | None:
        account = super().account(recipient)
        return (
            account
            if account and wants_notification(get_user(recipient), "message", "email")
            else None
        )

    @classmethod
    def context(cls, account: Account, mail: Email) -> dict[str, Any]:
        told = chat.claim_unread_conversations(user_id=account.id, email_id=mail.id, **mail.params)
        total, more = sum(one.unread for one in told), len(told) - MAX_LISTED_SENDERS
        return {"people": told[:MAX_LISTED_SENDERS], "total": total, "more": max(more, 0)}

    @classmethod
    def prepare(cls, mail: Email) -> tuple[str, dict[str, Any]] | None:
        prepared = super().prepare(mail)
        return prepared if prepared and prepared[1]["people"] else None
