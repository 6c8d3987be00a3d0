"""E-mails about activity: notifications, unread messages and the digest; each can be turned off."""

from collections import Counter
from typing import Any, ClassVar

from django.conf import settings

from accounts.emails.account_email import AccountEmail
from accounts.models import Account
from chat import services as chat
from mysocial.outbox import DIGEST, Email, email_summary, held_emails
from notifications.selectors import (
    ALL_TYPES,
    EmailContext,
    should_send_email,
    unsubscribe_token,
)
from notifications.services import EMAIL_KIND
from users.selectors import get_user, wants_notification

MAX_LISTED_SENDERS = 10
CHAT_KIND = "message"  # the type of notification that chat e-mails belong to
MAX_DIGEST_LINES = 50

HEADLINES = {
    "comment": "{actor} commented on your post",
    "reply": "{actor} replied to your comment",
    "reaction": "{actor} reacted to your post",
    "comment_reaction": "{actor} reacted to your comment",
    "follow": "{actor} started following you",
    "follow_request": "{actor} asked to follow you",
    "follow_accepted": "{actor} accepted your follow request",
    "message": "{actor} sent you a message",
    "mention": "{actor} mentioned you",
    "poll": "The poll of {actor} has ended",
    "report": "Your report was reviewed",
    "warning": "You received a warning from our moderators",
}
OWN_POLL = "Your poll has ended"


def unsubscribe_link(user_id: str, kind: str) -> str:
    """Return the link that turns off a member's e-mails of one type, or of all."""
    # The page, not the API route: mail programs post to it (RFC 8058), and people who open it see a
    # button.
    return f"{settings.PUBLIC_URL}/unsubscribe?token={unsubscribe_token(user_id, kind)}"


def unsubscribe_headers(user_id: str, kind: str) -> dict[str, str]:
    """Return the headers with which a mail program offers to unsubscribe (RFC 2369, RFC 8058)."""
    return {
        "List-Unsubscribe": f"<{unsubscribe_link(user_id, kind)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


class NotificationEmail(AccountEmail):
    """Sent for a notification, unless it was read, retracted or hidden in the meantime.

    At most one e-mail of each type is sent per day about the actions of one member on one post.
    """

    name: ClassVar[str] = EMAIL_KIND
    subject: ClassVar[str] = "{headline}"
    is_limited: ClassVar[bool] = True

    @classmethod
    def prepare(cls, email: Email) -> tuple[str, dict[str, Any]] | None:
        notification = EmailContext.from_email(email)
        return super().prepare(email) if should_send_email(notification) else None

    @classmethod
    def context(cls, account: Account, email: Email) -> dict[str, Any]:
        notification = EmailContext.from_email(email)
        actor = get_user(notification.actor_id).username
        is_own_poll = notification.kind == "poll" and notification.actor_id == account.id
        return {
            "headline": OWN_POLL
            if is_own_poll
            else HEADLINES[notification.kind].format(actor=actor),
            "unsubscribe": unsubscribe_link(account.id, notification.kind),
        }

    @classmethod
    def daily_key(cls, email: Email) -> str:
        notification = EmailContext.from_email(email)
        parts = (notification.recipient_id, notification.kind, notification.actor_id)
        return ":".join((*parts, notification.post_id))

    @classmethod
    def headers(cls, email: Email) -> dict[str, str]:
        notification = EmailContext.from_email(email)
        return unsubscribe_headers(notification.recipient_id, notification.kind)


class UnreadMessages(AccountEmail):
    """Sent when messages stay unread for a while: their number and senders, not their texts.

    One e-mail reports all conversations. It is dropped if another one has reported them, or if
    nothing is unread.
    """

    name: ClassVar[str] = "messages"
    subject: ClassVar[str] = "You have unread messages"
    is_limited: ClassVar[bool] = True

    @classmethod
    def account(cls, recipient: str) -> Account | None:
        account = super().account(recipient)
        if account is None or not wants_notification(get_user(recipient), CHAT_KIND, "email"):
            return None
        return account

    @classmethod
    def context(cls, account: Account, email: Email) -> dict[str, Any]:
        conversations = chat.claim_unread_conversations(
            user_id=account.id, email_id=email.id, **email.params
        )
        return {
            "conversations": conversations[:MAX_LISTED_SENDERS],
            "total": sum(conversation.unread for conversation in conversations),
            "more": max(len(conversations) - MAX_LISTED_SENDERS, 0),
            "unsubscribe": unsubscribe_link(account.id, CHAT_KIND),
        }

    @classmethod
    def prepare(cls, email: Email) -> tuple[str, dict[str, Any]] | None:
        prepared = super().prepare(email)
        return prepared if prepared and prepared[1]["conversations"] else None

    @classmethod
    def summary(cls, email: Email) -> list[str]:
        prepared = cls.prepare(email)
        conversations = prepared[1]["conversations"] if prepared else []
        return [f"{item.username}: {item.unread} unread" for item in conversations]

    @classmethod
    def headers(cls, email: Email) -> dict[str, str]:
        return unsubscribe_headers(email.recipient, CHAT_KIND)


class Digest(AccountEmail):
    """Sent at the end of a day that had more e-mails than the maximum: what was held back.

    It leaves out what was read, retracted, hidden or switched off in the meantime.
    """

    name: ClassVar[str] = DIGEST
    subject: ClassVar[str] = "What else happened on MySocial"

    @classmethod
    def context(cls, account: Account, email: Email) -> dict[str, Any]:
        counts = Counter(line for held in held_emails(email) for line in email_summary(held))
        lines = [line if n == 1 else f"{line} ({n} times)" for line, n in counts.items()]
        return {
            "lines": lines[:MAX_DIGEST_LINES],
            "has_more": email.params["has_more"] or len(lines) > MAX_DIGEST_LINES,
            "unsubscribe": unsubscribe_link(account.id, ALL_TYPES),
        }

    @classmethod
    def prepare(cls, email: Email) -> tuple[str, dict[str, Any]] | None:
        prepared = super().prepare(email)
        return prepared if prepared and prepared[1]["lines"] else None

    @classmethod
    def headers(cls, email: Email) -> dict[str, str]:
        return unsubscribe_headers(email.recipient, ALL_TYPES)
