"""Events of posts and bookmarks."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from mysocial.core.event_schemas import ID, PartialPayload, Payload
from mysocial.core.events import AudienceContext, Event, UserEvent
from mysocial.core.keys import FEED_TOPIC, HOME_TOPIC, post_topic, user_topic
from mysocial.store import to_json
from posts import selectors
from posts.representations import PostSerializer, post_template
from posts.store import FEED_PRIVACIES

SHARED_POST = PartialPayload("SharedPost", PostSerializer, frozenset({"viewer"}))


@dataclass(frozen=True)
class PostEvent(Event):
    """A change of a post. The audience is everyone who may see the post now."""

    payload: ClassVar[Payload] = SHARED_POST
    post_id: str
    author_id: str
    privacy: str
    media_id: str = ""

    def topics(self) -> Iterable[str]:
        feed = [FEED_TOPIC] if self._is_in_feed() else []
        return [*feed, user_topic(self.author_id), post_topic(self.post_id)]

    def _is_in_feed(self) -> bool:
        return self.privacy in FEED_PRIVACIES

    def audience_context(self) -> AudienceContext:
        return {"post": self.post_id, "author": self.author_id}

    def data(self) -> list[Any]:
        return post_template.placeholders(
            self.post_id, author_id=self.author_id, media_id=self.media_id
        )

    @classmethod
    def audience(cls, context: AudienceContext, viewers: set[str]) -> set[str]:
        return selectors.current_viewers(context["post"], viewers)

    @classmethod
    def current_query(cls, context: AudienceContext, data: bytes) -> Any:
        return selectors.json_query(context["post"])

    @classmethod
    def audience_on(cls, topic: str, context: AudienceContext, viewers: set[str]) -> set[str]:
        at_home = (
            selectors.home_viewers(context["author"], viewers) if topic == HOME_TOPIC else viewers
        )
        return cls.audience(context, at_home) if at_home else set()


@dataclass(frozen=True)
class PostCreated(PostEvent):
    """A post was created. As in the feed, members who mute the author are not in the audience."""

    type: ClassVar[str] = "post.created"

    @classmethod
    def audience(cls, context: AudienceContext, viewers: set[str]) -> set[str]:
        return selectors.current_viewers(context["post"], viewers, in_feed=True)


@dataclass(frozen=True)
class PostUpdated(PostEvent):
    """A post was changed."""

    type: ClassVar[str] = "post.updated"
    old_privacy: str = ""

    def _is_in_feed(self) -> bool:
        # The author also receives the event on the topic of the feed that the post leaves.
        return self.privacy in FEED_PRIVACIES or self.old_privacy in FEED_PRIVACIES


@dataclass(frozen=True)
class PostDeleted(PostEvent):
    """A post was deleted or hidden.

    The audience is everyone who could see the post before, and cannot see it now.
    """

    type: ClassVar[str] = "post.deleted"
    payload: ClassVar[Payload] = {"id": ID}
    author_is_private: bool = False

    def audience_context(self) -> AudienceContext:
        return {
            "post": self.post_id,
            "author": self.author_id,
            "privacy": self.privacy,
            "author_is_private": "true" if self.author_is_private else "",
        }

    def data(self) -> list[Any]:
        return [to_json({"id": self.post_id})]

    @classmethod
    def current_query(cls, context: AudienceContext, data: bytes) -> Any:
        return None

    @classmethod
    def audience(cls, context: AudienceContext, viewers: set[str]) -> set[str]:
        previous_viewers = selectors.filter_viewers(
            viewers,
            author_id=context["author"],
            privacy=context["privacy"],
            author_is_private=bool(context["author_is_private"]),
        )
        return previous_viewers - selectors.current_viewers(context["post"], previous_viewers)


@dataclass(frozen=True)
class BookmarkEvent(UserEvent):
    """A change to the member's own bookmarks; sent to the member only."""

    payload: ClassVar[Payload] = {"post_id": ID}
    post_id: str

    def data(self) -> list[Any]:
        return [to_json({"post_id": self.post_id})]


@dataclass(frozen=True)
class BookmarkCreated(BookmarkEvent):
    """You bookmarked a post."""

    type: ClassVar[str] = "bookmark.created"


@dataclass(frozen=True)
class BookmarkDeleted(BookmarkEvent):
    """You removed a bookmark."""

    type: ClassVar[str] = "bookmark.deleted"
