"""Events of comments."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from comments import selectors
from comments.representations import CommentSerializer, comment_template
from mysocial.core.event_schemas import COUNT, ID, PartialPayload, Payload
from mysocial.core.events import AudienceContext, Event
from mysocial.core.keys import post_topic
from mysocial.store import to_json
from posts.representations import comments_count_parts

SHARED_COMMENT = PartialPayload("SharedComment", CommentSerializer, frozenset({"viewer"}))


@dataclass(frozen=True)
class CommentEvent(Event):
    """A change of a comment. The audience is everyone who may see the comment now."""

    payload: ClassVar[Payload] = SHARED_COMMENT
    comment_id: str
    post_id: str
    author_id: str

    def topics(self) -> Iterable[str]:
        return [post_topic(self.post_id)]

    def audience_context(self) -> AudienceContext:
        return {"post": self.post_id, "author": self.author_id, "comment": self.comment_id}

    def data(self) -> list[Any]:
        return comment_template.placeholders(self.comment_id, author_id=self.author_id)

    @classmethod
    def audience(cls, context: AudienceContext, viewers: set[str]) -> set[str]:
        return selectors.current_viewers(context["post"], context["author"], viewers)

    @classmethod
    def current_query(cls, context: AudienceContext, data: bytes) -> Any:
        return selectors.json_query(context["comment"], context["post"])


@dataclass(frozen=True)
class CommentCreated(CommentEvent):
    """A comment was created. `comments_count` is the post's number of comments after it."""

    type: ClassVar[str] = "comment.created"
    payload: ClassVar[Payload] = {"comment": SHARED_COMMENT, "comments_count": COUNT}

    def data(self) -> list[Any]:
        comment = [b'{"comment":', *super().data(), b',"comments_count":']
        return [*comment, *comments_count_parts(self.post_id), b"}"]

    @classmethod
    def current_query(cls, context: AudienceContext, data: bytes) -> Any:
        return selectors.json_query(context["comment"], context["post"], with_count=True)


@dataclass(frozen=True)
class CommentUpdated(CommentEvent):
    """A comment was changed."""

    type: ClassVar[str] = "comment.updated"


@dataclass(frozen=True)
class CommentDeleted(CommentEvent):
    """A comment was deleted. Comments that are deleted with their post cause no events."""

    type: ClassVar[str] = "comment.deleted"
    payload: ClassVar[Payload] = {"id": ID, "post_id": ID, "comments_count": COUNT}

    @classmethod
    def current_query(cls, context: AudienceContext, data: bytes) -> Any:
        return None

    def data(self) -> list[Any]:
        ids = to_json({"id": self.comment_id, "post_id": self.post_id})
        return [ids[:-1] + b',"comments_count":', *comments_count_parts(self.post_id), b"}"]
