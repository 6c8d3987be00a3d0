"""Edits, reactions and deletions of messages."""

from typing import Any

from chat import selectors
from chat.events import ConversationUpdated, MessageDeleted, MessageReaction, MessageUpdated
from chat.models import MAX_EDITS, MAX_HISTORY_BYTES, Message
from chat.permissions import can_change_message
from chat.selectors import Pair
from chat.services.messages_send import (
    check_may_write,
    find_message_facets,
    require_may_write,
)
from chat.services.unread import (
    MESSAGE_LABEL,
    check_content,
    decrement_unread,
    require_can_interact,
    require_unchanged,
)
from chat.store import messages
from images import services as images
from mysocial.core.errors import Conflict, Forbidden, NotFound
from mysocial.core.ids import now
from mysocial.core.text import is_same_value
from mysocial.outbox import queue_cascade
from mysocial.policies import check_text
from mysocial.store import STALE_ERRORS, Write, reads, respond_unchanged, retry_on_conflict, write
from users.services import require_not_silenced, require_user

# The content of a message that was deleted for everyone.
ERASED_CONTENT: dict[str, Any] = {
    "text": "",
    "facets": [],
    "gif_url": "",
    "media_id": "",
    "reactions": {},
    "edited_at": None,
    "history": [],
}


@retry_on_conflict
def edit_message(*, user_id: str, message_id: str, text: str) -> Message:
    """Change the text of a message, as its sender.

    Raises:
        NotFound: The member may not see the message.
        Forbidden: The member is not its sender, or may not write to the other member.
        Conflict: It was deleted for everyone, or was edited too often.
        Invalid: It would be empty.
    """
    message, pair = _get_own_message(user_id, message_id)
    _check_not_deleted(message)
    context = selectors.get_messaging_context(user_id, pair.mine.other_id)
    check_may_write(context)
    if is_same_value(message.text, text):
        respond_unchanged(message)
        return message
    changes = {
        "text": text,
        "facets": find_message_facets(text, user_id),
        "history": _extend_history(message),
        "edited_at": now(),
    }
    with write(*STALE_ERRORS) as w:
        require_not_silenced(w, user_id)
        check_text(w, label=MESSAGE_LABEL, pk=message.id, author_id=user_id, texts={"text": text})
        require_may_write(w, user_id, pair.mine.other_id, context)
        # A message that is deleted concurrently must not get a text again.
        w.update(message, check_revision=True, **changes)
        check_content(message)
        w.announce(_message_updated(message))
        w.respond_with(message)
    return message


def _extend_history(message: Message) -> list[dict[str, str]]:
    """Return the earlier texts of a message after an edit.

    Raises:
        Conflict: They would be too many or too long.
    """
    written_at = (message.edited_at or message.created_at).isoformat()
    history = [*message.history, {"written_at": written_at, "text": message.text}]
    size = sum(len(version["text"].encode()) for version in history)
    if len(history) > MAX_EDITS or size > MAX_HISTORY_BYTES:
        raise Conflict("This message was edited too often. Send a new message instead.")
    return history


@retry_on_conflict
def set_reaction(*, user_id: str, message_id: str, kind: str | None) -> Message:
    """Set a member's reaction to a message, or remove it if `kind` is None.

    Raises:
        NotFound: The member may not see the message.
        Forbidden: The member may not write to the other member, and sets a reaction.
        Conflict: It was deleted for everyone.
    """
    message, pair = selectors.get_message(message_id, viewer_id=user_id)
    if message.reactions.get(user_id) == kind:
        return message
    _check_not_deleted(message)
    reactions = {
        member_id: reaction
        for member_id, reaction in message.reactions.items()
        if member_id != user_id
    }
    other_id = pair.mine.other_id
    context = selectors.get_messaging_context(user_id, other_id)
    if kind:
        check_may_write(context)
        reactions[user_id] = kind
    with write(*STALE_ERRORS) as w:
        if kind:
            require_not_silenced(w, user_id)
            require_may_write(w, user_id, other_id, context)
        else:
            require_can_interact(w, user_id, other_id)
        # The reactions of both members are in the same field.
        w.update(message, check_revision=True, reactions=reactions)
        w.announce(
            MessageReaction(message.id, message.sender_id, message.receiver_id, user_id, kind)
        )
        w.respond_with(message)
    return message


def delete_message(*, user_id: str, message_id: str, for_everyone: bool) -> Message:
    """Delete a message for everyone, as its sender, or only for the member.

    Its sender may delete it for everyone even if a block separates the two.
    Repeating it changes nothing for everyone; for the member it raises `NotFound`.

    Raises:
        NotFound: The member may not see the message.
        Forbidden: It is to be deleted for everyone, and the member is not its sender.
    """
    delete = _delete_for_everyone if for_everyone else _delete_for_member
    return delete(user_id, message_id)


@retry_on_conflict
def remove_message(*, message_id: str) -> Message:
    """Delete the message of any member for everyone, as staff; repeating it changes nothing.

    A block between the two members does not matter.

    Raises:
        NotFound: There is no such message.
    """
    message = reads.get_record(messages, message_id)
    pair = selectors.find_pair(message.sender_id, message.receiver_id)
    if pair is None:
        raise NotFound
    return _erase_message(message, pair)


def announce_image(w: Write, media: Any) -> None:
    """Announce that the image of a message is ready or failed, in the write that makes it so."""
    message = selectors.find_message(media.subject_id)
    if message and message.media_id == media.id:
        # Fails if the message was deleted for everyone since it was read.
        w.require(Message, message.id, media_id=media.id.encode())
        w.announce(_message_updated(message))


def delete_message_media(*, message_id: str, limit: int) -> bool:
    """Delete at most `limit` media of a deleted message; return whether none are left."""
    return images.delete_media_of_subject(message_id, limit=limit)


@retry_on_conflict
def _delete_for_everyone(user_id: str, message_id: str) -> Message:
    message = selectors.find_message(message_id)
    pair = selectors.find_own_pair(message, user_id) if message else None
    if message and pair:  # a block does not keep members from deleting what they wrote
        return _erase_message(message, pair, user_id=user_id)
    return _erase_message(*_get_own_message(user_id, message_id), user_id=user_id)


def _erase_message(message: Message, pair: Pair, *, user_id: str = "") -> Message:
    """Erase the content of a message, as the member `user_id`, or as staff if it is empty."""
    if message.is_deleted:
        return message
    was_unread = selectors.is_unread(message, pair.theirs)
    with write(*STALE_ERRORS) as w:
        if user_id:
            require_user(w, pair.mine.other_id)
        if message.media_id:
            queue_cascade(w, message)
        w.update(message, check_revision=True, is_deleted=True, **ERASED_CONTENT)
        # The announced conversations must show their last message.
        for participant in pair:
            require_unchanged(w, participant)
            if participant.shown_message_id == message.id:
                w.update(participant, check_revision=True, shown_media_id="")
        if was_unread:
            decrement_unread(w, pair.theirs)
        w.announce(MessageDeleted(message.id, message.sender_id, message.receiver_id, True))
        for participant in pair:
            is_shown = participant.shown_message_id == message.id
            if is_shown or (was_unread and participant is pair.theirs):
                w.announce(ConversationUpdated(participant))
        w.respond_with(message)
    return message


@retry_on_conflict
def _delete_for_member(user_id: str, message_id: str) -> Message:
    message, pair = selectors.get_message(message_id, viewer_id=user_id)
    participant = pair.mine
    shown_id, media_id = participant.shown_message_id, participant.shown_media_id
    if shown_id == message.id:
        shown_id, media_id = selectors.find_newest_visible(participant, without=message.id)
    was_unread = selectors.is_unread(message, participant)
    with write(*STALE_ERRORS) as w:
        require_can_interact(w, user_id, participant.other_id)
        # If it was deleted for everyone meanwhile, the unread count was decremented already.
        w.update(message, check_revision=True, **{message.hidden_field(user_id): True})
        # If a message arrived meanwhile, that one is shown.
        w.update(
            participant, check_revision=True, shown_message_id=shown_id, shown_media_id=media_id
        )
        if was_unread:
            decrement_unread(w, participant)
        w.announce(MessageDeleted(message.id, user_id, participant.other_id, False))
        w.announce(ConversationUpdated(participant))
        w.respond_with(message)
    return message


def _get_own_message(user_id: str, message_id: str) -> tuple[Message, Pair]:
    message, pair = selectors.get_message(message_id, viewer_id=user_id)
    if not can_change_message(user_id, sender_id=message.sender_id):
        raise Forbidden("Only the sender of a message may do this.")
    return message, pair


def _message_updated(message: Message) -> MessageUpdated:
    return MessageUpdated(
        message.id, message.sender_id, message.receiver_id, media_id=message.media_id
    )


def _check_not_deleted(message: Message) -> None:
    if message.is_deleted:
        raise Conflict("The message was deleted.")
