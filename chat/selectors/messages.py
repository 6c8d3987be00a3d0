"""Reads of messages."""

from typing import NamedTuple

from chat.models import Message, Participant, conversation_id
from chat.permissions import can_see_message
from chat.representations import message_template
from chat.selectors.messaging_context import (
    Pair,
    find_pair,
    get_messaging_context,
    get_pair,
)
from chat.store import messages
from mysocial.core.errors import NotFound
from mysocial.core.ids import milliseconds
from mysocial.store import Entry, ListQuery, Row, filter_pages, reads
from users.selectors import require_not_self

BATCH = 200


class MessagePage(NamedTuple):
    """A page of messages."""

    rows: list[Row]
    next_after: Entry | None  # where the next page starts
    read_up_to: str  # the id of the newest message that the other member has read


def get_message(message_id: str, *, viewer_id: str) -> tuple[Message, Pair]:
    """Return a message and both participants, from the point of view of the viewer.

    Raises:
        NotFound: There is no such message, or the member may not see it.
    """
    message = reads.get_record(messages, message_id)
    if viewer_id not in {message.sender_id, message.receiver_id}:
        raise NotFound
    other_id = message.receiver_id if viewer_id == message.sender_id else message.sender_id
    pair = get_pair(viewer_id, other_id)
    if getattr(message, message.hidden_field(viewer_id)):
        raise NotFound
    return message, pair


def get_row(message_id: str, *, viewer_id: str) -> Row:
    """Return the row of a message, from the point of view of the viewer.

    Raises:
        NotFound: There is no such message, or the member may not see it.
    """
    get_message(message_id, viewer_id=viewer_id)
    rows = reads.get_rows(message_template, [message_id])
    if not (rows and is_visible_row(rows[0], viewer_id)):
        raise NotFound
    return rows[0]


def find_own_pair(message: Message, sender_id: str) -> Pair | None:
    """Return both participants of a message that this member sent, even across a block.

    None if another member sent it, or the member deleted it for themselves.
    """
    if message.sender_id != sender_id or message.hidden_for_sender:
        return None
    return find_pair(sender_id, message.receiver_id)


def list_messages(
    other_id: str, *, viewer_id: str, limit: int, after: Entry | None = None, oldest: bool = False
) -> MessagePage:
    """Return a page of a conversation that the viewer may see.

    The newest messages come first, or with `oldest` the oldest.

    Raises:
        Invalid: Both ids are the same.
        NotFound: There is no such member, or a block separates the two.
    """
    require_not_self(viewer_id, other_id, "message")
    listing = ListQuery(
        message_template,
        "conversation",
        conversation_id(viewer_id, other_id),
        limit=limit,
        after=after,
        oldest=oldest,
        if_known=True,  # there may be no conversation
    )
    pair = get_messaging_context(viewer_id, other_id, listing).pair
    if pair is None:
        return MessagePage([], None, "")
    rows, next_after = filter_pages(
        listing, keep=lambda rows: [row for row in rows if is_visible_row(row, viewer_id)]
    )
    return MessagePage(rows, next_after, pair.theirs.read_up_to)


def find_message(message_id: str) -> Message | None:
    """Return a message without a check of permissions, or None."""
    return reads.get_records(messages, [message_id]).get(message_id)


def messages_around(message: Message, *, limit: int) -> list[Message]:
    """Return a message with at most `limit` before and after it, oldest first.

    There is no check of permissions. It is for moderators with a report of the message, whose
    access is recorded in the audit log first.
    """
    position: Entry = (message.id, milliseconds(message.created_at))
    ids = [message.id]
    for oldest in (False, True):
        page = ListQuery(
            message_template,
            "conversation",
            message.conversation,
            limit=limit,
            after=position,
            oldest=oldest,
        ).result()
        ids += [row.id for row in page.rows]
    records = reads.get_records(messages, ids)
    return [records[pk] for pk in sorted(records)]


def find_newest_visible(participant: Participant, *, without: str) -> tuple[str, str]:
    """Return the ids of the newest message that a participant may see, and of its image.

    The message with the id `without` is ignored. Ids are empty if there is none.
    """
    user_id = participant.user_id
    conversation = conversation_id(user_id, participant.other_id)

    def keep(rows: list[Row]) -> list[Row]:
        return [row for row in rows if row.id != without and is_visible_row(row, user_id)]

    rows: list[Row] = []
    after: Entry | None = None
    while not rows:
        listing = ListQuery(message_template, "conversation", conversation, limit=1, after=after)
        rows, after = filter_pages(listing, keep=keep)
        if after is None:
            break
    return (rows[0].id, rows[0].value("media_id")) if rows else ("", "")


def list_unread_since(snapshot: Participant) -> list[str]:
    """Return the ids of the unread messages since a participant was read, oldest first."""
    after: Entry | None = (snapshot.last_message_id, milliseconds(snapshot.last_message_at))
    conversation = conversation_id(snapshot.user_id, snapshot.other_id)
    unread_ids: list[str] = []
    while after:
        page = ListQuery(
            message_template, "conversation", conversation, limit=BATCH, after=after, oldest=True
        ).result()
        records = reads.get_records(messages, [row.id for row in page.rows])
        unread_ids += [pk for pk, message in records.items() if is_unread(message, snapshot)]
        after = page.next
    return unread_ids


def is_unread(message: Message, participant: Participant) -> bool:
    """Return whether a message counts as unread for a participant of its conversation."""
    return (
        message.receiver_id == participant.user_id
        and str(message.pk) > participant.read_up_to
        and not message.is_deleted
        and not message.hidden_for_receiver
    )


def is_visible_row(row: Row, viewer_id: str, *, is_blocked: bool = False) -> bool:
    """Return whether a viewer may see the message of a row."""
    sender_id = row.value("sender_id")
    hidden_field = "hidden_for_sender" if viewer_id == sender_id else "hidden_for_receiver"
    return can_see_message(
        viewer_id,
        sender_id=sender_id,
        receiver_id=row.value("receiver_id"),
        is_hidden=row.value(hidden_field) == "true",
        is_blocked=is_blocked,
    )
