"""What is announced of images."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from mysocial.core.event_schemas import ID, Payload
from mysocial.core.events import About, Event, self_topic
from mysocial.policies.relationships import who_may_meet
from mysocial.policies.visibility import who_sees
from mysocial.store.json_templates import literal


@dataclass(frozen=True)
class ImageDeleted(Event):
    """An image is gone from a gallery; whoever saw it there hears of it."""

    type: ClassVar[str] = "image.deleted"
    payload: ClassVar[Payload] = {"id": ID}
    image_id: str
    owner_id: str
    post_id: str  # which it was in; empty for pictures of the profile

    def topics(self) -> Iterable[str]:
        return [f"user:{self.owner_id}", self_topic(self.owner_id)]

    def about(self) -> About:
        return {"owner": self.owner_id, "post": self.post_id}

    def data(self) -> list[Any]:
        return [literal({"id": self.image_id})]

    @classmethod
    def listeners(cls, about: About, viewers: set[str]) -> set[str]:
        met = who_may_meet(about["owner"], viewers)
        return who_sees("posts.post", about["post"], met) if about["post"] else met
