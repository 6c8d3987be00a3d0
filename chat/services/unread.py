"""What the verbs share: how a side changes, and what becomes of somebody who is to be told."""

from datetime import timedelta
from typing import NamedTuple

from django.conf import settings

from chat.models import Message, Side
from followers.services import require_no_block
from mysocial.core.errors import Invalid
from mysocial.core.ids import now
from mysocial.outbox.email import queue_mail
from mysocial.store.writes import Write
from notifications.selectors import Audience, asked_audience
from notifications.services import begin_cause, notify, withdraw
from users.selectors import get_user, wants
from users.services import require_member

LABEL = "chat.message"
NOTICE = "message"


def check_content(message: Message) -> None:
    """Raise `Invalid` when there is nothing in a message."""
    if not (message.text.strip() or message.gif_url or message.media_id):
        raise Invalid(
            "A message needs a text, an image or a GIF.", errors={"text": "This may not be empty."}
        )


def require_meeting(w: Write, user_id: str, other_id: str) -> None:
    """Hold a write to the other's being there, and to no block between the two."""
    require_member(w, other_id)
    require_no_block(w, user_id, other_id)


def hold(w: Write, side: Side) -> None:
    """Hold a write to a side as it was read, and whoever had read it to the side after it."""
    w.update(side, strict=True, last_id=side.last_id)


def count_less(w: Write, side: Side, *, by: int = 1) -> None:
    """Count less as unread on a side that the write holds strictly."""
    w.increment(Side, str(side.pk), unread=-by)
    if side.unread == by:
        end_wait(w, side)


class Told(NamedTuple):
    """Who is to be told that something waits, where that was asked together with other things."""

    audience: Audience
    wants_mail: bool


def begin_wait(w: Write, side: Side, message_id: str, told: Told | None = None) -> None:
    """Note, in the write that makes a first message unread, that its receiver is to be told."""
    if told is None:
        found = asked_audience({side.user_id}, actor_id=side.other_id).get()
        told = Told(found, wants(get_user(side.user_id), NOTICE, "email"))
    pk = str(side.pk)
    if side.is_unread:  # it came while the others were read: told anew
        withdraw(w, to=side.user_id, kind=NOTICE, cause=pk)
    begin_cause(w, pk, NOTICE)
    # Mails of messages are our own: one for all that waits.
    notify(
        w,
        to=side.user_id,
        kind=NOTICE,
        actor_id=side.other_id,
        cause=pk,
        channels=("in_app",),
        audience=told.audience,
    )
    w.update(
        side,
        strict=True,
        is_unread=True,
        unread_since=now(),
        first_unread=message_id,
        told_by="",
    )
    if told.wants_mail:
        due_at = now() + timedelta(seconds=settings.CHAT_MAIL_SECONDS)
        queue_mail(
            w,
            "messages",
            recipient=side.user_id,
            due_at=due_at,
            sender_id=side.other_id,
            first=message_id,
        )


def end_wait(w: Write, side: Side) -> None:
    """Note, in the write after which nothing is unread, that there is nothing to tell any more."""
    w.update(side, strict=True, is_unread=False, unread_since=None, first_unread="", told_by="")
    withdraw(w, to=side.user_id, kind=NOTICE, cause=str(side.pk))
