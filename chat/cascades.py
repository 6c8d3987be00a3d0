"""What goes with a deleted message, and with a deleted member."""

from typing import ClassVar

from chat import services
from mysocial.outbox import Cascade


class ImageOfMessage(Cascade):
    """Its image, when it is deleted for everyone or goes with a member."""

    model_label: ClassVar[str] = "chat.message"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        return services.delete_message_media(message_id=pk, limit=limit)


class ConversationsOfMember(Cascade):
    """Every conversation with them, on both sides, with all messages; and chats left open."""

    model_label: ClassVar[str] = "users.user"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        return services.delete_conversations(user_id=pk, limit=limit)
