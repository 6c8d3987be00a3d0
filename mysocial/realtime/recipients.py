"""Audiences: which subscribers of this process may see an event."""

from typing import NamedTuple, Protocol

import orjson

from mysocial.core import tracing
from mysocial.core.events import EVENTS, SUBTOPICS, AudienceContext, Event
from mysocial.core.packed_events import Fields
from mysocial.core.request_context import cached_queries
from mysocial.realtime.event_data import EventData, read_current


class Subscriber(Protocol):
    """An authenticated connection."""

    user_id: str

    def deliver(self, event_type: str, offset: int | None, frame: str) -> None:
        """Take one event without waiting; the offset of an ephemeral event is None."""

    def require_resume(self) -> None:
        """End the connection, so that the client resumes from its cursor."""


class PendingEvent(NamedTuple):
    """An event of the log with its subscribers in this process, by topic."""

    offset: int
    type: str
    audience_context: bytes
    fields: Fields
    subscribers_by_topic: dict[str, set[Subscriber]]

    @property
    def subscribers(self) -> set[Subscriber]:
        """The subscribers on any of the event's topics."""
        return set().union(*self.subscribers_by_topic.values())


def find_deliveries(
    epoch: str, events: list[PendingEvent]
) -> list[tuple[bytes | None, set[Subscriber]]]:
    """Return the data of each event and the subscribers that may see it.

    The data shows the records as they are now: what a record was before it became visible is not
    delivered. The records of all events are read together, before the audiences. Equal queries are
    executed once, so an audience that depends on the same record follows from the same moment. The
    data is None if nobody sees it, or its records are gone.
    """
    deliveries = []
    with cached_queries():
        contexts = [orjson.loads(event.audience_context) for event in events]
        parents = [context.pop(tracing.TRACEPARENT, "") for context in contexts]
        data = [
            EventData.from_fields(event.type, context, event.fields)
            for event, context in zip(events, contexts, strict=True)
        ]
        read_current(data)
        for event, context, parent, each in zip(events, contexts, parents, data, strict=True):
            with tracing.span(f"deliver {event.type}", "consumer", parent) as span:
                span.set_attributes(
                    event=f"{epoch}:{event.offset}", listeners=len(event.subscribers)
                )
                audience = find_audience(EVENTS[event.type], context, event.subscribers_by_topic)
                deliveries.append((each.current() if audience else None, audience))
    return deliveries


def find_audience(
    event_class: type[Event],
    context: AudienceContext,
    subscribers_by_topic: dict[str, set[Subscriber]],
) -> set[Subscriber]:
    """Return the subscribers that may see an event on one of the topics they subscribe to.

    The audience is the same on all topics with a log of their own, so they form one group.
    """
    groups: dict[str, set[Subscriber]] = {}
    for topic, subscribers in subscribers_by_topic.items():
        groups.setdefault(topic if topic in SUBTOPICS else "", set()).update(subscribers)
    audience: set[Subscriber] = set()
    for topic, subscribers in groups.items():
        user_ids = {subscriber.user_id for subscriber in subscribers}
        viewers = event_class.audience_on(topic, context, user_ids)
        audience |= {subscriber for subscriber in subscribers if subscriber.user_id in viewers}
    return audience
