"""What is announced of reactions."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from followers.selectors import unblocked
from mysocial.core.event_schemas import ID, Payload, one_of_or_null
from mysocial.core.events import About, Event, self_topic
from mysocial.store.json_templates import literal
from posts.representations import TotalsSerializer, totals_wire
from posts.selectors import who_sees_now
from reactions.models import Kind


@dataclass(frozen=True)
class ReactionChanged(Event):
    """Somebody reacts to a post, differently or no longer (`kind` None); who sees both hears it."""

    type: ClassVar[str] = "reaction.changed"
    payload: ClassVar[Payload] = {
        "post_id": ID,
        "user_id": ID,
        "type": one_of_or_null(Kind.values),
        "reactions": TotalsSerializer,
    }
    post_id: str
    author_id: str  # of the post
    user_id: str
    kind: str | None

    def topics(self) -> Iterable[str]:
        return [f"post:{self.post_id}", self_topic(self.author_id)]

    def about(self) -> About:
        return {"post": self.post_id, "user": self.user_id}

    def data(self) -> list[Any]:
        said = literal({"post_id": self.post_id, "user_id": self.user_id, "type": self.kind})
        return [said[:-1] + b',"reactions":', *totals_wire.template(self.post_id), b"}"]

    @classmethod
    def listeners(cls, about: About, viewers: set[str]) -> set[str]:
        return unblocked(about["user"], who_sees_now(about["post"], viewers))
