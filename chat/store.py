"""What lives in Redis of chat."""

from chat.models import Message, OpenChat, Side
from mysocial.store import Index, Store

messages = Store(
    Message,
    raw=("conversation", "sender_id", "receiver_id", "hidden_for_sender", "hidden_for_receiver"),
    indexes=(Index("conversation", "conversation"),),
)
sides = Store(
    Side,
    raw=("user_id", "other_id", "shown_id", "is_unread"),
    counters=("unread",),
    indexes=(
        Index("user", "user_id", order="last_at"),
        Index("unread", "user_id", order="unread_since", where={"is_unread": (True,)}),
    ),
)
open_chats = Store(
    OpenChat,
    raw=("user_id", "other_id"),
    indexes=(Index("user", "user_id"), Index("other", "other_id")),
)
