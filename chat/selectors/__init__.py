"""Reads of chat, for the two members of a conversation. A block hides it from both."""

from chat.selectors.audiences import (
    conversation_json_query,
    current_members,
    current_viewers,
    filter_acquainted,
    message_json_query,
    reaction_json_query,
    typing_audience,
    visible_participants,
)
from chat.selectors.conversations import (
    UnreadConversation,
    UnreadCounts,
    get_unread_counts,
    list_conversations,
    list_open_chats,
    list_unread_conversations,
)
from chat.selectors.messages import (
    MessagePage,
    find_message,
    find_newest_visible,
    get_message,
    get_row,
    is_unread,
    list_messages,
    list_unread_since,
    messages_around,
)
from chat.selectors.messaging_context import (
    MessagingContext,
    Pair,
    find_pair,
    get_messaging_context,
    get_pair,
)

__all__ = [
    "MessagePage",
    "MessagingContext",
    "Pair",
    "UnreadConversation",
    "UnreadCounts",
    "conversation_json_query",
    "current_members",
    "current_viewers",
    "filter_acquainted",
    "find_message",
    "find_newest_visible",
    "find_pair",
    "get_message",
    "get_messaging_context",
    "get_pair",
    "get_row",
    "get_unread_counts",
    "is_unread",
    "list_conversations",
    "list_messages",
    "list_open_chats",
    "list_unread_conversations",
    "list_unread_since",
    "message_json_query",
    "messages_around",
    "reaction_json_query",
    "typing_audience",
    "visible_participants",
]
