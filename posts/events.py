"""Events of posts, polls and bookmarks."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from mysocial.core.event_schemas import ID, PartialPayload, Payload
from mysocial.core.events import AudienceContext, Event, UserEvent
from mysocial.core.topics import FEED_TOPIC, HOME_TOPIC, post_topic, self_topic, user_topic
from mysocial.store import NULL, to_json
from posts import selectors
from posts.poll_representations import (
    PollResultsSerializer,
    PollViewerSerializer,
    results_parts,
    viewer_poll_parts,
)
from posts.representations import PostSerializer, post_template
from posts.store import FEED_PRIVACIES

SHARED_POST = PartialPayload("SharedPost", PostSerializer, frozenset({"viewer"}))


@dataclass(frozen=True)
class PostEvent(Event):
    """A change of a post. The audience is everyone who may see the post now, and could then."""

    payload: ClassVar[Payload] = SHARED_POST
    post_id: str
    author_id: str
    privacy: str
    media_id: str = ""
    poll_id: str = ""

    def topics(self) -> Iterable[str]:
        feed = [FEED_TOPIC] if self._is_in_feed() else []
        return [*feed, user_topic(self.author_id), post_topic(self.post_id)]

    def _is_in_feed(self) -> bool:
        return self.privacy in FEED_PRIVACIES

    def audience_context(self) -> AudienceContext:
        return {"post": self.post_id, "author": self.author_id}

    def audience_parts(self) -> list[Any]:
        return selectors.event_audience_parts(self.post_id, self.author_id)

    def data(self) -> list[Any]:
        return post_template.placeholders(
            self.post_id,
            author_id=self.author_id,
            media_id=self.media_id,
            poll_id=self.poll_id,
        )

    @classmethod
    def audience(cls, context: AudienceContext, viewers: set[str]) -> set[str]:
        return selectors.event_viewers(context, viewers)

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
        return selectors.event_viewers(context, viewers, in_feed=True)


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

    The audience is everyone who could see the post before, and not after. Members who can see it
    again by now receive an event for that, too.
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
        return previous_viewers - selectors.later_viewers(context, previous_viewers)


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


@dataclass(frozen=True)
class PollVoted(UserEvent):
    """You voted, or changed or withdrew your vote. Only you receive it, while you see the post."""

    type: ClassVar[str] = "poll.voted"
    payload: ClassVar[Payload] = {"post_id": ID, "poll": PollViewerSerializer}
    post_id: str
    choices: tuple[int, ...]
    option_count: int
    shows_results: bool

    def audience_context(self) -> AudienceContext:
        return {"user": self.user_id, "post": self.post_id}

    def data(self) -> list[Any]:
        results = results_parts(self.post_id, self.option_count) if self.shows_results else [NULL]
        poll = viewer_poll_parts(self.choices, results)
        return [b'{"post_id":%b,"poll":' % to_json(self.post_id), *poll, b"}"]

    @classmethod
    def audience(cls, context: AudienceContext, viewers: set[str]) -> set[str]:
        return selectors.current_viewers(context["post"], viewers & {context["user"]})

    @classmethod
    def current_query(cls, context: AudienceContext, data: bytes) -> Any:
        return selectors.viewer_poll_json_query(context["post"], context["user"])


@dataclass(frozen=True)
class PollUpdated(Event):
    """The results of a poll changed. It does not say who voted.

    The audience is everyone who may see the post and the results now, and could see the post then.
    """

    type: ClassVar[str] = "poll.updated"
    payload: ClassVar[Payload] = {"post_id": ID, "results": PollResultsSerializer}
    post_id: str
    author_id: str  # Of the post.
    option_count: int

    def topics(self) -> Iterable[str]:
        return [post_topic(self.post_id), self_topic(self.author_id)]

    def audience_context(self) -> AudienceContext:
        return {"post": self.post_id}

    def audience_parts(self) -> list[Any]:
        return selectors.event_audience_parts(self.post_id, self.author_id)

    def data(self) -> list[Any]:
        return _results_data(self.post_id, self.option_count)

    @classmethod
    def current_query(cls, context: AudienceContext, data: bytes) -> Any:
        return selectors.results_json_query(context["post"])

    @classmethod
    def audience(cls, context: AudienceContext, viewers: set[str]) -> set[str]:
        return selectors.result_viewers(context["post"], selectors.event_viewers(context, viewers))


@dataclass(frozen=True)
class PollEnded(PostEvent):
    """A poll ended: everyone who may see the post may see the results."""

    type: ClassVar[str] = "poll.ended"
    payload: ClassVar[Payload] = {"post_id": ID, "results": PollResultsSerializer}
    option_count: int = 0

    def data(self) -> list[Any]:
        return _results_data(self.post_id, self.option_count)

    @classmethod
    def current_query(cls, context: AudienceContext, data: bytes) -> Any:
        return selectors.results_json_query(context["post"])


def _results_data(post_id: str, option_count: int) -> list[Any]:
    results = results_parts(post_id, option_count)
    return [b'{"post_id":%b,"results":' % to_json(post_id), *results, b"}"]
