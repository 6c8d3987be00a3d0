"""Chat records deleted together with a message or a member."""

from typing import ClassVar

from chat import services
from mysocial.outbox import Cascade


class ImageOfMessage(Cascade):
    """The image of a message that was deleted for everyone or together with a member."""

    model_label: ClassVar[str] = "chat.message"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        return services.delete_message_media(message_id=pk, limit=limit)


class ConversationsOfMember(Cascade):
    """All conversations of a deleted member, with all messages of both sides, and open chats."""

    model_label: ClassVar[str] = "users.user"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        return services.delete_conversations(user_id=pk, limit=limit)
