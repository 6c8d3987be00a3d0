"""Who hears what of chat, as things are now."""

from collections.abc import Sequence

from chat.permissions import can_write_to
from chat.representations import message_template
from chat.selectors.conversations import get_messaging_context, is_seen
from chat.store import messages, participants
from followers.selectors import get_relationships, who_can_interact
from mysocial.core.errors import NotFound
from mysocial.core.ids import pair_id, split_pair_id
from mysocial.store import reads


def current_viewers(message_id: str, viewers: set[str]) -> set[str]:
    """Return those of `viewers` who see a message as it is now."""
    found = reads.get_rows(message_template, [message_id]) if viewers else []
    if not found:
        return set()
    one, other = (found[0].value(name) for name in ("sender_id", "receiver_id"))
    is_blocked = not current_members(one, other, {one})
    return {viewer for viewer in viewers if is_seen(found[0], viewer, is_blocked=is_blocked)}


def message_exists(message_id: str) -> bool:
    """Tell whether a message is not deleted for everyone."""
    found = reads.get_records(messages, [message_id]).get(message_id)
    return found is not None and not found.is_deleted


def visible_participants(pks: Sequence[str], *, to: str) -> set[str]:
    """Return those of the sides that are of `to`, and of people whom `to` may meet."""
    others = {split_pair_id(pk)[1]: pk for pk in pks if split_pair_id(pk)[0] == to}
    return {others[one] for one in who_can_interact(to, set(others))} if others else set()


def current_members(one_id: str, other_id: str, viewers: set[str]) -> set[str]:
    """Return those of `viewers` who are one of the two, unless a block parts these."""
    among = viewers & {one_id, other_id}
    return among if among and who_can_interact(one_id, {other_id}) else set()


def typing_audience(sender_id: str, receiver_id: str, viewers: set[str]) -> set[str]:
    """Return the receiver, if among `viewers` and if the sender may write to them now."""
    if receiver_id not in viewers or receiver_id == sender_id:
        return set()
    try:
        bond = get_messaging_context(sender_id, receiver_id)
    except NotFound:
        return set()
    has_written = bool(bond.pair and bond.pair.theirs.has_written)
    may = can_write_to(bond.who_may_message, is_followed=bond.is_followed, has_written=has_written)
    return {receiver_id} if may else set()


def acquainted(person_id: str, others: set[str]) -> set[str]:
    """Return those of `others` who know the person: both follow, or they share a conversation.

    Nobody whom a block parts from the person. One question, whatever the number of others.
    """
    found = get_relationships(person_id, others) if others else []
    met = [one for one in found if not one.blocked]
    mutual = {one.other_id for one in met if one.following and one.followed_by}
    return mutual | _conversing(person_id, {one.other_id for one in met} - mutual)


def _conversing(person_id: str, others: set[str]) -> set[str]:
    """Return those of `others` with whom the person has a conversation."""
    side = (
        participants.list_key("user", person_id),
        pair_id(person_id, ""),
        "",
        participants.prefix,
    )
    some = list(others)
    answers = reads.execute(*({"kind": "facts", "value": one, "facts": [side]} for one in some))
    return {one for one, (has_side,) in zip(some, answers, strict=True) if has_side}
