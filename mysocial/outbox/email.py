"""E-mail, queued in the same step as the write that causes it and sent by Celery.

Apps declare their e-mails as subclasses of `EmailTemplate`, in `<app>/emails.py` or `<app>/emails/`
(in MySocial, all are in `accounts/emails/`). A secret, such as
a reset token, is made when the message is sent, so that neither Redis nor a broker message holds
it.
"""

import logging
import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any, ClassVar
from urllib.parse import urlsplit

import css_inline
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string

from mysocial.core import keys
from mysocial.core.errors import Unavailable
from mysocial.core.ids import milliseconds, now
from mysocial.core.redis import available, client
from mysocial.core.wakeup_names import EMAILS
from mysocial.outbox.cascades import delete_records
from mysocial.outbox.email_days import claim_place
from mysocial.outbox.email_failures import describe_email_error, is_permanent
from mysocial.outbox.email_models import DROPPED, FAILED, HELD, SENT, Email, emails
from mysocial.outbox.email_reports import remember_message_id
from mysocial.outbox.items import process_due, report_given_up, report_postponed
from mysocial.store import Write, write

logger = logging.getLogger(__name__)
EMAIL_TEMPLATES: dict[str, "type[EmailTemplate]"] = {}
MAX_TRIES = 8


class EmailTemplate:
    """A kind of e-mail; subclasses choose the address and the context of the templates."""

    name: ClassVar[str] = ""
    subject: ClassVar[str] = ""  # a format string over the context: `{actor} follows you`
    is_limited: ClassVar[bool] = False  # whether `MAX_EMAILS_PER_DAY` counts and limits it

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.name:  # else it is a base class
            EMAIL_TEMPLATES[cls.name] = cls

    @classmethod
    def prepare(cls, mail: Email) -> tuple[str, dict[str, Any]] | None:
        """Return the address and the template context, or None if there is no recipient."""
        raise NotImplementedError

    @classmethod
    def summary(cls, mail: Email) -> list[str]:
        """Return the lines about this e-mail in a digest; none if it is no longer to be sent."""
        prepared = cls.prepare(mail)
        return [cls.subject.format_map(prepared[1])] if prepared else []

    @classmethod
    def daily_key(cls, mail: Email) -> str:
        """Return a key: one e-mail is sent per day with the same key. Empty for no limit."""
        return ""

    @classmethod
    def headers(cls, mail: Email) -> dict[str, str]:
        """Return additional headers, such as `List-Unsubscribe`."""
        return {}


def queue_email(
    w: Write,
    kind: str,
    *,
    recipient: str,
    due_at: datetime | None = None,
    wake: bool = True,
    **params: str,
) -> None:
    """Queue an e-mail within a write: it exists exactly if the write does.

    Args:
        w: The write.
        kind: The name of an `EmailTemplate`.
        recipient: An address, or the id of a member.
        due_at: When to send it; by default, now.
        wake: Whether to wake a worker. Without, it waits for the schedule, and the request sends
            no broker message.
        params: What the template needs to know.
    """
    mail = Email(kind=kind, recipient=recipient, params=params, due_at=due_at or now())
    w.create(mail, new_id=True)
    if wake:
        w.wake_workers(EMAILS)


def send_due(seconds: float = math.inf) -> int:
    """Send the e-mails that are due; return how many were sent. Safe to run concurrently.

    Raises:
        Unavailable: A server cannot be reached.
    """
    return process_due(emails, _send, seconds, give_up=_give_up)


def email_summary(mail: Email) -> list[str]:
    """Return the lines about an e-mail that was held back; none if it is no longer to be sent."""
    return EMAIL_TEMPLATES[mail.kind].summary(mail) if mail.status == HELD else []


def delete_emails(mail_ids: Iterable[str]) -> int:
    """Delete e-mails, sent or not; return how many there were."""
    return delete_records(emails, mail_ids)


def _send(claimed: Email) -> bool:
    try:
        status = deliver(claimed)
    except Unavailable:
        raise
    except Exception as error:  # noqa: BLE001 - a bad e-mail must not block the others
        _record_failure(claimed, error)
        return False
    if status in (SENT, DROPPED):
        with write() as w:
            w.update(claimed, status=status, sent_at=now(), failure="")
    return status == SENT


def _record_failure(claimed: Email, error: Exception) -> None:
    """Keep why an attempt failed; mark the e-mail as failed if it was the last one."""
    reason = describe_email_error(error)
    # Never the message of the error: that of a provider or a template may hold a token.
    logger.warning(
        "E-mail %s: try %s: %s: %s", claimed.id, claimed.tries, type(error).__name__, reason
    )
    is_last = is_permanent(error) or claimed.tries >= MAX_TRIES
    with write() as w:
        w.update(claimed, failure=reason, status=FAILED if is_last else claimed.status)
    if is_last:
        report_given_up(claimed, reason)
    else:
        report_postponed(claimed, reason)


def _give_up(claimed: Email) -> None:
    with write() as w:
        w.update(claimed, status=FAILED, failure="The workers that tried to send it died.")


def deliver(mail: Email) -> str:
    """Render an e-mail and hand it to the provider, unless it is no longer to be sent.

    Returns:
        Its new status: `SENT`, `DROPPED`, `HELD` for the digest of the day, or `QUEUED`.
    """
    template = EMAIL_TEMPLATES[mail.kind]
    prepared = template.prepare(mail)
    if prepared is None or not _claim_daily_email(mail, template.daily_key(mail)):
        return DROPPED
    status = claim_place(mail) if template.is_limited else SENT
    if status == SENT:
        _hand_over(mail, template, *prepared)
    return status


def _hand_over(
    mail: Email, template: type[EmailTemplate], address: str, context: dict[str, Any]
) -> None:
    subject = template.subject.format_map(context)
    context |= {"subject": subject, "site_url": settings.FRONTEND_URL}
    html = render_to_string(f"mail/{mail.kind}.html", context)
    message = EmailMultiAlternatives(
        subject,
        render_to_string(f"mail/{mail.kind}.txt", context),
        to=[address],
        headers={**email_headers(mail.id), **template.headers(mail)},
    )
    message.attach_alternative(css_inline.inline(html), "text/html")
    send_message(message)
    status = getattr(message, "anymail_status", None)  # of the backends of anymail
    remember_message_id(mail.id, getattr(status, "message_id", None))


def send_message(message: EmailMessage) -> None:
    """Send a message with the e-mail backend of the site."""
    connection = get_connection()
    try:
        connection.send_messages([message])
    finally:
        connection.close()  # Django leaves it open if STARTTLS or the sign-in failed.


def email_headers(email_id: str) -> dict[str, str]:
    """Return the headers of every e-mail.

    The Message-ID (RFC 5322) is the record's id, so that an e-mail sent twice after a crash counts
    as one. Programs do not answer e-mails with `Auto-Submitted` (RFC 3834).
    """
    _, _, domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")
    domain = domain or urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    return {"Message-ID": f"<{email_id}@{domain}>", "Auto-Submitted": "auto-generated"}


def _claim_daily_email(mail: Email, daily_key: str) -> bool:
    """Return whether this is the day's e-mail about `daily_key`, at the first and every later try.

    The key holds the id of the e-mail that came first, so if its sender dies the next one sends
    it. It has no TTL, so that it is not evicted; `delete_expired` deletes it.
    """
    if not daily_key:
        return True
    key = keys.email_sent(mail.kind, daily_key)
    with available():
        pipe = client().pipeline(transaction=True)
        pipe.set(key, mail.id, nx=True)
        pipe.zadd(keys.EXPIRING, {key: milliseconds(now() + timedelta(days=1))}, nx=True)
        pipe.get(key)
        owner = pipe.execute()[-1]
    return bool(owner == mail.id.encode())
