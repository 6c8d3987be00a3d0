"""Events of reactions."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from followers.selectors import who_can_interact
from mysocial.core.event_schemas import ID, Payload, one_of_or_null
from mysocial.core.events import AudienceContext, Event
from mysocial.core.topics import post_topic, self_topic
from mysocial.store import to_json
from posts.reaction_types import ReactionType
from posts.representations import TotalsSerializer, totals_template
from posts.selectors import event_audience_parts, event_viewers
from reactions import selectors


@dataclass(frozen=True)
class ReactionChanged(Event):
    """A member set, changed or removed a reaction to a post; `type` is null if removed.

    The audience is everyone who may see both the post and the member now, and could then.
    """

    type: ClassVar[str] = "reaction.changed"
    payload: ClassVar[Payload] = {
        "post_id": ID,
        "user_id": ID,
        "type": one_of_or_null(ReactionType.values),
        "reactions": TotalsSerializer,
    }
    post_id: str
    author_id: str  # Of the post.
    user_id: str
    reaction_type: str | None

    def topics(self) -> Iterable[str]:
        return [post_topic(self.post_id), self_topic(self.author_id)]

    def audience_context(self) -> AudienceContext:
        return {"post": self.post_id, "user": self.user_id}

    def audience_parts(self) -> list[Any]:
        return event_audience_parts(self.post_id, self.author_id)

    def data(self) -> list[Any]:
        fields = to_json(
            {"post_id": self.post_id, "user_id": self.user_id, "type": self.reaction_type}
        )
        return [fields[:-1] + b',"reactions":', *totals_template.placeholders(self.post_id), b"}"]

    @classmethod
    def current_query(cls, context: AudienceContext, data: bytes) -> Any:
        return selectors.json_query(context["post"], context["user"])

    @classmethod
    def audience(cls, context: AudienceContext, viewers: set[str]) -> set[str]:
        return who_can_interact(context["user"], event_viewers(context, viewers))
