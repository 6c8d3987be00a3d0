"""Events of images."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from images.models import Purpose
from mysocial.core.event_schemas import ID, TEXT, Payload, one_of
from mysocial.core.events import AudienceContext, Event
from mysocial.core.keys import self_topic, user_topic
from mysocial.policies import filter_viewers, relationship_policy
from mysocial.store import to_json


@dataclass(frozen=True)
class ImageDeleted(Event):
    """An image was deleted. The audience is everyone who could see it in the gallery."""

    type: ClassVar[str] = "image.deleted"
    payload: ClassVar[Payload] = {"id": ID}
    image_id: str
    owner_id: str
    post_id: str  # Empty for an image of the profile.

    def topics(self) -> Iterable[str]:
        return [user_topic(self.owner_id), self_topic(self.owner_id)]

    def audience_context(self) -> AudienceContext:
        return {"owner": self.owner_id, "post": self.post_id}

    def data(self) -> list[Any]:
        return [to_json({"id": self.image_id})]

    @classmethod
    def audience(cls, context: AudienceContext, viewers: set[str]) -> set[str]:
        members = relationship_policy().who_can_interact(context["owner"], viewers)
        return (
            filter_viewers("posts.post", context["post"], members) if context["post"] else members
        )


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
