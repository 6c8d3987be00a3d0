"""What the verbs share: how a side changes, and what becomes of somebody who is to be told."""

from datetime import timedelta
from typing import NamedTuple

from django.conf import settings

from chat.models import Message, Participant
from followers.services import require_no_block
from mysocial.core.errors import Invalid
from mysocial.core.ids import now
from mysocial.outbox import queue_email
from mysocial.store import Write
from notifications.selectors import Recipients, recipients_query
from notifications.services import initialise_cause, notify, retract
from users.selectors import get_user, wants_notification
from users.services import require_user

LABEL = "chat.message"
NOTICE = "message"


def check_content(message: Message) -> None:
    """Raise `Invalid` when there is nothing in a message."""
    if not (message.text.strip() or message.gif_url or message.media_id):
        raise Invalid(
            "A message needs a text, an image or a GIF.", errors={"text": "This may not be empty."}
        )


def require_can_interact(w: Write, user_id: str, other_id: str) -> None:
    """Hold a write to the other's being there, and to no block between the two."""
    require_user(w, other_id)
    require_no_block(w, user_id, other_id)


def hold(w: Write, side: Participant) -> None:
    """Hold a write to a side as it was read, and whoever had read it to the side after it."""
    w.update(side, check_revision=True, last_message_id=side.last_message_id)


def count_less(w: Write, side: Participant, *, by: int = 1) -> None:
    """Count less as unread on a side that the write holds strictly."""
    w.increment(Participant, str(side.pk), unread=-by)
    if side.unread == by:
        cancel_unread_email(w, side)


class UnreadRecipients(NamedTuple):
    """Who is to be told that something waits, where that was asked together with other things."""

    audience: Recipients
    wants_mail: bool


def schedule_unread_email(
    w: Write, side: Participant, message_id: str, told: UnreadRecipients | None = None
) -> None:
    """Note, in the write that makes a first message unread, that its receiver is to be told."""
    if told is None:
        found = recipients_query({side.user_id}, actor_id=side.other_id).result()
        told = UnreadRecipients(found, wants_notification(get_user(side.user_id), NOTICE, "email"))
    pk = str(side.pk)
    if side.has_unread:  # it came while the others were read: told anew
        retract(w, to=side.user_id, kind=NOTICE, cause=pk)
    initialise_cause(w, pk, NOTICE)
    # Mails of messages are our own: one for all that waits.
    notify(
        w,
        to=side.user_id,
        kind=NOTICE,
        actor_id=side.other_id,
        cause=pk,
        channels=("in_app",),
        recipients=told.audience,
    )
    w.update(
        side,
        check_revision=True,
        has_unread=True,
        unread_since=now(),
        first_unread_id=message_id,
        unread_email_id="",
    )
    if told.wants_mail:
        due_at = now() + timedelta(seconds=settings.CHAT_MAIL_SECONDS)
        queue_email(
            w,
            "messages",
            recipient=side.user_id,
            due_at=due_at,
            sender_id=side.other_id,
            first_unread_id=message_id,
        )


def cancel_unread_email(w: Write, side: Participant) -> None:
    """Note, in the write after which nothing is unread, that there is nothing to tell any more."""
    w.update(
        side,
        check_revision=True,
        has_unread=False,
        unread_since=None,
        first_unread_id="",
        unread_email_id="",
    )
    retract(w, to=side.user_id, kind=NOTICE, cause=str(side.pk))
