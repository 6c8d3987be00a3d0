"""What lives in Redis of chat."""

from chat.models import Message, OpenChat, Side
from mysocial.store.store import Index, Store

MEMBER = "users.user"

messages = Store(
    Message,
    raw=(
        "conversation",
        "sender_id",
        "receiver_id",
        "media_id",
        "hidden_for_sender",
        "hidden_for_receiver",
    ),
    indexes=(Index("conversation", "conversation"),),
)
sides = Store(
    Side,
    raw=("user_id", "other_id", "shown_id", "shown_media_id", "is_unread"),
    counters=("unread",),
    natural=("user_id", "other_id"),
    indexes=(
        Index("user", "user_id", order="last_at", of=MEMBER),
        Index("unread", "user_id", order="unread_since", where={"is_unread": (True,)}, of=MEMBER),
    ),
)
open_chats = Store(
    OpenChat,
    raw=("user_id", "other_id"),
    natural=("user_id", "other_id"),
    indexes=(Index("user", "user_id", of=MEMBER), Index("other", "other_id", of=MEMBER)),
)
