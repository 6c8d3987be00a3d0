"""Events of comments and of reactions to them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from comments import selectors
from comments.models import Comment
from comments.representations import (
    CommentSerializer,
    comment_placeholders,
    comment_totals_template,
    replies_count_parts,
)
from followers.selectors import who_can_interact
from mysocial.core.event_schemas import COUNT, ID, PartialPayload, Payload, one_of_or_null, or_null
from mysocial.core.events import AudienceContext, Event
from mysocial.core.topics import post_topic, self_topic
from mysocial.store import NULL, to_json
from posts import selectors as post_selectors
from posts.reaction_types import ReactionType
from posts.representations import TotalsSerializer, comments_count_parts

SHARED_COMMENT = PartialPayload("SharedComment", CommentSerializer, frozenset({"viewer"}))


# The number of comments on the post, and that of replies in the thread; null for a top-level
# comment.
COUNTS = {"comments_count": COUNT, "thread_replies_count": or_null(COUNT)}


def _counts_parts(comment: Comment) -> list[Any]:
    """Return the JSON parts of `COUNTS`, after a comma."""
    replies = replies_count_parts(comment.thread_id) if comment.is_reply else [NULL]
    return [
        b',"comments_count":',
        *comments_count_parts(comment.post_id),
        b',"thread_replies_count":',
        *replies,
    ]


@dataclass(frozen=True)
class CommentEvent(Event):
    """A change of a comment. The audience is everyone who may see it now, and could then."""

    payload: ClassVar[Payload] = SHARED_COMMENT
    comment: Comment
    post_author_id: str  # empty if the post is deleted

    def topics(self) -> Iterable[str]:
        return [post_topic(self.comment.post_id)]

    def audience_context(self) -> AudienceContext:
        comment = self.comment
        context = {"post": comment.post_id, "author": comment.author_id, "comment": comment.id}
        return context | ({"thread": comment.thread_author_id} if comment.is_reply else {})

    def audience_parts(self) -> list[Any]:
        if not self.post_author_id:
            return []
        return post_selectors.event_audience_parts(self.comment.post_id, self.post_author_id)

    def data(self) -> list[Any]:
        return comment_placeholders(self.comment)

    @classmethod
    def audience(cls, context: AudienceContext, viewers: set[str]) -> set[str]:
        return selectors.filter_viewers(
            context["author"],
            post_selectors.event_viewers(context, viewers),
            thread_author_id=context.get("thread", ""),
        )

    @classmethod
    def current_query(cls, context: AudienceContext, data: bytes) -> Any:
        return selectors.json_query(context["comment"], context["post"])


@dataclass(frozen=True)
class CommentCreated(CommentEvent):
    """A comment was created. The counts are those of the post and of the thread after it."""

    type: ClassVar[str] = "comment.created"
    payload: ClassVar[Payload] = {"comment": SHARED_COMMENT, **COUNTS}

    def data(self) -> list[Any]:
        return [b'{"comment":', *super().data(), *_counts_parts(self.comment), b"}"]

    @classmethod
    def current_query(cls, context: AudienceContext, data: bytes) -> Any:
        return selectors.json_query(context["comment"], context["post"], with_counts=True)


@dataclass(frozen=True)
class CommentUpdated(CommentEvent):
    """A comment was changed."""

    type: ClassVar[str] = "comment.updated"


@dataclass(frozen=True)
class CommentDeleted(CommentEvent):
    """A comment was deleted. Comments that are deleted with their post cause no events."""

    type: ClassVar[str] = "comment.deleted"
    payload: ClassVar[Payload] = {"id": ID, "post_id": ID, "thread_id": or_null(ID), **COUNTS}

    @classmethod
    def current_query(cls, context: AudienceContext, data: bytes) -> Any:
        return None

    def data(self) -> list[Any]:
        comment = self.comment
        ids = to_json(
            {"id": comment.id, "post_id": comment.post_id, "thread_id": comment.thread_id or None}
        )
        return [ids[:-1], *_counts_parts(comment), b"}"]


@dataclass(frozen=True)
class CommentReactionChanged(CommentEvent):
    """A member set, changed or removed a reaction to a comment; `type` is null if removed.

    The audience is everyone who may see both the comment and the member now, and could then.
    """

    type: ClassVar[str] = "comment.reaction"
    payload: ClassVar[Payload] = {
        "comment_id": ID,
        "post_id": ID,
        "thread_id": or_null(ID),
        "user_id": ID,
        "type": one_of_or_null(ReactionType.values),
        "reactions": TotalsSerializer,
    }
    user_id: str
    reaction_type: str | None

    def topics(self) -> Iterable[str]:
        return [post_topic(self.comment.post_id), self_topic(self.comment.author_id)]

    def audience_context(self) -> AudienceContext:
        comment = self.comment
        return {
            **super().audience_context(),
            "thread_id": comment.thread_id,
            "user": self.user_id,
        }

    def data(self) -> list[Any]:
        comment = self.comment
        fields = to_json(
            {
                "comment_id": comment.id,
                "post_id": comment.post_id,
                "thread_id": comment.thread_id or None,
                "user_id": self.user_id,
                "type": self.reaction_type,
            }
        )
        totals = comment_totals_template.placeholders(comment.id)
        return [fields[:-1] + b',"reactions":', *totals, b"}"]

    @classmethod
    def current_query(cls, context: AudienceContext, data: bytes) -> Any:
        return selectors.reaction_json_query(
            context["comment"], context["post"], context["thread_id"], context["user"]
        )

    @classmethod
    def audience(cls, context: AudienceContext, viewers: set[str]) -> set[str]:
        return who_can_interact(context["user"], super().audience(context, viewers))
