"""Verbs of chat: the only writers of messages, sides and open chats."""

from chat.services.erasure import remove_member
from chat.services.messages import (
    announce_media,
    delete_message,
    edit_message,
    react,
    remove_media,
    remove_message,
)
from chat.services.messages_send import send_message
from chat.services.open_chats import close_chat, open_chat
from chat.services.read_receipts import mark_read, tell
from chat.services.typing import send_typing

__all__ = [
    "announce_media",
    "close_chat",
    "delete_message",
    "edit_message",
    "mark_read",
    "open_chat",
    "react",
    "remove_media",
    "remove_member",
    "remove_message",
    "send_message",
    "send_typing",
    "tell",
]
