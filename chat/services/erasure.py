"""What becomes of the conversations of a member who is gone."""

from chat.models import conversation_id
from chat.store import messages, open_chats, participants
from mysocial.core.ids import pair_id
from mysocial.outbox import delete_listed, queue_cascade
from mysocial.store import JsonTemplate, pagination, reads, write


def delete_conversations(*, user_id: str, limit: int) -> bool:
    """Remove at most `limit` of a member's messages, or what is left; True when nothing is."""
    page = pagination.ListQuery(JsonTemplate(participants), "user", user_id, limit=1).result()
    for row in page.rows:
        other_id = row.value("other_id")
        conversation = conversation_id(user_id, other_id)
        if _remove_messages(conversation, limit=limit):
            _remove_sides(user_id, other_id)
    if page.rows:
        return False
    lists = ("user", "other")
    return all(delete_listed(open_chats, one, user_id, limit=limit) for one in lists)


def _remove_messages(conversation: str, *, limit: int) -> bool:
    found, are_all = pagination.latest(messages, "conversation", conversation, limit=limit)
    with write() as w:
        for message in found:
            w.delete(message, missing_ok=True)
            if message.media_id:
                queue_cascade(w, message)
    return are_all


def _remove_sides(user_id: str, other_id: str) -> None:
    both = [pair_id(user_id, other_id), pair_id(other_id, user_id)]
    with write() as w:
        for side in reads.get_records(participants, both).values():
            w.delete(side, missing_ok=True)
