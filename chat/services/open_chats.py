"""The chats that a member keeps open."""

from chat.events import OpenChatChanged
from chat.models import OpenChat
from chat.services.unread import require_can_interact
from chat.store import open_chats
from followers.selectors import relation_query
from mysocial.core.errors import NotFound
from mysocial.core.ids import pair_id
from mysocial.store import STALE_ERRORS, gather, reads, retry_on_conflict, write
from users.selectors import require_not_self, user_query


@retry_on_conflict
def open_chat(*, user_id: str, other_id: str) -> None:
    """Keep a chat open; repeating it changes nothing.

    Raises:
        Invalid: Both ids are the same.
        NotFound: There is no such member, or a block separates the two.
    """
    _check_reachable(user_id, other_id)
    pk = pair_id(user_id, other_id)
    if reads.get_records(open_chats, [pk]):
        return
    with write(*STALE_ERRORS) as w:
        require_can_interact(w, user_id, other_id)
        w.create(OpenChat(id=pk, user_id=user_id, other_id=other_id))
        w.announce(OpenChatChanged(user_id, other_id, True))


@retry_on_conflict
def close_chat(*, user_id: str, other_id: str) -> None:
    """Close a chat; repeating it changes nothing.

    Raises:
        Invalid: Both ids are the same.
        NotFound: There is no such member, or a block separates the two.
    """
    _check_reachable(user_id, other_id)
    records = reads.get_records(open_chats, [pair_id(user_id, other_id)])
    for chat in records.values():
        with write(*STALE_ERRORS) as w:
            require_can_interact(w, user_id, other_id)
            w.delete(chat)
            w.announce(OpenChatChanged(user_id, other_id, False))


def _check_reachable(user_id: str, other_id: str) -> None:
    require_not_self(user_id, other_id, "message")
    other, relation = user_query(other_id), relation_query(user_id, other_id)
    gather(other, relation)
    other.result()  # raises NotFound
    if relation.result().blocked:
        raise NotFound
