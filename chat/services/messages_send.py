"""Sending a message; the first one makes the conversation."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile

from chat import selectors
from chat.events import ConversationUpdated, MessageCreated
from chat.models import Message, Participant, conversation_id
from chat.permissions import can_write_to
from chat.selectors import MessagingContext, Pair
from chat.services.unread import LABEL, UnreadRecipients, check_content, schedule_unread_email
from followers.selectors import ViewerRelation
from followers.services import require_relation
from images import services as images
from mysocial.core.errors import Forbidden
from mysocial.core.ids import new_id, now, pair_id
from mysocial.policies import check_text
from mysocial.store import STALE_ERRORS, Write, run_with_retry, write
from notifications.selectors import recipients_query
from users.selectors import require_not_self
from users.services import require_messaging, require_not_silenced


def send_message(
    *,
    sender_id: str,
    receiver_id: str,
    image: "UploadedFile[bytes] | None" = None,
    **content: Any,
) -> Message:
    """Write to a member. `Forbidden` when they don't want it; `NotFound` across a block."""
    require_not_self(sender_id, receiver_id, "message")
    if image is None:
        check_content(Message(**content))
        return run_with_retry(lambda: _send(sender_id, receiver_id, content))
    with images.receive_upload(image, owner_id=sender_id, purpose="message") as one:
        return run_with_retry(lambda: _send(sender_id, receiver_id, content, one))


def _send(sender_id: str, receiver_id: str, content: dict[str, Any], one: Any = None) -> Message:
    audience = recipients_query({receiver_id}, actor_id=sender_id)
    bond = selectors.get_messaging_context(sender_id, receiver_id, audience)
    who_may = bond.who_may_message
    needs_follow = _check_allowed(who_may, bond)
    pair = bond.pair or _new_pair(sender_id, receiver_id)
    message = Message(
        id=_id_above(pair.mine.last_message_id),
        created_at=max(now(), pair.mine.last_message_at),
        conversation=conversation_id(sender_id, receiver_id),
        sender_id=sender_id,
        receiver_id=receiver_id,
        media_id=one.id if one else "",
        **content,
    )
    with write(*STALE_ERRORS) as w:
        require_not_silenced(w, sender_id)
        texts = {"text": message.text}
        check_text(w, label=LABEL, pk=message.id, author_id=sender_id, texts=texts)
        if one:
            one.subject_id = message.id
            images.create_media(w, one)
        require_messaging(w, receiver_id, who_may)
        relation = ViewerRelation(follows=needs_follow, blocked=False, mutes=False)
        require_relation(w, receiver_id, sender_id, relation)
        if not bond.pair:
            for side in pair:
                w.create(side)
            # Nobody need ask MongoDB for what can't have been before.
            w.initialise_lists(Message, message.conversation, "conversation")
        w.create(message, new_id=True)
        _arrive(w, message, pair)
        if not pair.theirs.has_unread:
            told = UnreadRecipients(audience.result(), bond.wants_mail)
            schedule_unread_email(w, pair.theirs, message.id, told)
        w.announce(MessageCreated(message.id, sender_id, receiver_id, media_id=message.media_id))
        for side in pair:
            w.announce(ConversationUpdated(side))
        w.respond_with(message)
    return message


def _arrive(w: Write, message: Message, pair: Pair) -> None:
    last = {
        "last_message_id": message.id,
        "last_message_at": message.created_at,
        "shown_message_id": message.id,
        "shown_media_id": message.media_id,
    }
    w.update(pair.mine, check_revision=True, **last, has_written=True)
    w.update(pair.theirs, check_revision=True, **last)
    w.increment(Participant, str(pair.theirs.pk), unread=1)


def _check_allowed(who_may: str, bond: MessagingContext) -> bool:
    """Raise `Forbidden` when the receiver does not want it; tell if only their follow allows it."""
    has_written = bool(bond.pair and bond.pair.theirs.has_written)
    if not can_write_to(who_may, is_followed=bond.is_followed, has_written=has_written):
        raise Forbidden("This member does not take messages from you.")
    return not can_write_to(who_may, is_followed=False, has_written=has_written)


def _new_pair(sender_id: str, receiver_id: str) -> Pair:
    ends = ((sender_id, receiver_id), (receiver_id, sender_id))
    return Pair(*(Participant(id=pair_id(*e), user_id=e[0], other_id=e[1]) for e in ends))


def _id_above(last_id: str) -> str:
    """Return a new id above `last_id`, which may be of a process whose clock is ahead of ours."""
    return max(new_id(), f"{int(last_id or '0', 16) + 1:024x}")
