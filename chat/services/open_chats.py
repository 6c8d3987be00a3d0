"""The chats that a member keeps open."""

from chat import selectors
from chat.events import ChatUsers
from chat.models import OpenChat
from chat.services.unread import require_can_interact
from chat.store import open_chats
from mysocial.core.ids import pair_id
from mysocial.store import STALE_ERRORS, reads, run_with_retry, write


def open_chat(*, user_id: str, other_id: str) -> None:
    """Keep a chat open; a second time changes nothing. `NotFound` across a block."""
    run_with_retry(lambda: _open(user_id, other_id))


def close_chat(*, user_id: str, other_id: str) -> None:
    """Keep a chat open no longer; a second time changes nothing. `NotFound` across a block."""
    run_with_retry(lambda: _close(user_id, other_id))


def _open(user_id: str, other_id: str) -> None:
    selectors.check_other(user_id, other_id)
    pk = pair_id(user_id, other_id)
    if reads.get_records(open_chats, [pk]):
        return
    with write(*STALE_ERRORS) as w:
        require_can_interact(w, user_id, other_id)
        w.create(OpenChat(id=pk, user_id=user_id, other_id=other_id))
        w.announce(ChatUsers(user_id, other_id, True))


def _close(user_id: str, other_id: str) -> None:
    selectors.check_other(user_id, other_id)
    found = reads.get_records(open_chats, [pair_id(user_id, other_id)])
    for chat in found.values():
        with write(*STALE_ERRORS) as w:
            require_can_interact(w, user_id, other_id)
            w.delete(chat)
            w.announce(ChatUsers(user_id, other_id, False))
