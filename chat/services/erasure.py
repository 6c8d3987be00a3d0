"""What becomes of the conversations of a member who is gone."""

from chat.models import conversation_id, side_id
from chat.store import messages, open_chats, sides
from mysocial.outbox.cascades import cascade, remove_listed
from mysocial.store import pagination, reads
from mysocial.store.json_templates import Wire
from mysocial.store.writes import write


def remove_member(*, user_id: str, limit: int) -> bool:
    """Remove at most `limit` of a member's messages, or what is left; True when nothing is."""
    page = pagination.Listing(Wire(sides), "user", user_id, limit=1).get()
    for row in page.rows:
        other_id = row.value("other_id")
        conversation = conversation_id(user_id, other_id)
        if _remove_messages(conversation, limit=limit):
            _remove_sides(user_id, other_id)
    if page.rows:
        return False
    lists = ("user", "other")
    return all(remove_listed(open_chats, one, user_id, limit=limit) for one in lists)


def _remove_messages(conversation: str, *, limit: int) -> bool:
    found, are_all = pagination.newest(messages, "conversation", conversation, limit=limit)
    with write() as w:
        for message in found:
            w.delete(message, lenient=True)
            if message.media_id:
                cascade(w, message)
    return are_all


def _remove_sides(user_id: str, other_id: str) -> None:
    both = [side_id(user_id, other_id), side_id(other_id, user_id)]
    with write() as w:
        for side in reads.get_many(sides, both).values():
            w.delete(side, lenient=True)
