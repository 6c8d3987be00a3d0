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
from mysocial.outbox.cascades import remove_many
from mysocial.outbox.items import OUTBOX, Owed, alone, do_due, in_turns
from mysocial.persistence.backoff import patient
from mysocial.store.store import Store
from mysocial.store.wakeups import MAILS, SEND_MAILS
from mysocial.store.writes import Write, write

logger = logging.getLogger(__name__)
KINDS: dict[str, "type[MailKind]"] = {}
MOST_TRIES = 8
LEASE_SECONDS = 10.0
KEPT_SECONDS = 30 * 24 * 3600
OPERATE = "mysocial.see_operations"  # what staff need to see figures and dead letters
STEER = "mysocial.steer_queues"  # what staff need for Flower, who sees what is sent


class Mail(Owed):
    """One mail: queued, then sent, or given up after `MOST_TRIES`."""

    kind = models.CharField(max_length=40)
    recipient = models.CharField(max_length=254)  # an address, or the id of a member
    params = models.JSONField(default=dict)
    sent_at = models.DateTimeField(null=True, default=None)

    class Meta(Owed.Meta):
        db_table = "mails"
        app_label = "mysocial"
        permissions = (
            (STEER.partition(".")[2], "Can see and steer the queues in Flower"),
            (OPERATE.partition(".")[2], "Can see figures of operations, and dead letters"),
        )


mails = Store(
    Mail, raw=("status",), queue="email", indexes=(OUTBOX,), expires=("due_at", KEPT_SECONDS)
)


class MailKind:
    """An occasion to write to somebody; subclasses say to whom, about what and with which words."""

    name: ClassVar[str] = ""
    subject: ClassVar[str] = ""  # may name words in braces, as `{actor} follows you`

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.name:  # else it is a base of others
            KINDS[cls.name] = cls

    @classmethod
    def prepare(cls, mail: Mail) -> tuple[str, dict[str, Any]] | None:
        """Return the address and the template's words, or None when there is nobody to write to."""
        raise NotImplementedError

    @classmethod
    def once(cls, mail: Mail) -> str:
        """Return what this mail is about, when a day has one mail of it at most; else nothing."""
        return ""

    @classmethod
    def headers(cls, mail: Mail) -> dict[str, str]:
        """Return headers of its own, as `List-Unsubscribe`."""
        return {}


def queue_mail(
    w: Write,
    kind: str,
    *,
    recipient: str,
    due_at: datetime | None = None,
    at_once: bool = True,
    **params: str,
) -> None:
    """Queue a mail within a write, for now or `due_at`: it exists exactly if the write does.

    One that need not be sent `at_once` waits for the schedule, which costs the request no message.
    """
    mail = Mail(kind=kind, recipient=recipient, params=params, due_at=due_at or now())
    w.create(mail, fresh=True)
    if at_once:
        w.wake(MAILS)


def send_due(seconds: float = math.inf) -> int:
    """Send the mails that are due; return how many were sent. Safe side by side."""
    return do_due(mails, _send, seconds)


def forget_mails(mail_ids: Iterable[str]) -> int:
    """Delete mails, sent or not; return how many there were."""
    return remove_many(mails, mail_ids)


def _send(claimed: Mail) -> bool:
    try:
        delivered = deliver(claimed)
    except Unavailable:
        raise
    except Exception as error:  # noqa: BLE001 - one bad mail must not stop its neighbours
        # Of a provider's answer or a template only the kind is logged: it may quote a token.
        logger.warning("Mail %s: try %s: %s", claimed.id, claimed.tries, type(error).__name__)
        if claimed.tries >= MOST_TRIES:
            with write() as w:
                w.update(claimed, status="failed")
        return False
    with write() as w:
        w.update(claimed, status="sent" if delivered else "dropped", sent_at=now())
    return delivered


def deliver(mail: Mail) -> bool:
    """Render the mail and hand it to the provider; False when there is nobody to write to.

    The Message-ID is the mail's own, so that a mail sent twice by a crash is told as one.
    """
    kind = KINDS[mail.kind]
    prepared = kind.prepare(mail)
    if prepared is None:
        return False
    if not _is_first(mail, kind.once(mail)):
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


def _is_first(mail: Mail, about: str) -> bool:
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


@shared_task(name=SEND_MAILS)
@patient
def send_mails() -> int:
    """Send what is due."""
    return in_turns(MAILS, _send_alone)


def _send_alone(seconds: float) -> int:
    return alone(MAILS, LEASE_SECONDS, lambda: send_due(seconds))
