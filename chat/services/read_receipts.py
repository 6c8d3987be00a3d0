"""Read receipts, and the claims of e-mails about unread messages."""

from chat import selectors
from chat.events import ConversationUpdated, MessageRead
from chat.models import Participant
from chat.selectors import UnreadConversation
from chat.services.unread import decrement_unread, mark_unread, require_can_interact
from chat.store import participants
from mysocial.core.ids import pair_id
from mysocial.store import STALE_ERRORS, reads, retry_on_conflict, write


def mark_conversation_read(*, user_id: str, other_id: str) -> Participant:
    """Mark the messages that a conversation has now as read; repeating it changes nothing.

    Messages that arrive meanwhile stay unread.

    Raises:
        Invalid: Both ids are the same.
        NotFound: There is no conversation, or a block separates the two.
    """
    snapshot = selectors.get_pair(user_id, other_id).mine
    return mark_read_up_to(snapshot) if snapshot.unread else snapshot


@retry_on_conflict
def mark_read_up_to(snapshot: Participant) -> Participant:
    """Mark the messages up to the last one of a participant's earlier state as read."""
    participant = selectors.get_pair(snapshot.user_id, snapshot.other_id).mine
    if participant.read_up_to >= snapshot.last_message_id or not participant.unread:
        return participant
    has_newer = participant.last_message_id != snapshot.last_message_id
    still_unread = selectors.list_unread_since(snapshot) if has_newer else []
    with write(*STALE_ERRORS) as w:
        require_can_interact(w, participant.user_id, participant.other_id)
        w.update(participant, check_revision=True, read_up_to=snapshot.last_message_id)
        decrement_unread(w, participant, by=participant.unread - len(still_unread))
        if still_unread:
            mark_unread(w, participant, still_unread[0])
        w.announce(MessageRead(participant.user_id, participant.other_id, participant.read_up_to))
        w.announce(ConversationUpdated(participant))
        w.respond_with(participant)
    return participant


@retry_on_conflict
def claim_unread_conversations(
    *, user_id: str, sender_id: str, first_unread_id: str, email_id: str
) -> list[UnreadConversation]:
    """Claim all unread conversations that no e-mail has reported yet, for this e-mail.

    One e-mail is queued for each conversation that becomes unread. The first that is due reports
    all of them, and the others find nothing left to report. An e-mail that is retried reports what
    it claimed before.

    Args:
        user_id: The recipient of the e-mail.
        sender_id: The sender of the messages that the e-mail was queued for.
        first_unread_id: The first of these messages.
        email_id: The id of the e-mail.

    Returns:
        The conversations to report; none if the e-mail is not needed.
    """
    unread = selectors.list_unread_conversations(user_id)
    records = reads.get_records(
        participants, [conversation.participant_id for conversation in unread]
    )
    claimed = {pk for pk, record in records.items() if record.unread_email_id == email_id}
    unclaimed = {pk: record for pk, record in records.items() if not record.unread_email_id}
    # If the messages were read and others arrived, a later e-mail was queued for those.
    queued_for = unclaimed.get(pair_id(user_id, sender_id))
    if not claimed and not (queued_for and queued_for.first_unread_id == first_unread_id):
        return []
    with write(*STALE_ERRORS) as w:
        for participant in unclaimed.values():
            w.update(participant, check_revision=True, unread_email_id=email_id)
    reported = claimed | set(unclaimed)
    return [conversation for conversation in unread if conversation.participant_id in reported]
