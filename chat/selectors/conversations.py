"""Messages, conversations and open chats, as one of the two reads them."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from chat.models import Message, Participant, conversation_id
from chat.permissions import can_see_message
from chat.representations import (
    conversation_template,
    message_template,
    open_chat_template,
    unread_template,
)
from chat.store import messages, participants
from followers.selectors import ViewerRelation, relation_checks, relation_query
from mysocial.core.errors import NotFound
from mysocial.core.ids import milliseconds, pair_id
from mysocial.store import Entry, JsonTemplate, Row, pagination, reads
from users.representations import related_username
from users.selectors import (
    preferences_query,
    require_not_self,
    suspension_check,
    user_query,
    wants_notification,
)

BATCH = 200
Found = tuple[list[Row], Entry | None]


class Pair(NamedTuple):
    """Both sides of a conversation."""

    mine: Participant
    theirs: Participant


class MessagingContext(NamedTuple):
    """What holds between one and another, and their conversation, if there is one."""

    who_may_message: str  # as the other's settings have it
    wants_mail: bool  # of messages, the other
    is_followed: bool  # the other follows one
    pair: Pair | None


class Unread(NamedTuple):
    """How many messages are unread, in how many conversations."""

    messages: int
    conversations: int


class UnreadConversation(NamedTuple):
    """What is unread of one person."""

    participant_id: str
    username: str
    unread: int


# One conversation --------------------------------------------------------------------------------


def check_other(user_id: str, other_id: str) -> None:
    """Raise `Invalid` when it is oneself; `NotFound` for nobody, or across a block."""
    require_not_self(user_id, other_id, "message")
    other, relation = user_query(other_id), relation_query(user_id, other_id)
    reads.gather(other, relation)
    other.result()
    if relation.result().blocked:
        raise NotFound


def get_messaging_context(
    user_id: str, other_id: str, *beside: reads.Query[Any]
) -> MessagingContext:
    """Return what holds between the two, in the same round trip as the answers to `beside`.

    `NotFound` for nobody, or when either blocks the other.
    """
    found, relation = preferences_query([other_id]), relation_query(other_id, user_id)
    suspended = reads.checks_query(other_id, [suspension_check()])
    pair = _asked_sides(user_id, other_id)
    reads.gather(found, relation, suspended, *pair, *beside)
    other = found.result().get(other_id)
    if other is None or relation.result().blocked or any(suspended.result()):
        raise NotFound
    wants_mail = wants_notification(other, "message", "email")
    return MessagingContext(
        other.who_may_message, wants_mail, relation.result().follows, _pair(*pair)
    )


def get_pair(user_id: str, other_id: str) -> Pair | None:
    """Return both sides of a conversation, None when nothing was written yet."""
    pair = _asked_sides(user_id, other_id)
    reads.gather(*pair)
    return _pair(*pair)


def _asked_sides(user_id: str, other_id: str) -> Sequence[reads.Query[Participant | None]]:
    """Return the questions for both sides; that there are none is told by each one's list."""
    both = (pair_id(user_id, other_id), pair_id(other_id, user_id))
    return [reads.optional_record_query(participants, pk) for pk in both]


def _pair(
    mine: reads.Query[Participant | None], theirs: reads.Query[Participant | None]
) -> Pair | None:
    own, others = mine.result(), theirs.result()
    return Pair(own, others) if own and others else None


def open_pair(user_id: str, other_id: str, *beside: reads.Query[Any]) -> Pair:
    """Return both sides; `NotFound` for nobody, no conversation, or across a block.

    `Invalid` when it is oneself.
    """
    require_not_self(user_id, other_id, "message")
    pair = get_messaging_context(user_id, other_id, *beside).pair
    if pair is None:
        raise NotFound
    return pair


def get_message(message_id: str, *, to: str) -> tuple[Message, Pair]:
    """Return a message to work with, and both sides as `to` has them; `NotFound` if not seen."""
    message = reads.get_record(messages, message_id)
    if to not in {message.sender_id, message.receiver_id}:
        raise NotFound
    other_id = message.receiver_id if to == message.sender_id else message.sender_id
    pair = open_pair(to, other_id)
    if getattr(message, message.hiding_from(to)):
        raise NotFound
    return message, pair


def messages_with(
    other_id: str, *, to: str, limit: int, after: Entry | None = None, oldest: bool = False
) -> tuple[Found, str]:
    """Return a page of what the two wrote, newest first or `oldest`, as `to` may see it.

    And up to which message the other has read. `NotFound` for nobody, or across a block.
    """
    require_not_self(to, other_id, "message")
    conversation = conversation_id(to, other_id)
    listing = pagination.ListQuery(
        message_template,
        "conversation",
        conversation,
        limit=limit,
        after=after,
        oldest=oldest,
        if_known=True,  # there may be none between the two
    )
    pair = get_messaging_context(to, other_id, listing).pair
    if pair is None:
        return ([], None), ""
    found = pagination.filter_pages(
        listing, keep=lambda rows: [row for row in rows if is_seen(row, to)]
    )
    return found, pair.theirs.read_up_to


def find_message(message_id: str) -> Message | None:
    """Return a message, whoever may see it; None when it is gone."""
    return reads.get_records(messages, [message_id]).get(message_id)


def messages_around(message: Message, *, limit: int) -> list[Message]:
    """Return a message with at most `most` before and after it, oldest first, whoever may see them.

    For a moderator with a report of it, whose look is written down first.
    """
    place: Entry = (message.id, milliseconds(message.created_at))
    ids = [message.id]
    for oldest in (False, True):
        page = pagination.ListQuery(
            message_template, "conversation", message.conversation, limit=limit, after=place,
            oldest=oldest,
        ).result()  # fmt: skip
        ids += [row.id for row in page.rows]
    found = reads.get_records(messages, ids)
    return [found[pk] for pk in sorted(found)]


def newest_seen(side: Participant, *, without: str) -> tuple[str, str]:
    """Return the newest message that one sees of a conversation beside `without`, and its image.

    Both are empty for none.
    """
    found: list[Row] = []
    after: Entry | None = None
    conversation = conversation_id(side.user_id, side.other_id)
    while not found:
        found, after = pagination.filter_pages(
            pagination.ListQuery(
                message_template, "conversation", conversation, limit=1, after=after
            ),
            keep=lambda rows: [r for r in rows if r.id != without and is_seen(r, side.user_id)],
        )
        if after is None:
            break
    return (found[0].id, found[0].value("media_id")) if found else ("", "")


def arrived_since(seen: Participant) -> list[str]:
    """Return the ids of what came to a side since it was read, oldest first, and is unread."""
    after: Entry | None = (seen.last_message_id, milliseconds(seen.last_message_at))
    conversation = conversation_id(seen.user_id, seen.other_id)
    found: list[str] = []
    while after:
        page = pagination.ListQuery(
            message_template, "conversation", conversation, limit=BATCH, after=after, oldest=True
        ).result()
        some = reads.get_records(messages, [row.id for row in page.rows])
        found += [pk for pk, message in some.items() if is_unread(message, seen)]
        after = page.next
    return found


def is_unread(message: Message, side: Participant) -> bool:
    """Tell whether a message counts as unread on a side of its conversation."""
    return (
        message.receiver_id == side.user_id
        and str(message.pk) > side.read_up_to
        and not message.is_deleted
        and not message.hidden_for_receiver
    )


def is_seen(row: Row, viewer_id: str, *, is_blocked: bool = False) -> bool:
    """Tell whether a viewer may see the message of a row."""
    sender_id = row.value("sender_id")
    hidden = "hidden_for_sender" if viewer_id == sender_id else "hidden_for_receiver"
    return can_see_message(
        viewer_id,
        sender_id=sender_id,
        receiver_id=row.value("receiver_id"),
        is_hidden=row.value(hidden) == "true",
        is_blocked=is_blocked,
    )


# Lists -------------------------------------------------------------------------------------------


def conversations_of(user_id: str, *, limit: int, after: Entry | None = None) -> Found:
    """Return one's conversations, that of the newest message first, in one round trip."""
    return _own_page(conversation_template, user_id, limit, after)


def open_chats_of(user_id: str, *, limit: int, after: Entry | None = None) -> Found:
    """Return with whom one keeps a chat open, the newest first."""
    return _own_page(open_chat_template, user_id, limit, after)


def _own_page(wire: JsonTemplate, user_id: str, limit: int, after: Entry | None) -> Found:
    about = {"other_id": relation_checks(user_id)}
    listing = pagination.ListQuery(wire, "user", user_id, limit=limit, after=after, about=about)
    return pagination.filter_pages(listing, keep=_met)


def unread_of(user_id: str) -> Unread:
    """Return how much is unread, of those whom the member may meet."""
    counts = [int(row.value("unread")) for row in _unread_rows(user_id)]
    return Unread(sum(counts), len(counts))


def waiting_for(user_id: str) -> list[UnreadConversation]:
    """Return what is unread of whom, the newest first; of those whom one mutes nothing is told."""
    return [
        UnreadConversation(row.id, related_username(row, "other_id"), int(row.value("unread")))
        for row in _unread_rows(user_id)
        if not ViewerRelation.from_flags(row.related("other_id").checks).mutes
    ]


def _unread_rows(user_id: str) -> list[Row]:
    about = {"other_id": relation_checks(user_id)}
    found: list[Row] = []
    after: Entry | None = None
    while True:
        page = pagination.ListQuery(
            unread_template, "unread", user_id, limit=BATCH, after=after, about=about
        ).result()
        found += _met(page.rows)
        after = page.next
        if after is None:
            return found


def _met(rows: list[Row]) -> list[Row]:
    """Return those whose other person is there, and whom no block parts."""
    return [
        row
        for row in rows
        if row.related("other_id").exists
        and not ViewerRelation.from_flags(row.related("other_id").checks).blocked
    ]
