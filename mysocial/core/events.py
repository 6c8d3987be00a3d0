"""Events: what is announced, in which logs, and to which audience.

An event is appended to its logs by the same script as the write that causes it, so there is no
write without its event and no event without its write. `docs/events.md` lists every type.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, NamedTuple

import orjson

from mysocial.core import tracing
from mysocial.core.addresses import insert_public_url
from mysocial.core.event_schemas import Payload
from mysocial.core.topics import FEED_TOPIC, HOME_TOPIC, self_topic

EVENTS: dict[str, "type[Event]"] = {}
AudienceContext = Mapping[str, str]


class Revealed(NamedTuple):
    """A member that another one sees more of, because a block ended or a follow began."""

    member_id: str
    by: Literal["follow", "unblock"]


class Event:
    """Something that happened; subclasses are frozen dataclasses in `<app>/events.py`.

    Subclassing registers it. `type` is `<noun>.<past participle>` and part of the API.
    """

    type: ClassVar[str] = ""
    payload: ClassVar[Payload]  # the schema of `data`, for `/api/asyncapi`
    may_reveal: ClassVar[bool] = False  # whether `revealed_member` may return a member

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.type:
            if cls.type in EVENTS and EVENTS[cls.type].__qualname__ != cls.__qualname__:
                raise TypeError(f"Two events have the type {cls.type}.")
            EVENTS[cls.type] = cls

    def topics(self) -> Iterable[str]:
        """Return the topics of its logs: `feed`, `user:<id>`, `post:<id>`, `self:<id>` …"""
        raise NotImplementedError

    def data(self) -> list[Any]:
        """Return the parts of its JSON object; placeholders are filled in after the write."""
        raise NotImplementedError

    def audience_context(self) -> AudienceContext:
        """Return the ids that `audience` needs."""
        return {}

    def audience_parts(self) -> list[Any]:
        """Return further members of the audience context's JSON object, which show the write.

        These are parts as in `data`: placeholders are filled in after the write.
        """
        return []

    @classmethod
    def audience(cls, context: AudienceContext, viewers: set[str]) -> set[str]:
        """Return those of `viewers` who may receive it now. Called again at every delivery."""
        raise NotImplementedError

    @classmethod
    def audience_on(cls, topic: str, context: AudienceContext, viewers: set[str]) -> set[str]:
        """Return those subscribers of `topic` who may receive it now."""
        return cls.audience(context, viewers)

    @classmethod
    def revealed_member(cls, context: AudienceContext, viewer_id: str) -> "Revealed | None":
        """Return the member that the viewer sees more of from this event on, if there is one.

        Replay leaves out the earlier events that the viewer could not see. The client reads again
        what has become visible, so it misses nothing.
        """
        return None

    @classmethod
    def current_query(cls, context: AudienceContext, data: bytes) -> Any:
        """Return a store query for the data as the records of the event are now.

        Replay sends the result of the query instead of `data`, so that nothing is sent that was
        edited away. If the result is None, the record is gone, and replay leaves the event out.
        Return None instead of a query, as by default, to replay `data` unchanged; do so only if it
        shows nothing that can change. If `audience` reads the same record, use the same query, so
        that both show the same version.
        """
        return None

    def entry(self) -> list[Any]:
        """Return what the write script appends: topics, type, data parts and audience context."""
        context, trace = dict(self.audience_context()), tracing.traceparent()
        if trace:
            context[tracing.TRACEPARENT] = trace  # the delivery belongs to the same trace
        return [list(self.topics()), self.type, self.data(), self._context_parts(context)]

    def _context_parts(self, context: AudienceContext) -> list[Any]:
        """Return the parts of the JSON object of the audience context, as those of `data`."""
        members, parts = orjson.dumps(context), self.audience_parts()
        return [members[:-1], b",", *parts, b"}"] if parts else [members]


@dataclass(frozen=True)
class UserEvent(Event):
    """An event for one member only."""

    user_id: str

    def topics(self) -> Iterable[str]:
        return [self_topic(self.user_id)]

    def audience_context(self) -> AudienceContext:
        return {"user": self.user_id}

    @classmethod
    def audience(cls, context: AudienceContext, viewers: set[str]) -> set[str]:
        return viewers & {context["user"]}


class EphemeralEvent(Event):
    """An event for connected clients only: published by `mysocial.realtime.ephemeral`, not stored.

    It has no id and does not move the cursor. Clients that are not connected miss it.
    """

    def entry(self) -> list[Any]:
        raise TypeError(f"{self.type} is ephemeral: it cannot be part of a write.")

    def message(self) -> dict[str, str]:
        """Return the message that is published to every process with connections."""
        (topic,) = self.topics()
        data = b"".join(self.data()).decode()
        context = orjson.dumps(dict(self.audience_context())).decode()
        return {"kind": self.type, "topic": topic, "data": data, "context": context}


# Topics that share the log of another topic: the same events, with a narrower audience.
SUBTOPICS = {HOME_TOPIC: FEED_TOPIC}


def parent_topic(topic: str) -> str:
    """Return the topic whose log has the events of `topic`."""
    return SUBTOPICS.get(topic, topic)


def event_frame(epoch: str, offset: str, kind: str, data: bytes) -> bytes:
    """Return the JSON message of a stored event; its id is its cursor, `<epoch>:<offset>`."""
    return b'{"id":"%s:%s","type":"%s","data":%s}' % (
        epoch.encode(), offset.encode(), kind.encode(), insert_public_url(data),
    )  # fmt: skip


def ephemeral_frame(kind: str, data: bytes) -> bytes:
    """Return the JSON message of an ephemeral event, which has no id: it cannot be replayed."""
    return b'{"type":"%s","data":%s}' % (kind.encode(), insert_public_url(data))
