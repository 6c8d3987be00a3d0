"""What is announced of chat: to the two members, and to nobody else."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import orjson

from chat import selectors
from chat.models import Kind, Side
from chat.representations import (
    ChatMessageSerializer,
    ConversationSerializer,
    conversation_template,
    message_wire,
)
from mysocial.core.event_schemas import FLAG, ID, Payload, one_of, one_of_or_null
from mysocial.core.events import About, Event, Passing, self_topic
from mysocial.store.json_templates import literal


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

    def about(self) -> About:
        return {"message": self.message_id}

    def data(self) -> list[Any]:
        return message_wire.template(self.message_id, media_id=self.media_id)

    @classmethod
    def listeners(cls, about: About, viewers: set[str]) -> set[str]:
        return selectors.who_sees_now(about["message"], viewers)

    @classmethod
    def holds(cls, about: About, data: bytes) -> bool:
        return selectors.is_there(about["message"])


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
        "type": one_of_or_null(Kind.values),
    }
    user_id: str
    kind: str | None

    def data(self) -> list[Any]:
        said = {"message_id": self.message_id, "user_id": self.user_id, "type": self.kind}
        return [literal(said)]


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

    def about(self) -> About:
        scope = "everyone" if self.for_everyone else "me"
        return {
            "message": self.message_id,
            "owner": self.owner_id,
            "other": self.other_id,
            "for": scope,
        }

    def data(self) -> list[Any]:
        return [literal({"id": self.message_id, "for": self.about()["for"]})]

    @classmethod
    def listeners(cls, about: About, viewers: set[str]) -> set[str]:
        if about["for"] == "everyone":
            return selectors.who_sees_now(about["message"], viewers)
        return selectors.members_now(about["owner"], about["other"], viewers & {about["owner"]})


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

    def about(self) -> About:
        return {"user": self.user_id, "other": self.other_id}

    def data(self) -> list[Any]:
        said = {"user_id": self.user_id, "other_id": self.other_id, "read_up_to": self.read_up_to}
        return [literal(said)]

    @classmethod
    def listeners(cls, about: About, viewers: set[str]) -> set[str]:
        return selectors.members_now(about["user"], about["other"], viewers)


@dataclass(frozen=True)
class ConversationUpdated(Event):
    """A conversation in a member's list is another: its last message, or what is unread."""

    type: ClassVar[str] = "conversation.updated"
    payload: ClassVar[Payload] = ConversationSerializer
    side: Side

    def topics(self) -> Iterable[str]:
        return [self_topic(self.side.user_id)]

    def about(self) -> About:
        return {"user": self.side.user_id, "other": self.side.other_id}

    @classmethod
    def holds(cls, about: About, data: bytes) -> bool:
        shown = orjson.loads(data)["last_message"]
        # As it was announced, it may show a text that was deleted since.
        return not shown or shown["is_deleted"] or selectors.is_there(shown["id"])

    def data(self) -> list[Any]:
        return conversation_template(self.side)

    @classmethod
    def listeners(cls, about: About, viewers: set[str]) -> set[str]:
        return selectors.members_now(about["user"], about["other"], viewers & {about["user"]})


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

    def about(self) -> About:
        return {"user": self.user_id, "other": self.other_id}

    def data(self) -> list[Any]:
        return [literal({"user_id": self.other_id, "is_open": self.is_open})]

    @classmethod
    def listeners(cls, about: About, viewers: set[str]) -> set[str]:
        return selectors.members_now(about["user"], about["other"], viewers & {about["user"]})


@dataclass(frozen=True)
class TypingEvent(Passing):
    """A member begins or stops to write; the one they write to hears it, if they may."""

    payload: ClassVar[Payload] = {"user_id": ID}
    user_id: str
    other_id: str

    def topics(self) -> Iterable[str]:
        return [self_topic(self.other_id)]

    def about(self) -> About:
        return {"user": self.user_id, "other": self.other_id}

    def data(self) -> list[Any]:
        return [literal({"user_id": self.user_id})]

    @classmethod
    def listeners(cls, about: About, viewers: set[str]) -> set[str]:
        return selectors.who_hears_typing(about["user"], about["other"], viewers)


@dataclass(frozen=True)
class TypingStarted(TypingEvent):
    """A member writes to another."""

    type: ClassVar[str] = "typing.started"


@dataclass(frozen=True)
class TypingStopped(TypingEvent):
    """A member writes to another no longer."""

    type: ClassVar[str] = "typing.stopped"
