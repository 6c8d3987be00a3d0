"""Mail: queued in the same step as the write that causes it, sent by Celery, never lost.

A domain declares its occasions as `MailKind` subclasses in `<app>/mails.py`. What must stay secret
(a reset token) is made when the mail is sent, so that neither Redis nor a message ever holds it.
"""

import logging
import time
from datetime import timedelta
from typing import Any, ClassVar

import css_inline
from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import models
from django.template.loader import render_to_string

from mysocial import reads
from mysocial.errors import Conflict, NotFound, Unavailable
from mysocial.ids import now
from mysocial.models import Record
from mysocial.nudge import MAILS, SEND_MAILS
from mysocial.redis import available, client
from mysocial.store import Index, Store
from mysocial.wire import Own, Wire
from mysocial.writes import Write, write

logger = logging.getLogger(__name__)
KINDS: dict[str, "type[MailKind]"] = {}
BATCH = 50
MOST_TRIES = 8
CLAIM_SECONDS = 60  # after this a mail that was being sent when its worker died is sent again
KEPT_SECONDS = 30 * 24 * 3600
TURN_SECONDS = 20.0


class Mail(Record):
    """One mail: queued, then sent, or given up after `MOST_TRIES`."""

    kind = models.CharField(max_length=40)
    recipient = models.CharField(max_length=254)  # an address, or the id of a member
    params = models.JSONField(default=dict)
    status = models.CharField(max_length=10, default="queued")
    due_at = models.DateTimeField(default=now)
    tries = models.IntegerField(default=0)
    sent_at = models.DateTimeField(null=True, default=None)

    class Meta(Record.Meta):
        db_table = "mails"
        app_label = "mysocial"


mails = Store(
    Mail,
    raw=("status",),
    queue="email",
    indexes=(Index("outbox", order="due_at", where={"status": ("queued",)}, cap=100_000),),
    expires=("due_at", KEPT_SECONDS),
)
_wire = Wire(mails, Own("main"))


class MailKind:
    """An occasion to write to somebody; subclasses say to whom, about what and with which words."""

    name: ClassVar[str] = ""
    subject: ClassVar[str] = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        KINDS[cls.name] = cls

    @classmethod
    def prepare(cls, mail: Mail) -> tuple[str, dict[str, Any]] | None:
        """Return the address and the template's words, or None when there is nobody to write to."""
        raise NotImplementedError


def queue_mail(w: Write, kind: str, *, recipient: str, **params: str) -> None:
    """Queue a mail within a write: it exists exactly if the write does."""
    w.create(Mail(kind=kind, recipient=recipient, params=params), fresh=True)
    w.wake(MAILS)


def send_due(*, seconds: float = TURN_SECONDS) -> int:
    """Send the mails that are due, until none is or the turn is over; return how many were sent.

    Safe side by side. `Unavailable` when the store is away; nothing is lost then.
    """
    sent, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        page = reads.page(_wire, "outbox", limit=BATCH, oldest=True)
        waiting = reads.get_many(mails, [row.id for row in page.rows]).values()
        due = [mail for mail in waiting if mail.due_at <= now()]
        if not due:
            break
        sent += sum(map(_send, due))
    return sent


def _send(mail: Mail) -> int:
    try:
        # The claim moves the due time: two workers can't both win it, a dead one's mail returns.
        with write() as w:
            later = now() + timedelta(seconds=CLAIM_SECONDS * 2**mail.tries)
            w.update(mail, strict=True, due_at=later, tries=mail.tries + 1)
        claimed = reads.get(mails, mail.id)
    except (Conflict, NotFound):
        return 0
    try:
        delivered = deliver(claimed)
    except Unavailable:
        raise
    except Exception as error:  # noqa: BLE001 - one bad mail must not stop its neighbours
        # Of a provider's answer or a template only the kind is logged: it may quote a token.
        logger.warning("Mail %s: try %s: %s", mail.id, claimed.tries, type(error).__name__)
        if claimed.tries >= MOST_TRIES:
            with write() as w:
                w.update(claimed, status="failed")
        return 0
    with write() as w:
        w.update(claimed, status="sent" if delivered else "dropped", sent_at=now())
    return int(delivered)


def deliver(mail: Mail) -> bool:
    """Render the mail and hand it to the provider; False when there is nobody to write to.

    The Message-ID is the mail's own, so that a mail sent twice by a crash is told as one.
    """
    kind = KINDS[mail.kind]
    prepared = kind.prepare(mail)
    if prepared is None:
        return False
    address, words = prepared
    words |= {"subject": kind.subject, "public_url": settings.PUBLIC_URL}
    html = render_to_string(f"mail/{mail.kind}.html", words)
    message = EmailMultiAlternatives(
        kind.subject,
        render_to_string(f"mail/{mail.kind}.txt", words),
        to=[address],
        headers={"Message-ID": f"<{mail.id}@mysocial>"},
    )
    message.attach_alternative(css_inline.inline(html), "text/html")
    message.send()
    return True


@shared_task(name=SEND_MAILS)
def send_mails() -> int:
    """Send what is due."""
    with available():
        if not client().set("lease:mails", "1", nx=True, px=10_000):
            return 0
    try:
        return send_due()
    except Unavailable as error:
        logger.warning("The mails wait: %s", error)
        return 0
    finally:
        with available():
            client().delete("lease:mails")
