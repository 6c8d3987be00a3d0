"""Mail: queued in the same step as the write that causes it, sent by Celery, never lost.

A domain declares its occasions as `MailKind` subclasses in `<app>/mails.py`. What must stay secret
(a reset token) is made when the mail is sent, so that neither Redis nor a message ever holds it.
"""

import logging
import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, ClassVar

import css_inline
from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import models
from django.template.loader import render_to_string

from mysocial.core.errors import Unavailable
from mysocial.core.ids import milliseconds, now
from mysocial.core.redis import available, client
from mysocial.outbox.cascades import delete_records
from mysocial.outbox.items import OUTBOX, OutboxItem, process_due, run_time_slice, with_lease
from mysocial.persistence.backoff import skip_if_unavailable
from mysocial.store import Store, Write, write
from mysocial.store.wakeups import EMAILS, SEND_EMAILS

logger = logging.getLogger(__name__)
EMAIL_TEMPLATES: dict[str, "type[EmailTemplate]"] = {}
MAX_TRIES = 8
LEASE_SECONDS = 10.0
KEPT_SECONDS = 30 * 24 * 3600


class Email(OutboxItem):
    """One mail: queued, then sent, or given up after `MOST_TRIES`."""

    kind = models.CharField(max_length=40)
    recipient = models.CharField(max_length=254)  # an address, or the id of a member
    params = models.JSONField(default=dict)
    sent_at = models.DateTimeField(null=True, default=None)

    class Meta(OutboxItem.Meta):
        db_table = "emails"
        app_label = "mysocial"
        verbose_name = "email"
        verbose_name_plural = "emails"


emails = Store(
    Email,
    plain_fields=("status",),
    queue="email",
    indexes=(OUTBOX,),
    expires_after=("due_at", KEPT_SECONDS),
)


class EmailTemplate:
    """An occasion to write to somebody; subclasses say to whom, about what and with which words."""

    name: ClassVar[str] = ""
    subject: ClassVar[str] = ""  # may name words in braces, as `{actor} follows you`

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.name:  # else it is a base of others
            EMAIL_TEMPLATES[cls.name] = cls

    @classmethod
    def prepare(cls, mail: Email) -> tuple[str, dict[str, Any]] | None:
        """Return the address and the template's words, or None when there is nobody to write to."""
        raise NotImplementedError

    @classmethod
    def dedup_key(cls, mail: Email) -> str:
        """Return what this mail is about, when a day has one mail of it at most; else nothing."""
        return ""

    @classmethod
    def headers(cls, mail: Email) -> dict[str, str]:
        """Return headers of its own, as `List-Unsubscribe`."""
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
    """Queue a mail within a write, for now or `due_at`: it exists exactly if the write does.

    One that need not be sent `at_once` waits for the schedule, which costs the request no message.
    """
    mail = Email(kind=kind, recipient=recipient, params=params, due_at=due_at or now())
    w.create(mail, new_id=True)
    if wake:
        w.wake_workers(EMAILS)


def send_due(seconds: float = math.inf) -> int:
    """Send the mails that are due; return how many were sent. Safe side by side."""
    return process_due(emails, _send, seconds)


def delete_emails(mail_ids: Iterable[str]) -> int:
    """Delete mails, sent or not; return how many there were."""
    return delete_records(emails, mail_ids)


def _send(claimed: Email) -> bool:
    try:
        delivered = deliver(claimed)
    except Unavailable:
        raise
    except Exception as error:  # noqa: BLE001 - one bad mail must not stop its neighbours
        # Of a provider's answer or a template only the kind is logged: it may quote a token.
        logger.warning("Mail %s: try %s: %s", claimed.id, claimed.tries, type(error).__name__)
        if claimed.tries >= MAX_TRIES:
            with write() as w:
                w.update(claimed, status="failed")
        return False
    with write() as w:
        w.update(claimed, status="sent" if delivered else "dropped", sent_at=now())
    return delivered


def deliver(mail: Email) -> bool:
    """Render the mail and hand it to the provider; False when there is nobody to write to.

    The Message-ID is the mail's own, so that a mail sent twice by a crash is told as one.
    """
    kind = EMAIL_TEMPLATES[mail.kind]
    prepared = kind.prepare(mail)
    if prepared is None:
        return False
    if not _claim_daily_email(mail, kind.dedup_key(mail)):
        return False
    address, words = prepared
    subject = kind.subject.format_map(words)
    words |= {"subject": subject, "public_url": settings.PUBLIC_URL}
    html = render_to_string(f"mail/{mail.kind}.html", words)
    message = EmailMultiAlternatives(
        subject,
        render_to_string(f"mail/{mail.kind}.txt", words),
        to=[address],
        headers={"Message-ID": f"<{mail.id}@mysocial>", **kind.headers(mail)},
    )
    message.attach_alternative(css_inline.inline(html), "text/html")
    message.send()
    return True


def _claim_daily_email(mail: Email, about: str) -> bool:
    """Tell whether this is the day's mail about something: the first that asked, at every try.

    The key names the mail that owns the day, so one whose sender died is still sent, by the next.
    It has no TTL and so is not evicted; `sweep_expired` deletes it.
    """
    if not about:
        return True
    key = f"mailed:{mail.kind}:{about}"
    with available():
        pipe = client().pipeline(transaction=True)
        pipe.set(key, mail.id, nx=True)
        pipe.zadd("sweep", {key: milliseconds(now() + timedelta(days=1))}, nx=True)
        pipe.get(key)
        owner = pipe.execute()[-1]
    return bool(owner == mail.id.encode())


@shared_task(name=SEND_EMAILS)
@skip_if_unavailable
def send_emails() -> int:
    """Send what is due."""
    return run_time_slice(EMAILS, _send_with_lease)


def _send_with_lease(seconds: float) -> int:
    return with_lease(EMAILS, LEASE_SECONDS, lambda: send_due(seconds))
