"""`Event`: what is announced, where it is logged, and who may hear it.

An event is appended to its logs in the same script as the write that caused it, so there is no
write without its event and no event without its write. `docs/events.md` lists every type.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import orjson

from mysocial.core import tracing
from mysocial.core.event_schemas import Payload
from mysocial.core.keys import FEED_TOPIC, HOME_TOPIC, self_topic

EVENTS: dict[str, "type[Event]"] = {}
AudienceContext = Mapping[str, str]


class Event:
    """Something that happened; subclasses are frozen dataclasses in `<app>/events.py`.

    Registered by subclassing; `type` is `<noun>.<past>` and is part of the contract.
    """

    type: ClassVar[str] = ""
    payload: ClassVar[Payload]  # what `data` is, for `/api/asyncapi`

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.type:
            if cls.type in EVENTS and EVENTS[cls.type].__qualname__ != cls.__qualname__:
                raise TypeError(f"Two events are called {cls.type}.")
            EVENTS[cls.type] = cls

    def topics(self) -> Iterable[str]:
        """Return the logs it is appended to: `feed`, `user:<id>`, `post:<id>`, `self:<id>` …"""
        raise NotImplementedError

    def data(self) -> list[Any]:
        """Return the pieces of its JSON object, read when everything is written."""
        raise NotImplementedError

    def audience_context(self) -> AudienceContext:
        """Return the ids that `listeners` needs to decide."""
        return {}

    @classmethod
    def audience(cls, context: AudienceContext, viewers: set[str]) -> set[str]:
        """Return those of `viewers` who may hear it now; asked again at every delivery."""
        raise NotImplementedError

    @classmethod
    def audience_on(cls, topic: str, context: AudienceContext, viewers: set[str]) -> set[str]:
        """Return those of `viewers`, who listen on `topic`, who may hear it now."""
        return cls.audience(context, viewers)

    @classmethod
    def still_valid(cls, context: AudienceContext, data: bytes) -> bool:
        """Tell whether its data may still be shown to who was away: nothing deleted is."""
        return True

    def entry(self) -> list[Any]:
        """Return what the write script appends: topics, type, pieces, about."""
        context, trace = dict(self.audience_context()), tracing.traceparent()
        if trace:
            context[tracing.PARENT] = trace  # so that its delivery is a part of it
        return [list(self.topics()), self.type, self.data(), orjson.dumps(context)]


@dataclass(frozen=True)
class UserEvent(Event):
    """What one member hears, and nobody else."""

    user_id: str

    def topics(self) -> Iterable[str]:
        return [self_topic(self.user_id)]

    def audience_context(self) -> AudienceContext:
        return {"user": self.user_id}

    @classmethod
    def audience(cls, context: AudienceContext, viewers: set[str]) -> set[str]:
        return viewers & {context["user"]}


class EphemeralEvent(Event):
    """An event for connected clients only: sent by `mysocial.realtime.ephemeral`, never stored.

    Nothing is written of it: it has no id, moves no cursor, and is lost on whoever is away.
    """

    def entry(self) -> list[Any]:
        raise TypeError(f"{self.type} is passing: it belongs to no write and to no log.")

    def message(self) -> dict[str, str]:
        """Return what goes to every process that has sockets."""
        (topic,) = self.topics()
        data = b"".join(self.data()).decode()
        about = orjson.dumps(dict(self.audience_context())).decode()
        return {"kind": self.type, "topic": topic, "data": data, "context": about}


# Topics that are a part of another's log: who hears is narrower, the events are the same.
SUBTOPICS = {HOME_TOPIC: FEED_TOPIC}


def parent_topic(topic: str) -> str:
    """Return the topic whose log has the events of `topic`."""
    return SUBTOPICS.get(topic, topic)


def event_frame(epoch: str, offset: str, kind: str, data: bytes) -> bytes:
    """Return the frame that clients receive."""
    return b'{"id":"%s:%s","type":"%s","data":%s}' % (
        epoch.encode(), offset.encode(), kind.encode(), data,
    )  # fmt: skip


def ephemeral_frame(kind: str, data: bytes) -> bytes:
    """Return the frame of what passes: without an id, for no cursor leads back to it."""
    return b'{"type":"%s","data":%s}' % (kind.encode(), data)
