"""Stores of chat."""

from chat.models import Message, OpenChat, Participant
from mysocial.store import Index, Store

MEMBER = "users.user"

messages = Store(
    Message,
    fragments={"history": ("history",)},
    plain_fields=(
        "conversation",
        "sender_id",
        "receiver_id",
        "media_id",
        "hidden_for_sender",
        "hidden_for_receiver",
    ),
    indexes=(Index("conversation", "conversation"),),
)
participants = Store(
    Participant,
    plain_fields=("user_id", "other_id", "shown_message_id", "shown_media_id", "has_unread"),
    counters=("unread",),
    natural_key=("user_id", "other_id"),
    indexes=(
        Index("user", "user_id", order="last_message_at", parent_label=MEMBER),
        Index(
            "unread",
            "user_id",
            order="unread_since",
            where={"has_unread": (True,)},
            parent_label=MEMBER,
        ),
    ),
)
open_chats = Store(
    OpenChat,
    plain_fields=("user_id", "other_id"),
    natural_key=("user_id", "other_id"),
    indexes=(
        Index("user", "user_id", parent_label=MEMBER),
        Index("other", "other_id", parent_label=MEMBER),
    ),
)
