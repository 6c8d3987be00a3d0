"""Events of chat. They are sent only to the two members of a conversation, and not past a block."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import orjson

from chat import selectors
from chat.models import Participant
from chat.representations import (
    ChatMessageSerializer,
    ConversationSerializer,
    conversation_placeholders,
    message_template,
)
from mysocial.core.event_schemas import FLAG, ID, Payload, one_of, one_of_or_null
from mysocial.core.events import AudienceContext, EphemeralEvent, Event
from mysocial.core.topics import self_topic
from mysocial.store import to_json
from posts.reaction_types import ReactionType


@dataclass(frozen=True)
class MessageEvent(Event):
    """An event about a message, for its sender and receiver as far as they may see it."""

    payload: ClassVar[Payload] = ChatMessageSerializer
    message_id: str
    sender_id: str
    receiver_id: str
    media_id: str = field(default="", kw_only=True)

    def topics(self) -> Iterable[str]:
        return [self_topic(self.sender_id), self_topic(self.receiver_id)]

    def audience_context(self) -> AudienceContext:
        return {"message": self.message_id}

    def data(self) -> list[Any]:
        return message_template.placeholders(self.message_id, media_id=self.media_id)

    @classmethod
    def audience(cls, context: AudienceContext, viewers: set[str]) -> set[str]:
        return selectors.current_viewers(context["message"], viewers)

    @classmethod
    def current_query(cls, context: AudienceContext, data: bytes) -> Any:
        return selectors.message_json_query(context["message"])


@dataclass(frozen=True)
class MessageCreated(MessageEvent):
    """A message was sent."""

    type: ClassVar[str] = "message.created"


@dataclass(frozen=True)
class MessageUpdated(MessageEvent):
    """A message was edited, or its image is ready or failed."""

    type: ClassVar[str] = "message.updated"


@dataclass(frozen=True)
class MessageReaction(MessageEvent):
    """A member set, changed or removed (`kind` None) their reaction to a message."""

    type: ClassVar[str] = "message.reaction"
    payload: ClassVar[Payload] = {
        "message_id": ID,
        "user_id": ID,
        "type": one_of_or_null(ReactionType.values),
    }
    user_id: str
    kind: str | None

    def data(self) -> list[Any]:
        fields = {"message_id": self.message_id, "user_id": self.user_id, "type": self.kind}
        return [to_json(fields)]

    @classmethod
    def current_query(cls, context: AudienceContext, data: bytes) -> Any:
        return selectors.reaction_json_query(context["message"], orjson.loads(data)["user_id"])


@dataclass(frozen=True)
class MessageDeleted(Event):
    """A message was deleted for everyone, or only for its `owner_id`, who alone is sent this."""

    type: ClassVar[str] = "message.deleted"
    payload: ClassVar[Payload] = {"id": ID, "for": one_of(("everyone", "me"))}
    message_id: str
    owner_id: str
    other_id: str
    for_everyone: bool

    def topics(self) -> Iterable[str]:
        recipients = (self.owner_id, self.other_id) if self.for_everyone else (self.owner_id,)
        return [self_topic(recipient) for recipient in recipients]

    def audience_context(self) -> AudienceContext:
        scope = "everyone" if self.for_everyone else "me"
        return {
            "message": self.message_id,
            "owner": self.owner_id,
            "other": self.other_id,
            "for": scope,
        }

    def data(self) -> list[Any]:
        return [to_json({"id": self.message_id, "for": self.audience_context()["for"]})]

    @classmethod
    def audience(cls, context: AudienceContext, viewers: set[str]) -> set[str]:
        if context["for"] == "everyone":
            return selectors.current_viewers(context["message"], viewers)
        return selectors.current_members(
            context["owner"], context["other"], viewers & {context["owner"]}
        )


@dataclass(frozen=True)
class MessageRead(Event):
    """A member has read a conversation up to a message."""

    type: ClassVar[str] = "message.read"
    payload: ClassVar[Payload] = {"user_id": ID, "other_id": ID, "read_up_to": ID}
    user_id: str
    other_id: str
    read_up_to: str

    def topics(self) -> Iterable[str]:
        return [self_topic(self.user_id), self_topic(self.other_id)]

    def audience_context(self) -> AudienceContext:
        return {"user": self.user_id, "other": self.other_id}

    def data(self) -> list[Any]:
        fields = {
            "user_id": self.user_id,
            "other_id": self.other_id,
            "read_up_to": self.read_up_to,
        }
        return [to_json(fields)]

    @classmethod
    def audience(cls, context: AudienceContext, viewers: set[str]) -> set[str]:
        return selectors.current_members(context["user"], context["other"], viewers)


@dataclass(frozen=True)
class ConversationUpdated(Event):
    """The last message or the unread count of a conversation in a member's list changed."""

    type: ClassVar[str] = "conversation.updated"
    payload: ClassVar[Payload] = ConversationSerializer
    participant: Participant

    def topics(self) -> Iterable[str]:
        return [self_topic(self.participant.user_id)]

    def audience_context(self) -> AudienceContext:
        return {"user": self.participant.user_id, "other": self.participant.other_id}

    @classmethod
    def current_query(cls, context: AudienceContext, data: bytes) -> Any:
        return selectors.conversation_json_query(context["user"], context["other"])

    def data(self) -> list[Any]:
        return conversation_placeholders(self.participant)

    @classmethod
    def audience(cls, context: AudienceContext, viewers: set[str]) -> set[str]:
        return selectors.current_members(
            context["user"], context["other"], viewers & {context["user"]}
        )


@dataclass(frozen=True)
class OpenChatChanged(Event):
    """A member opened or closed a chat. The other member is not sent this."""

    type: ClassVar[str] = "chat.users"
    payload: ClassVar[Payload] = {"user_id": ID, "is_open": FLAG}
    user_id: str
    other_id: str
    is_open: bool

    def topics(self) -> Iterable[str]:
        return [self_topic(self.user_id)]

    def audience_context(self) -> AudienceContext:
        return {"user": self.user_id, "other": self.other_id}

    def data(self) -> list[Any]:
        return [to_json({"user_id": self.other_id, "is_open": self.is_open})]

    @classmethod
    def audience(cls, context: AudienceContext, viewers: set[str]) -> set[str]:
        return selectors.current_members(
            context["user"], context["other"], viewers & {context["user"]}
        )


@dataclass(frozen=True)
class TypingEvent(EphemeralEvent):
    """A member types to another, who is sent this if the member may write to them."""

    payload: ClassVar[Payload] = {"user_id": ID}
    user_id: str
    other_id: str

    def topics(self) -> Iterable[str]:
        return [self_topic(self.other_id)]

    def audience_context(self) -> AudienceContext:
        return {"user": self.user_id, "other": self.other_id}

    def data(self) -> list[Any]:
        return [to_json({"user_id": self.user_id})]

    @classmethod
    def audience(cls, context: AudienceContext, viewers: set[str]) -> set[str]:
        return selectors.typing_audience(context["user"], context["other"], viewers)


@dataclass(frozen=True)
class TypingStarted(TypingEvent):
    """A member started typing."""

    type: ClassVar[str] = "typing.started"


@dataclass(frozen=True)
class TypingStopped(TypingEvent):
    """A member stopped typing."""

    type: ClassVar[str] = "typing.stopped"
