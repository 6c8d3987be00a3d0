"""What is announced of posts."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from mysocial.core.event_schemas import ID, Payload
from mysocial.core.events import About, Event
from mysocial.store.json_templates import literal
from posts import selectors
from posts.representations import PostSerializer, post_wire
from posts.store import FEED

HOME = "home"


@dataclass(frozen=True)
class PostEvent(Event):
    """Something happened to a post; whoever may see it now hears of it."""

    payload: ClassVar[Payload] = PostSerializer
    post_id: str
    author_id: str
    privacy: str
    media_id: str = ""

    def topics(self) -> Iterable[str]:
        feed = ["feed"] if self._is_in_feed() else []
        return [*feed, f"user:{self.author_id}", f"post:{self.post_id}"]

    def _is_in_feed(self) -> bool:
        return self.privacy in FEED

    def about(self) -> About:
        return {"post": self.post_id, "author": self.author_id}

    def data(self) -> list[Any]:
        return post_wire.template(self.post_id, author_id=self.author_id, media_id=self.media_id)

    @classmethod
    def listeners(cls, about: About, viewers: set[str]) -> set[str]:
        return selectors.who_sees_now(about["post"], viewers)

    @classmethod
    def listeners_on(cls, topic: str, about: About, viewers: set[str]) -> set[str]:
        at_home = selectors.who_has_at_home(about["author"], viewers) if topic == HOME else viewers
        return cls.listeners(about, at_home) if at_home else set()


@dataclass(frozen=True)
class PostCreated(PostEvent):
    """A post was written. Like the feed, it is not for those who mute the author."""

    type: ClassVar[str] = "post.created"

    @classmethod
    def listeners(cls, about: About, viewers: set[str]) -> set[str]:
        return selectors.who_sees_now(about["post"], viewers, in_feed=True)


@dataclass(frozen=True)
class PostUpdated(PostEvent):
    """A post was changed."""

    type: ClassVar[str] = "post.updated"
    was: str = ""  # its privacy before

    def _is_in_feed(self) -> bool:
        # The author hears of it on the feed that it leaves, too.
        return self.privacy in FEED or self.was in FEED


@dataclass(frozen=True)
class PostDeleted(PostEvent):
    """A post is gone, or no longer visible; whoever could see it, and can't now, hears of it."""

    type: ClassVar[str] = "post.deleted"
    payload: ClassVar[Payload] = {"id": ID}
    author_is_private: bool = False

    def about(self) -> About:
        return {
            "post": self.post_id,
            "author": self.author_id,
            "privacy": self.privacy,
            "author_is_private": "true" if self.author_is_private else "",
        }

    def data(self) -> list[Any]:
        return [literal({"id": self.post_id})]

    @classmethod
    def listeners(cls, about: About, viewers: set[str]) -> set[str]:
        could = selectors.who_sees(
            viewers,
            author_id=about["author"],
            privacy=about["privacy"],
            author_is_private=bool(about["author_is_private"]),
        )
        return could - selectors.who_sees_now(about["post"], could)
