"""Audiences of chat events and records, as permissions are now."""

from collections.abc import Sequence

import orjson

from chat.permissions import can_write_to
from chat.representations import conversation_template, message_template, render_conversation
from chat.selectors.messages import is_visible_row
from chat.selectors.messaging_context import get_messaging_context
from chat.store import participants
from followers.selectors import get_relationships, who_can_interact
from mysocial.core.errors import NotFound
from mysocial.core.ids import pair_id, split_pair_id
from mysocial.store import Query, Row, ViewerCheck, gather, reads, to_json
from users.selectors import silence_check, suspension_check


def current_viewers(message_id: str, viewers: set[str]) -> set[str]:
    """Return those of `viewers` that may see a message now."""
    rows = reads.get_rows(message_template, [message_id]) if viewers else []
    if not rows:
        return set()
    (row,) = rows
    sender_id, receiver_id = row.value("sender_id"), row.value("receiver_id")
    is_blocked = not current_members(sender_id, receiver_id, {sender_id})
    return {viewer for viewer in viewers if is_visible_row(row, viewer, is_blocked=is_blocked)}


def message_json_query(message_id: str) -> Query[bytes | None]:
    """Query the JSON object of a message regardless of the viewer; None if there is none."""

    def render(rows: list[Row]) -> bytes | None:
        return message_template.render(rows[0]) if rows else None

    return reads.rows_query(message_template, [message_id]).map(render)


def reaction_json_query(message_id: str, user_id: str) -> Query[bytes | None]:
    """Query the data of `message.reaction` as it is now; None if there is no such message."""

    def render(rows: list[Row]) -> bytes | None:
        if not rows:
            return None
        reactions = orjson.loads(b"{%b}" % rows[0].values["main"])["reactions"]
        return to_json(
            {"message_id": message_id, "user_id": user_id, "type": reactions.get(user_id)}
        )

    return reads.rows_query(message_template, [message_id]).map(render)


def conversation_json_query(user_id: str, other_id: str) -> Query[bytes | None]:
    """Query the JSON object of a member's conversation; None if there is none."""

    def render(rows: list[Row]) -> bytes | None:
        return render_conversation(rows[0]) if rows else None

    return reads.rows_query(conversation_template, [pair_id(user_id, other_id)]).map(render)


def visible_participants(pks: Sequence[str], *, viewer_id: str) -> set[str]:
    """Return the ids of the participants that belong to the viewer and are not behind a block."""
    pks_by_other = {}
    for pk in pks:
        user_id, other_id = split_pair_id(pk)
        if user_id == viewer_id:
            pks_by_other[other_id] = pk
    if not pks_by_other:
        return set()
    return {pks_by_other[other_id] for other_id in who_can_interact(viewer_id, set(pks_by_other))}


def current_members(user_id: str, other_id: str, viewers: set[str]) -> set[str]:
    """Return those of `viewers` that are one of the two, unless a block separates the two."""
    members = viewers & {user_id, other_id}
    return members if members and who_can_interact(user_id, {other_id}) else set()


def typing_audience(sender_id: str, receiver_id: str, viewers: set[str]) -> set[str]:
    """Return the receiver if they are in `viewers` and the sender may write to them now.

    A silenced or suspended sender may write to nobody.
    """
    if receiver_id not in viewers or receiver_id == sender_id:
        return set()
    restrictions = reads.checks_query(sender_id, [silence_check(), suspension_check()])
    try:
        context = get_messaging_context(sender_id, receiver_id, restrictions)
    except NotFound:
        return set()
    if any(restrictions.result()):
        return set()
    is_allowed = can_write_to(
        context.who_may_message, is_followed=context.is_followed, has_written=context.has_written
    )
    return {receiver_id} if is_allowed else set()


def filter_acquainted(user_id: str, others: set[str]) -> set[str]:
    """Return those of `others` that know a member: both follow, or they have a conversation.

    Members behind a block are left out. Costs two round trips, however many others there are.
    """
    relationships = get_relationships(user_id, others) if others else []
    reachable = [relationship for relationship in relationships if not relationship.blocked]
    mutual = {
        relationship.other_id
        for relationship in reachable
        if relationship.following and relationship.followed_by
    }
    remaining = {relationship.other_id for relationship in reachable} - mutual
    return mutual | _filter_conversing(user_id, remaining)


def _filter_conversing(user_id: str, others: set[str]) -> set[str]:
    """Return those of `others` that have a conversation with the member."""
    list_key = participants.list_key("user", user_id)
    check = ViewerCheck(list_key, pair_id(user_id, ""), "", participants.prefix)
    queries = {other_id: reads.checks_query(other_id, [check]) for other_id in others}
    gather(*queries.values())
    return {other_id for other_id, query in queries.items() if any(query.result())}
