"""Events of images."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from images.models import Purpose
from mysocial.core.event_schemas import ID, TEXT, Payload, one_of
from mysocial.core.events import AudienceContext, Event
from mysocial.core.topics import self_topic, user_topic
from mysocial.policies import Audience, event_parts, event_viewers, relationship_policy
from mysocial.store import to_json

POST = "posts.post"


@dataclass(frozen=True)
class ImageDeleted(Event):
    """An image was deleted. The audience is everyone who could see it in the gallery then."""

    type: ClassVar[str] = "image.deleted"
    payload: ClassVar[Payload] = {"id": ID}
    image_id: str
    owner_id: str
    post_id: str  # Empty for an image of the profile.
    former_audience: str = ""  # of an image that its post no longer shows

    def topics(self) -> Iterable[str]:
        return [user_topic(self.owner_id), self_topic(self.owner_id)]

    def audience_context(self) -> AudienceContext:
        context = {"owner": self.owner_id, "post": self.post_id}
        return context | {"former": self.former_audience} if self.former_audience else context

    def audience_parts(self) -> list[Any]:
        return event_parts(POST, self.post_id, self.owner_id) if self.post_id else []

    def data(self) -> list[Any]:
        return [to_json({"id": self.image_id})]

    @classmethod
    def audience(cls, context: AudienceContext, viewers: set[str]) -> set[str]:
        owner_id = context["owner"]
        members = relationship_policy().who_can_interact(owner_id, viewers)
        former = Audience.from_stored(context.get("former", Audience.EVERYONE.stored))
        if former == Audience.FOLLOWERS:
            members &= relationship_policy().followed_among(owner_id, members) | {owner_id}
        elif former < Audience.FOLLOWERS:
            members &= {owner_id}
        return event_viewers(POST, context, members) if context["post"] else members


@dataclass(frozen=True)
class ImageFailed(Event):
    """An image for a profile could not be processed. Sent to the owner's own devices."""

    type: ClassVar[str] = "image.failed"
    payload: ClassVar[Payload] = {
        "id": ID,
        "purpose": one_of([Purpose.PROFILE, Purpose.BACKGROUND]),
        "error": TEXT,
    }
    image_id: str
    owner_id: str
    purpose: str
    error: str

    def topics(self) -> Iterable[str]:
        return [self_topic(self.owner_id)]

    def audience_context(self) -> AudienceContext:
        return {"owner": self.owner_id}

    def data(self) -> list[Any]:
        return [to_json({"id": self.image_id, "purpose": self.purpose, "error": self.error})]

    @classmethod
    def audience(cls, context: AudienceContext, viewers: set[str]) -> set[str]:
        return viewers & {context["owner"]}
