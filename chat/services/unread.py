"""Shared steps of the chat services: checks, unread counts, and notification of the receiver."""

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
from notifications.services import initialize_cause, notify, retract
from users.selectors import get_user, wants_notification
from users.services import require_user

MESSAGE_LABEL = "chat.message"
NOTIFICATION_KIND = "message"


class UnreadRecipients(NamedTuple):
    """The receiver's preferences, if the caller has read them together with other records."""

    recipients: Recipients
    wants_email: bool


def check_content(message: Message) -> None:
    """Check that a message is not empty.

    Raises:
        Invalid: It has no text, no image and no GIF.
    """
    if not (message.text.strip() or message.gif_url or message.media_id):
        raise Invalid(
            "A message needs a text, an image or a GIF.", errors={"text": "This may not be empty."}
        )


def require_can_interact(w: Write, user_id: str, other_id: str) -> None:
    """Make a write fail if the other member is gone or a block separates the two."""
    require_user(w, other_id)
    require_no_block(w, user_id, other_id)


def require_unchanged(w: Write, participant: Participant) -> None:
    """Make a write fail if the participant was changed since it was read.

    A concurrent write that has read the participant fails, too, because this raises its revision.

    The revision of the participant increases, so a concurrent write that read it fails, too.
    """
    w.update(participant, check_revision=True, last_message_id=participant.last_message_id)


def decrement_unread(w: Write, participant: Participant, *, by: int = 1) -> None:
    """Decrement the unread count of a participant.

    The same write must also update the participant with `check_revision`.
    """
    w.increment(Participant, str(participant.pk), unread=-by)
    if participant.unread == by:
        clear_unread(w, participant)


def mark_unread(
    w: Write,
    participant: Participant,
    message_id: str,
    receiver: UnreadRecipients | None = None,
) -> None:
    """Mark a participant as having unread messages and notify them, in the write of the first one.

    The in-app notification is created at once; the e-mail is due `UNREAD_EMAIL_DELAY_SECONDS`
    later.
    """
    if receiver is None:
        receiver = _read_preferences(participant)
    cause = str(participant.pk)
    if participant.has_unread:  # the message arrived while earlier ones were marked as read
        retract(w, to=participant.user_id, kind=NOTIFICATION_KIND, cause=cause)
    initialize_cause(w, cause, NOTIFICATION_KIND)
    notify(
        w,
        to=participant.user_id,
        kind=NOTIFICATION_KIND,
        actor_id=participant.other_id,
        cause=cause,
        channels=("in_app",),  # chat has its own e-mail, one for all conversations
        recipients=receiver.recipients,
    )
    w.update(
        participant,
        check_revision=True,
        has_unread=True,
        unread_since=now(),
        first_unread_id=message_id,
        unread_email_id="",
    )
    if receiver.wants_email:
        _queue_unread_email(w, participant, message_id)


def _queue_unread_email(w: Write, participant: Participant, message_id: str) -> None:
    queue_email(
        w,
        "messages",
        recipient=participant.user_id,
        due_at=now() + timedelta(seconds=settings.UNREAD_EMAIL_DELAY_SECONDS),
        sender_id=participant.other_id,
        first_unread_id=message_id,
    )


def _read_preferences(participant: Participant) -> UnreadRecipients:
    user_id = participant.user_id
    recipients = recipients_query({user_id}, actor_id=participant.other_id).result()
    wants_email = wants_notification(get_user(user_id), NOTIFICATION_KIND, "email")
    return UnreadRecipients(recipients, wants_email)


def clear_unread(w: Write, participant: Participant) -> None:
    """Mark a participant as having no unread messages, and retract the notification."""
    w.update(
        participant,
        check_revision=True,
        has_unread=False,
        unread_since=None,
        first_unread_id="",
        unread_email_id="",
    )
    retract(w, to=participant.user_id, kind=NOTIFICATION_KIND, cause=str(participant.pk))
