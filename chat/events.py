"""What is announced of chat: to the two members, and to nobody else."""

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
from mysocial.core.keys import self_topic
from mysocial.store import to_json
from posts.reaction_types import ReactionType


@dataclass(frozen=True)
class MessageEvent(Event):
    """Something happened to a message; those of the two who see it hear of it."""

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
    def still_valid(cls, context: AudienceContext, data: bytes) -> bool:
        return selectors.message_exists(context["message"])


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
    """One of the two reacts to a message, differently or no longer (`kind` None)."""

    type: ClassVar[str] = "message.reaction"
    payload: ClassVar[Payload] = {
        "message_id": ID,
        "user_id": ID,
        "type": one_of_or_null(ReactionType.values),
    }
    user_id: str
    kind: str | None

    def data(self) -> list[Any]:
        said = {"message_id": self.message_id, "user_id": self.user_id, "type": self.kind}
        return [to_json(said)]


@dataclass(frozen=True)
class MessageDeleted(Event):
    """A message is gone for everyone, or for one of the two, who alone hears of it."""

    type: ClassVar[str] = "message.deleted"
    payload: ClassVar[Payload] = {"id": ID, "for": one_of(("everyone", "me"))}
    message_id: str
    owner_id: str
    other_id: str
    for_everyone: bool

    def topics(self) -> Iterable[str]:
        hearers = (self.owner_id, self.other_id) if self.for_everyone else (self.owner_id,)
        return [self_topic(hearer) for hearer in hearers]

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
    """One of the two has read the conversation up to a message."""

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
        said = {"user_id": self.user_id, "other_id": self.other_id, "read_up_to": self.read_up_to}
        return [to_json(said)]

    @classmethod
    def audience(cls, context: AudienceContext, viewers: set[str]) -> set[str]:
        return selectors.current_members(context["user"], context["other"], viewers)


@dataclass(frozen=True)
class ConversationUpdated(Event):
    """A conversation in a member's list is another: its last message, or what is unread."""

    type: ClassVar[str] = "conversation.updated"
    payload: ClassVar[Payload] = ConversationSerializer
    side: Participant

    def topics(self) -> Iterable[str]:
        return [self_topic(self.side.user_id)]

    def audience_context(self) -> AudienceContext:
        return {"user": self.side.user_id, "other": self.side.other_id}

    @classmethod
    def still_valid(cls, context: AudienceContext, data: bytes) -> bool:
        shown = orjson.loads(data)["last_message"]
        # As it was announced, it may show a text that was deleted since.
        return not shown or shown["is_deleted"] or selectors.message_exists(shown["id"])

    def data(self) -> list[Any]:
        return conversation_placeholders(self.side)

    @classmethod
    def audience(cls, context: AudienceContext, viewers: set[str]) -> set[str]:
        return selectors.current_members(
            context["user"], context["other"], viewers & {context["user"]}
        )


@dataclass(frozen=True)
class ChatUsers(Event):
    """A member opens or closes a chat; nobody else hears of it."""

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
    """A member begins or stops to write; the one they write to hears it, if they may."""

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
    """A member writes to another."""

    type: ClassVar[str] = "typing.started"


@dataclass(frozen=True)
class TypingStopped(TypingEvent):
    """A member writes to another no longer."""

    type: ClassVar[str] = "typing.stopped"
