"""Sending messages. The first message between two members creates their conversation."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile

from chat import selectors
from chat.events import ConversationUpdated, MessageCreated
from chat.models import Message, Participant, conversation_id
from chat.permissions import can_write_to
from chat.selectors import MessagingContext, Pair
from chat.services.unread import (
    MESSAGE_LABEL,
    UnreadRecipients,
    check_content,
    mark_unread,
)
from followers.selectors import ViewerRelation
from followers.services import require_relation
from images import services as images
from mysocial.core.errors import Forbidden, Unavailable
from mysocial.core.ids import new_id, now, pair_id
from mysocial.core.text import find_facets, store_facets
from mysocial.policies import check_text
from mysocial.store import STALE_ERRORS, Write, retry_on_conflict, write
from notifications.selectors import describe_text, recipients_query
from users.selectors import require_not_self
from users.services import require_messaging, require_not_silenced


def send_message(
    *,
    sender_id: str,
    receiver_id: str,
    image: "UploadedFile[bytes] | None" = None,
    **content: Any,
) -> Message:
    """Send a message to a member.

    Raises:
        Invalid: The message is empty, or the receiver is the sender.
        Forbidden: The receiver does not accept messages from the sender.
        NotFound: There is no such receiver, or a block separates the two.
        Silenced: The sender is silenced.
    """
    require_not_self(sender_id, receiver_id, "message")
    if image is None:
        check_content(Message(**content))
        return _send(sender_id, receiver_id, content)
    with images.receive_upload(image, owner_id=sender_id, purpose="message") as media:
        return _send(sender_id, receiver_id, content, media)


@retry_on_conflict
def _send(sender_id: str, receiver_id: str, content: dict[str, Any], media: Any = None) -> Message:
    content = {**content, "facets": find_message_facets(content.get("text", ""), sender_id)}
    recipients = recipients_query({receiver_id}, actor_id=sender_id)
    context = selectors.get_messaging_context(sender_id, receiver_id, recipients)
    check_may_write(context)
    pair = context.pair or _new_pair(sender_id, receiver_id)
    message = _new_message(pair, content, media)
    with write(*STALE_ERRORS) as w:
        require_not_silenced(w, sender_id)
        texts = {"text": message.text}
        check_text(w, label=MESSAGE_LABEL, pk=message.id, author_id=sender_id, texts=texts)
        if media:
            media.subject_id = message.id
            images.create_media(w, media)
        require_may_write(w, sender_id, receiver_id, context)
        if not context.pair:
            _create_conversation(w, message.conversation, pair)
        w.create(message, new_id=True)
        _update_participants(w, message, pair)
        if not pair.theirs.has_unread:
            receiver = UnreadRecipients(recipients.result(), context.wants_email)
            mark_unread(w, pair.theirs, message.id, receiver)
        _announce(w, message, pair)
        w.respond_with(message)
    return message


def find_message_facets(text: str, sender_id: str) -> list[dict[str, Any]]:
    """Return the facets of a message, without mentions if MongoDB is needed but unavailable."""
    try:
        return describe_text(text, author_id=sender_id).facets
    except Unavailable:
        return store_facets(text, find_facets(text), {})


def check_may_write(context: MessagingContext) -> None:
    """Check that a member may write to another; also for edits and reactions.

    Raises:
        Forbidden: They may not.
    """
    if not can_write_to(
        context.who_may_message, is_followed=context.is_followed, has_written=context.has_written
    ):
        raise Forbidden("This member does not accept messages from you.")


def require_may_write(
    w: Write, sender_id: str, receiver_id: str, context: MessagingContext
) -> None:
    """Make the write fail if what allowed the message no longer holds: setting, follow, no block.

    A follow is required only if the message is not allowed without it.
    """
    require_messaging(w, receiver_id, context.who_may_message)
    depends_on_follow = not can_write_to(
        context.who_may_message, is_followed=False, has_written=context.has_written
    )
    relation = ViewerRelation(follows=depends_on_follow, blocked=False, mutes=False)
    require_relation(w, receiver_id, sender_id, relation)


def _new_pair(sender_id: str, receiver_id: str) -> Pair:
    return Pair(
        mine=_new_participant(sender_id, receiver_id),
        theirs=_new_participant(receiver_id, sender_id),
    )


def _new_participant(user_id: str, other_id: str) -> Participant:
    return Participant(id=pair_id(user_id, other_id), user_id=user_id, other_id=other_id)


def _new_message(pair: Pair, content: dict[str, Any], media: Any) -> Message:
    """Return a message that sorts after the last one, by id and by time."""
    mine = pair.mine
    return Message(
        id=_new_id_after(mine.last_message_id),
        created_at=max(now(), mine.last_message_at),
        conversation=conversation_id(mine.user_id, mine.other_id),
        sender_id=mine.user_id,
        receiver_id=mine.other_id,
        media_id=media.id if media else "",
        **content,
    )


def _new_id_after(last_id: str) -> str:
    """Return a new id greater than `last_id`, even if the clock that made it is ahead of ours."""
    return max(new_id(), f"{int(last_id or '0', 16) + 1:024x}")


def _create_conversation(w: Write, conversation: str, pair: Pair) -> None:
    for participant in pair:
        w.create(participant)
    # The list cannot have existed before, so reads need not query MongoDB.
    w.initialize_lists(Message, conversation, "conversation")


def _update_participants(w: Write, message: Message, pair: Pair) -> None:
    newest = {
        "last_message_id": message.id,
        "last_message_at": message.created_at,
        "shown_message_id": message.id,
        "shown_media_id": message.media_id,
    }
    w.update(pair.mine, check_revision=True, **newest, has_written=True)
    w.update(pair.theirs, check_revision=True, **newest)
    w.increment(Participant, str(pair.theirs.pk), unread=1)


def _announce(w: Write, message: Message, pair: Pair) -> None:
    w.announce(
        MessageCreated(
            message.id, message.sender_id, message.receiver_id, media_id=message.media_id
        )
    )
    for participant in pair:
        w.announce(ConversationUpdated(participant))
