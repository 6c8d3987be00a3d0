"""Events of members: profile changes, deletion, visibility and presence."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from mysocial.core.event_schemas import FLAG, ID, PartialPayload, Payload, one_of
from mysocial.core.events import AudienceContext, EphemeralEvent, Event, Revealed
from mysocial.core.topics import FEED_TOPIC, PRESENCE_TOPIC, self_topic, user_topic
from mysocial.policies import relationship_policy
from mysocial.store import to_json
from users import selectors
from users.representations import ProfileSerializer, shared_profile_template

# Each viewer is shown the number of posts that they may see, and what the member is to them, so an
# event for all cannot contain these.
SHARED_PROFILE = PartialPayload(
    "SharedProfile", ProfileSerializer, frozenset({"posts_count", "viewer"})
)


@dataclass(frozen=True)
class UserUpdated(Event):
    """A profile was changed. Sent to clients that show it and to the member's own devices.

    It does not contain `posts_count` and `viewer`, which depend on the viewer.
    """

    type: ClassVar[str] = "user.updated"
    payload: ClassVar[Payload] = SHARED_PROFILE
    user_id: str

    def topics(self) -> Iterable[str]:
        return [user_topic(self.user_id), self_topic(self.user_id)]

    def audience_context(self) -> AudienceContext:
        return {"user": self.user_id}

    @classmethod
    def audience(cls, context: AudienceContext, viewers: set[str]) -> set[str]:
        return relationship_policy().who_can_interact(context["user"], viewers)

    @classmethod
    def current_query(cls, context: AudienceContext, data: bytes) -> Any:
        return selectors.shared_profile_json_query(context["user"])

    def data(self) -> list[Any]:
        return shared_profile_template.placeholders(self.user_id)


@dataclass(frozen=True)
class UserDeleted(Event):
    """A member erased their account. Sent to clients that show the profile."""

    type: ClassVar[str] = "user.deleted"
    payload: ClassVar[Payload] = {"id": ID}
    user_id: str

    def topics(self) -> Iterable[str]:
        return [user_topic(self.user_id)]

    def audience_context(self) -> AudienceContext:
        return {"user": self.user_id}

    @classmethod
    def audience(cls, context: AudienceContext, viewers: set[str]) -> set[str]:
        return relationship_policy().who_can_interact(context["user"], viewers)

    def data(self) -> list[Any]:
        return [to_json({"id": self.user_id})]


@dataclass(frozen=True)
class VisibilityEvent(Event):
    """A member, or only their posts, became visible or hidden for other members.

    Attributes:
        user_id: The member whose visibility changed.
        from_id: The only other member concerned, after a block or unblock.
        everywhere: Whether everybody is concerned, after a suspension or its end.
    """

    payload: ClassVar[Payload] = {"user_id": ID, "what": one_of(("all", "posts"))}
    user_id: str
    from_id: str = ""
    everywhere: bool = False

    def topics(self) -> Iterable[str]:
        return (
            [self_topic(self.from_id)] if self.from_id else [FEED_TOPIC, user_topic(self.user_id)]
        )

    def audience_context(self) -> AudienceContext:
        everywhere = {"everywhere": "yes"} if self.everywhere else {}
        return {"user": self.user_id, "from": self.from_id, **everywhere}

    def data(self) -> list[Any]:
        what = "all" if self.from_id or self.everywhere else "posts"
        return [to_json({"user_id": self.user_id, "what": what})]

    @classmethod
    def non_followers(cls, user_id: str, viewers: set[str]) -> set[str]:
        """Return those of `viewers` that may interact with the member but do not follow them."""
        policy, others = relationship_policy(), viewers - {user_id}
        return policy.who_can_interact(user_id, others) - policy.followed_among(user_id, others)


@dataclass(frozen=True)
class UserHidden(VisibilityEvent):
    """A member or their posts are hidden from you from now on: drop what you hold of them.

    `what` is `all` after a block, by either of you, or a suspension. It is `posts` if the account
    became private and you do not follow it.
    """

    type: ClassVar[str] = "user.hidden"

    @classmethod
    def audience(cls, context: AudienceContext, viewers: set[str]) -> set[str]:
        user_id, from_id = context["user"], context["from"]
        if from_id:
            hidden_from = viewers & {from_id}
            return hidden_from - relationship_policy().who_can_interact(user_id, hidden_from)
        if context.get("everywhere"):
            not_blocked = relationship_policy().not_blocked(user_id, viewers)
            return not_blocked - relationship_policy().who_can_interact(user_id, not_blocked)
        return cls.non_followers(user_id, viewers)


@dataclass(frozen=True)
class UserShown(VisibilityEvent):
    """A member or their posts are visible to you from now on: read them again.

    `what` is `all` if a block or a suspension ended, and `posts` if the account became public.
    """

    type: ClassVar[str] = "user.shown"
    may_reveal: ClassVar[bool] = True

    @classmethod
    def revealed_member(cls, context: AudienceContext, viewer_id: str) -> Revealed | None:
        is_unblock = context["from"] == viewer_id
        return Revealed(context["user"], by="unblock") if is_unblock else None

    @classmethod
    def current_query(cls, context: AudienceContext, data: bytes) -> Any:
        # The end of a block by a member who was erased is logged, and not delivered.
        profile = selectors.shared_profile_json_query(context["user"])
        return profile.map(lambda shown: data if shown else None)

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
    """A member came online with their first connection, or went offline with their last.

    A member who turns off showing their presence appears to go offline.
    """

    type: ClassVar[str] = "presence.changed"
    payload: ClassVar[Payload] = {"user_id": ID, "online": FLAG}
    user_id: str
    online: bool
    is_hiding: bool = False  # still online, but no longer showing it

    def topics(self) -> Iterable[str]:
        return [PRESENCE_TOPIC]

    def audience_context(self) -> AudienceContext:
        return {"user": self.user_id, "hiding": "yes" if self.is_hiding else ""}

    @classmethod
    def audience(cls, context: AudienceContext, viewers: set[str]) -> set[str]:
        return selectors.presence_audience(
            context["user"], viewers, is_hiding=bool(context["hiding"])
        )

    def data(self) -> list[Any]:
        return [to_json({"user_id": self.user_id, "online": self.online})]
