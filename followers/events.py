"""Events of follows, follow requests, blocks and mutes."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from mysocial.core.event_schemas import ID, Payload
from mysocial.core.events import AudienceContext, Event, Revealed, UserEvent
from mysocial.core.topics import self_topic
from mysocial.store import to_json


@dataclass(frozen=True)
class FollowEvent(Event):
    """An event between a follower and a followed member; sent to these two."""

    payload: ClassVar[Payload] = {"follower_id": ID, "followee_id": ID}
    follower_id: str
    followee_id: str

    def topics(self) -> Iterable[str]:
        return [self_topic(self.follower_id), self_topic(self.followee_id)]

    def audience_context(self) -> AudienceContext:
        return {"follower": self.follower_id, "followee": self.followee_id}

    def data(self) -> list[Any]:
        return [to_json({"follower_id": self.follower_id, "followee_id": self.followee_id})]

    @classmethod
    def audience(cls, context: AudienceContext, viewers: set[str]) -> set[str]:
        return viewers & {context["follower"], context["followee"]}


@dataclass(frozen=True)
class FollowCreated(FollowEvent):
    """A member follows another."""

    type: ClassVar[str] = "follow.created"
    may_reveal: ClassVar[bool] = True

    @classmethod
    def revealed_member(cls, context: AudienceContext, viewer_id: str) -> Revealed | None:
        if context["follower"] != viewer_id:
            return None
        return Revealed(context["followee"], by="follow")


@dataclass(frozen=True)
class FollowDeleted(FollowEvent):
    """A member no longer follows another."""

    type: ClassVar[str] = "follow.deleted"


@dataclass(frozen=True)
class FollowRequested(FollowEvent):
    """A member requests to follow a private account."""

    type: ClassVar[str] = "follow.requested"


@dataclass(frozen=True)
class FollowUnrequested(FollowEvent):
    """A follow request was withdrawn or declined."""

    type: ClassVar[str] = "follow.unrequested"


@dataclass(frozen=True)
class BlockOrMuteEvent(UserEvent):
    """A change to the member's own blocks or mutes; sent to the member only."""

    payload: ClassVar[Payload] = {"user_id": ID}
    other_id: str

    def data(self) -> list[Any]:
        return [to_json({"user_id": self.other_id})]


@dataclass(frozen=True)
class BlockCreated(BlockOrMuteEvent):
    """You blocked a user."""

    type: ClassVar[str] = "block.created"


@dataclass(frozen=True)
class BlockDeleted(BlockOrMuteEvent):
    """You unblocked a user."""

    type: ClassVar[str] = "block.deleted"
    may_reveal: ClassVar[bool] = True

    def audience_context(self) -> AudienceContext:
        return {**super().audience_context(), "other": self.other_id}

    @classmethod
    def revealed_member(cls, context: AudienceContext, viewer_id: str) -> Revealed | None:
        if context["user"] != viewer_id or "other" not in context:
            return None
        return Revealed(context["other"], by="unblock")


@dataclass(frozen=True)
class MuteCreated(BlockOrMuteEvent):
    """You muted a user, who is not informed."""

    type: ClassVar[str] = "mute.created"


@dataclass(frozen=True)
class MuteDeleted(BlockOrMuteEvent):
    """You unmuted a user."""

    type: ClassVar[str] = "mute.deleted"
