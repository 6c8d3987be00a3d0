"""What is announced of members."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from mysocial.core.event_schemas import FLAG, ID, Payload, one_of
from mysocial.core.events import AudienceContext, EphemeralEvent, Event, self_topic
from mysocial.policies import relationship_policy
from mysocial.store import to_json
from users import selectors
from users.representations import ProfileSerializer, profile_template


@dataclass(frozen=True)
class UserUpdated(Event):
    """A profile was changed. Whoever has it open hears it, and the member's other devices."""

    type: ClassVar[str] = "user.updated"
    payload: ClassVar[Payload] = ProfileSerializer
    user_id: str

    def topics(self) -> Iterable[str]:
        return [f"user:{self.user_id}", self_topic(self.user_id)]

    def audience_context(self) -> AudienceContext:
        return {"user": self.user_id}

    @classmethod
    def audience(cls, context: AudienceContext, viewers: set[str]) -> set[str]:
        return relationship_policy().who_can_interact(context["user"], viewers)

    def data(self) -> list[Any]:
        return profile_template.placeholders(self.user_id)


@dataclass(frozen=True)
class UserDeleted(Event):
    """A member erased their account. Whoever has the profile open hears it, no block between."""

    type: ClassVar[str] = "user.deleted"
    payload: ClassVar[Payload] = {"id": ID}
    user_id: str

    def topics(self) -> Iterable[str]:
        return [f"user:{self.user_id}"]

    def audience_context(self) -> AudienceContext:
        return {"user": self.user_id}

    @classmethod
    def audience(cls, context: AudienceContext, viewers: set[str]) -> set[str]:
        return relationship_policy().who_can_interact(context["user"], viewers)

    def data(self) -> list[Any]:
        return [to_json({"id": self.user_id})]


@dataclass(frozen=True)
class VisibilityEvent(Event):
    """Somebody sees less of a member than before, or more: of everything, or of the posts."""

    payload: ClassVar[Payload] = {"user_id": ID, "what": one_of(("all", "posts"))}
    user_id: str
    from_id: str = ""
    everywhere: bool = False

    def topics(self) -> Iterable[str]:
        return [self_topic(self.from_id)] if self.from_id else ["feed", f"user:{self.user_id}"]

    def audience_context(self) -> AudienceContext:
        everywhere = {"everywhere": "yes"} if self.everywhere else {}
        return {"user": self.user_id, "from": self.from_id, **everywhere}

    def data(self) -> list[Any]:
        what = "all" if self.from_id or self.everywhere else "posts"
        return [to_json({"user_id": self.user_id, "what": what})]

    @classmethod
    def non_followers(cls, user_id: str, viewers: set[str]) -> set[str]:
        """Return those of `viewers` who may meet the member and do not follow."""
        others = viewers - {user_id}
        return relationship_policy().who_can_interact(
            user_id, others
        ) - relationship_policy().followed_among(user_id, others)


@dataclass(frozen=True)
class UserHidden(VisibilityEvent):
    """Somebody sees less of a member than before, and is to drop what they hold.

    With `from_id`, this person sees nothing of the member any more: a block parts the two, whoever
    made it. With `everywhere`, the member is suspended. Without, the account has gone private: who
    does not follow sees its posts no more.
    """

    type: ClassVar[str] = "user.hidden"

    @classmethod
    def audience(cls, context: AudienceContext, viewers: set[str]) -> set[str]:
        user_id, from_id = context["user"], context["from"]
        if from_id:
            hidden_from = viewers & {from_id}
            return hidden_from - relationship_policy().who_can_interact(user_id, hidden_from)
        if context.get("everywhere"):
            met = relationship_policy().not_blocked(user_id, viewers)
            return met - relationship_policy().who_can_interact(user_id, met)
        return cls.non_followers(user_id, viewers)


@dataclass(frozen=True)
class UserShown(VisibilityEvent):
    """Somebody sees more of a member than before, and is to read it again.

    With `from_id`, no block parts this person from the member any more. With `everywhere`, the
    member is suspended no longer. Without, the account has gone public: who does not follow sees
    its posts.
    """

    type: ClassVar[str] = "user.shown"

    @classmethod
    def audience(cls, context: AudienceContext, viewers: set[str]) -> set[str]:
        user_id, from_id = context["user"], context["from"]
        if from_id:
            return relationship_policy().who_can_interact(user_id, viewers & {from_id})
        if context.get("everywhere"):
            return relationship_policy().who_can_interact(user_id, viewers)
        return cls.non_followers(user_id, viewers)


@dataclass(frozen=True)
class PresenceChanged(EphemeralEvent):
    """A member came online, with their first device, or went, with their last.

    With `is_hiding` they are there still, and let nobody know any more.
    """

    type: ClassVar[str] = "presence.changed"
    payload: ClassVar[Payload] = {"user_id": ID, "online": FLAG}
    user_id: str
    online: bool
    is_hiding: bool = False

    def topics(self) -> Iterable[str]:
        return ["presence"]

    def audience_context(self) -> AudienceContext:
        return {"user": self.user_id, "hiding": "yes" if self.is_hiding else ""}

    @classmethod
    def audience(cls, context: AudienceContext, viewers: set[str]) -> set[str]:
        return selectors.presence_audience(
            context["user"], viewers, is_hiding=bool(context["hiding"])
        )

    def data(self) -> list[Any]:
        return [to_json({"user_id": self.user_id, "online": self.online})]
