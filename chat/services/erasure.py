"""Deletion of the conversations of a deleted member."""

from chat.models import conversation_id
from chat.store import messages, open_chats, participants
from mysocial.core.ids import pair_id
from mysocial.outbox import delete_listed, queue_cascade
from mysocial.store import JsonTemplate, ListQuery, newest_records, reads, write


def delete_conversations(*, user_id: str, limit: int) -> bool:
    """Delete at most `limit` records of a deleted member; return whether none are left.

    Messages are deleted first, then the participants of the conversation, then open chats.
    """
    page = ListQuery(JsonTemplate(participants), "user", user_id, limit=1).result()
    for row in page.rows:
        other_id = row.value("other_id")
        if _delete_messages(conversation_id(user_id, other_id), limit=limit):
            _delete_participants(user_id, other_id)
    if page.rows:
        return False
    return all(
        delete_listed(open_chats, index, user_id, limit=limit) for index in ("user", "other")
    )


def _delete_messages(conversation: str, *, limit: int) -> bool:
    newest, is_all = newest_records(messages, "conversation", conversation, limit=limit)
    with write() as w:
        for message in newest:
            w.delete(message, missing_ok=True)
            if message.media_id:
                queue_cascade(w, message)
    return is_all


def _delete_participants(user_id: str, other_id: str) -> None:
    ids = [pair_id(user_id, other_id), pair_id(other_id, user_id)]
    with write() as w:
        for participant in reads.get_records(participants, ids).values():
            w.delete(participant, missing_ok=True)
