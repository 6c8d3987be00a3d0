"""What is announced of follows and blocks."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from mysocial.core.event_schemas import ID, Payload
from mysocial.core.events import AudienceContext, Event, UserEvent
from mysocial.core.keys import self_topic
from mysocial.store import to_json


@dataclass(frozen=True)
class FollowEvent(Event):
    """Something between a follower and whom they follow; the two hear it."""

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
    """Somebody follows somebody."""

    type: ClassVar[str] = "follow.created"


@dataclass(frozen=True)
class FollowDeleted(FollowEvent):
    """Somebody follows somebody no longer."""

    type: ClassVar[str] = "follow.deleted"


@dataclass(frozen=True)
class FollowRequested(FollowEvent):
    """Somebody asks to follow a private account."""

    type: ClassVar[str] = "follow.requested"


@dataclass(frozen=True)
class FollowUnrequested(FollowEvent):
    """Somebody asks to follow no longer: it was withdrawn or refused."""

    type: ClassVar[str] = "follow.unrequested"


@dataclass(frozen=True)
class BlockOrMuteEvent(UserEvent):
    """Something about whom a member does not want to see; only the member hears it."""

    payload: ClassVar[Payload] = {"user_id": ID}
    other_id: str

    def data(self) -> list[Any]:
        return [to_json({"user_id": self.other_id})]


@dataclass(frozen=True)
class BlockCreated(BlockOrMuteEvent):
    """The member blocks somebody."""

    type: ClassVar[str] = "block.created"


@dataclass(frozen=True)
class BlockDeleted(BlockOrMuteEvent):
    """The member blocks somebody no longer."""

    type: ClassVar[str] = "block.deleted"


@dataclass(frozen=True)
class MuteCreated(BlockOrMuteEvent):
    """The member mutes somebody, who hears nothing of it."""

    type: ClassVar[str] = "mute.created"


@dataclass(frozen=True)
class MuteDeleted(BlockOrMuteEvent):
    """The member mutes somebody no longer."""

    type: ClassVar[str] = "mute.deleted"
