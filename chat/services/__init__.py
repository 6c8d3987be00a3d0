"""Services of chat: the only writers of messages, participants and open chats."""

from chat.services.erasure import delete_conversations
from chat.services.messages import (
    announce_image,
    delete_message,
    delete_message_media,
    edit_message,
    remove_message,
    set_reaction,
)
from chat.services.messages_send import send_message
from chat.services.open_chats import close_chat, open_chat
from chat.services.read_receipts import claim_unread_conversations, mark_conversation_read
from chat.services.typing import send_typing

__all__ = [
    "announce_image",
    "claim_unread_conversations",
    "close_chat",
    "delete_conversations",
    "delete_message",
    "delete_message_media",
    "edit_message",
    "mark_conversation_read",
    "open_chat",
    "remove_message",
    "send_message",
    "send_typing",
    "set_reaction",
]
