"""Marking a conversation as read, and telling of what is not."""

from chat import selectors
from chat.events import ConversationUpdated, MessageRead
from chat.models import Participant
from chat.selectors import UnreadConversation
from chat.services.unread import count_less, require_can_interact, schedule_unread_email
from chat.store import participants
from mysocial.core.ids import pair_id
from mysocial.store import STALE_ERRORS, reads, run_with_retry, write


def mark_conversation_read(*, user_id: str, other_id: str) -> Participant:
    """Mark as read what the conversation has now; what comes meanwhile stays unread.

    A second time changes nothing. `NotFound` for no conversation, or across a block.
    """
    seen = selectors.open_pair(user_id, other_id).mine
    return run_with_retry(lambda: _mark_read(seen)) if seen.unread else seen


def claim_unread_conversations(
    *, user_id: str, sender_id: str, first_unread_id: str, email_id: str
) -> list[UnreadConversation]:
    """Claim for a mail all that is unread and not told yet, and return it; nothing if not needed.

    A mail was queued for each conversation that began to wait. The first that falls due tells of
    all of them, so the others have nothing to tell. A mail that is tried again tells what it told.
    """
    return run_with_retry(
        lambda: _tell(user_id, pair_id(user_id, sender_id), first_unread_id, email_id)
    )


def _mark_read(seen: Participant) -> Participant:
    side = selectors.open_pair(seen.user_id, seen.other_id).mine
    if side.read_up_to >= seen.last_message_id or not side.unread:
        return side
    left = selectors.arrived_since(seen) if side.last_message_id != seen.last_message_id else []
    with write(*STALE_ERRORS) as w:
        require_can_interact(w, side.user_id, side.other_id)
        w.update(side, check_revision=True, read_up_to=seen.last_message_id)
        count_less(w, side, by=side.unread - len(left))
        if left:
            schedule_unread_email(w, side, left[0])
        w.announce(MessageRead(side.user_id, side.other_id, side.read_up_to))
        w.announce(ConversationUpdated(side))
        w.respond_with(side)
    return side


def _tell(user_id: str, occasion: str, first: str, mail_id: str) -> list[UnreadConversation]:
    waiting = selectors.waiting_for(user_id)
    found = reads.get_records(participants, [one.participant_id for one in waiting])
    told = {pk for pk, side in found.items() if side.unread_email_id == mail_id}
    untold = {pk: side for pk, side in found.items() if not side.unread_email_id}
    # What was read and is unread again has a later mail of its own.
    if not told and not (occasion in untold and untold[occasion].first_unread_id == first):
        return []
    with write(*STALE_ERRORS) as w:
        for side in untold.values():
            w.update(side, check_revision=True, unread_email_id=mail_id)
    return [one for one in waiting if one.participant_id in told | set(untold)]
