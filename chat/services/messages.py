"""Editing, deleting, and reacting to a message."""

from typing import Any

from chat import selectors
from chat.events import ConversationUpdated, MessageDeleted, MessageReaction, MessageUpdated
from chat.models import Message
from chat.permissions import can_change_message
from chat.selectors import Pair
from chat.services.unread import (
    LABEL,
    check_content,
    count_less,
    hold,
    require_can_interact,
)
from chat.store import messages
from images import services as images
from mysocial.core.errors import Conflict, Forbidden, NotFound
from mysocial.core.ids import now
from mysocial.outbox import queue_cascade
from mysocial.policies import check_text
from mysocial.store import STALE_ERRORS, Write, reads, run_with_retry, write
from users.services import require_not_silenced

# What is left of a message that is deleted for everyone.
EMPTY: dict[str, Any] = {
    "text": "",
    "gif_url": "",
    "media_id": "",
    "reactions": {},
    "edited_at": None,
}


def edit_message(*, user_id: str, message_id: str, text: str) -> Message:
    """Change the text of one's own message. `Conflict` when it was deleted for everyone."""
    return run_with_retry(lambda: _edit(user_id, message_id, text))


def set_reaction(*, user_id: str, message_id: str, kind: str | None) -> Message:
    """React to a message, differently or (None) no longer; a second time changes nothing.

    `Conflict` when it was deleted for everyone.
    """
    return run_with_retry(lambda: _react(user_id, message_id, kind))


def delete_message(*, user_id: str, message_id: str, for_everyone: bool) -> Message:
    """Delete one's own message for everyone, or any message for oneself.

    For everyone, a second time changes nothing; for oneself it is `NotFound` then.
    """
    delete = _delete_for_everyone if for_everyone else _delete_for_me
    return run_with_retry(lambda: delete(user_id, message_id))


def remove_message(*, message_id: str) -> Message:
    """Delete anybody's message for everyone, as staff; a second time changes nothing. `NotFound`.

    Whatever stands between the two by now.
    """
    return run_with_retry(lambda: _remove(message_id))


def announce_image(w: Write, one: Any) -> None:
    """Announce, in the write that settles it, that the image of a message is ready or failed."""
    message = selectors.find_message(one.subject_id)
    if message and message.media_id == one.id:
        # Not deleted for everyone since we looked: what is told must still be so.
        w.require(Message, message.id, media_id=one.id.encode())
        w.announce(_updated(message))


def delete_message_media(*, message_id: str, limit: int) -> bool:
    """Remove at most `limit` of the media of a message that is gone; True when none is left."""
    return images.delete_media_of_subject(message_id, limit=limit)


def _edit(user_id: str, message_id: str, text: str) -> Message:
    message, pair = _own_message(user_id, message_id)
    _check_not_deleted(message)
    with write(*STALE_ERRORS) as w:
        require_not_silenced(w, user_id)
        check_text(w, label=LABEL, pk=message.id, author_id=user_id, texts={"text": text})
        require_can_interact(w, user_id, pair.mine.other_id)
        # Strict: what was deleted since we looked must not get a text again.
        w.update(message, check_revision=True, text=text, edited_at=now())
        check_content(message)
        w.announce(_updated(message))
        w.respond_with(message)
    return message


def _react(user_id: str, message_id: str, kind: str | None) -> Message:
    message, pair = selectors.get_message(message_id, to=user_id)
    if message.reactions.get(user_id) == kind:
        return message
    _check_not_deleted(message)
    others = {who: how for who, how in message.reactions.items() if who != user_id}
    with write(*STALE_ERRORS) as w:
        if kind:
            require_not_silenced(w, user_id)
        require_can_interact(w, user_id, pair.mine.other_id)
        # Strict: the other's reaction stands in the same field.
        w.update(message, check_revision=True, reactions=others | ({user_id: kind} if kind else {}))
        ends = (message.sender_id, message.receiver_id)
        w.announce(MessageReaction(message.id, *ends, user_id, kind))
        w.respond_with(message)
    return message


def _delete_for_everyone(user_id: str, message_id: str) -> Message:
    return _delete_from_both(*_own_message(user_id, message_id), by=user_id)


def _remove(message_id: str) -> Message:
    message = reads.get_record(messages, message_id)
    pair = selectors.get_pair(message.sender_id, message.receiver_id)
    if pair is None:
        raise NotFound
    return _delete_from_both(message, pair)


def _delete_from_both(message: Message, pair: Pair, *, by: str = "") -> Message:
    if message.is_deleted:
        return message
    was_unread = selectors.is_unread(message, pair.theirs)
    with write(*STALE_ERRORS) as w:
        if by:
            require_can_interact(w, by, pair.mine.other_id)
        if message.media_id:
            queue_cascade(w, message)
        w.update(message, check_revision=True, is_deleted=True, **EMPTY)
        # Held, so that what is announced of the conversation is its last message still.
        for side in pair:
            hold(w, side)
            if side.shown_message_id == message.id:
                w.update(side, check_revision=True, shown_media_id="")
        if was_unread:
            count_less(w, pair.theirs)
        w.announce(MessageDeleted(message.id, message.sender_id, message.receiver_id, True))
        for side in pair:
            if side.shown_message_id == message.id or (was_unread and side is pair.theirs):
                w.announce(ConversationUpdated(side))
        w.respond_with(message)
    return message


def _delete_for_me(user_id: str, message_id: str) -> Message:
    message, pair = selectors.get_message(message_id, to=user_id)
    side = pair.mine
    shown_id, media_id = side.shown_message_id, side.shown_media_id
    if shown_id == message.id:
        shown_id, media_id = selectors.newest_seen(side, without=message.id)
    was_unread = selectors.is_unread(message, side)
    with write(*STALE_ERRORS) as w:
        require_can_interact(w, user_id, pair.mine.other_id)
        # Strict: deleted for everyone since we looked, it is counted less already.
        w.update(message, check_revision=True, **{message.hiding_from(user_id): True})
        # Strict: a message that came since we looked is the last one shown.
        w.update(side, check_revision=True, shown_message_id=shown_id, shown_media_id=media_id)
        if was_unread:
            count_less(w, side)
        w.announce(MessageDeleted(message.id, user_id, side.other_id, False))
        w.announce(ConversationUpdated(side))
        w.respond_with(message)
    return message


def _own_message(user_id: str, message_id: str) -> tuple[Message, Pair]:
    message, pair = selectors.get_message(message_id, to=user_id)
    if not can_change_message(user_id, sender_id=message.sender_id):
        raise Forbidden("Only who sent it may do this.")
    return message, pair


def _updated(message: Message) -> MessageUpdated:
    ends = (message.sender_id, message.receiver_id)
    return MessageUpdated(message.id, *ends, media_id=message.media_id)


def _check_not_deleted(message: Message) -> None:
    if message.is_deleted:
        raise Conflict("The message was deleted.")
