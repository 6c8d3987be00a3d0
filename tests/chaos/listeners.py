"""WebSocket clients that reconnect under faults, and the events that each must receive."""

import asyncio
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.chaos.records import Record
from tests.chaos.resume import Client
from tests.support.event_listeners import offset

CONNECTION_SECONDS = 20.0  # average duration of a connection
# The fields that distinguish an event from others of its type.
KEY_FIELDS = {
    "post.created": ("id", "text"),
    "post.updated": ("id", "text"),
    "post.deleted": ("id",),
    "comment.created": ("comment.id", "comment.text"),
    "comment.deleted": ("id",),
    "reaction.changed": ("post_id", "user_id", "type"),
    "follow.created": ("follower_id", "followee_id"),
    "follow.deleted": ("follower_id", "followee_id"),
    "message.created": ("id", "text"),
}
# The last field of these is the state of the object, which changes.
STATE_TYPES = frozenset({"post.created", "post.updated", "reaction.changed"})
CREATED_TYPES = frozenset({"post.created", "post.updated", "comment.created"})


def event_key(frame: dict[str, Any], members: frozenset[str]) -> tuple[str, ...] | None:
    """Return the key of an event, as in `ExpectedEvent.key`.

    It is None for other types of events, and for events of authors outside the run.
    """
    names = KEY_FIELDS.get(frame["type"])
    author = (frame.get("data", {}).get("comment") or frame.get("data", {})).get("author")
    if names is None or (author and author["id"] not in members):
        return None
    values = []
    for name in names:
        value: Any = frame["data"]
        for step in name.split("."):
            value = value[step]
        values.append(str(value or ""))
    return frame["type"], *values


@dataclass
class Listener(Client):
    """A client that records every event with its offset in the event log."""

    members: frozenset[str] = frozenset()
    events: list[tuple[int, tuple[str, ...] | None]] = field(default_factory=list)
    failed_resumes: list[str] = field(default_factory=list)
    last_event_at: float = 0.0  # by the monotonic clock

    def handle_frame(self, frame: dict[str, Any], expected_reason: str) -> None:
        super().handle_frame(
            {**frame, "type": ""} if frame["type"] == "post.created" else frame, expected_reason
        )
        if frame.get("recovered") is False:
            self.failed_resumes.append(f"{frame['reason']} at {time.strftime('%H:%M:%S')}")
        if "id" in frame:
            self.events.append((offset(frame["id"]), event_key(frame, self.members)))
            self.last_event_at = time.monotonic()


class Expected(NamedTuple):
    """The events of each object that a listener must, and that it may, receive, in their order."""

    required: dict[tuple[str, ...], list[tuple[str, ...]]]
    optional: dict[tuple[str, ...], list[tuple[str, ...]]]


def object_of(key: tuple[str, ...]) -> tuple[str, ...]:
    """Return what an event is about, without the state that it shows."""
    return (key[0].partition(".")[0], *key[1:-1]) if key[0] in STATE_TYPES else key


def expected_events(records: Iterable[Record], member_id: str) -> Expected:
    """Return the events that a member must receive for the acknowledged writes.

    Events that show a record that was deleted later are optional: a client that resumes after
    the deletion gets only the deletion.
    """
    expected = Expected(defaultdict(list), defaultdict(list))
    for record in records:
        for event in (
            e for e in record.expected_events if not e.audience or member_id in e.audience
        ):
            is_optional = event.key[0] in CREATED_TYPES and event.key[1] in record.deleted
            events = expected.optional if is_optional else expected.required
            events[object_of(event.key)].append(event.key)
    return expected


def listener_problems(listener: Listener, expected: Expected) -> list[str]:
    """Return the problems with the events that a listener received."""
    offsets = [place for place, _ in listener.events]
    received: dict[tuple[str, ...], list[tuple[str, ...]]] = defaultdict(list)
    for _, key in listener.events:
        if key:
            received[object_of(key)].append(key)
    wrong = [f"could not resume: {listener.failed_resumes}"] * bool(listener.failed_resumes)
    if offsets != sorted(set(offsets)):
        wrong.append("out of order, or duplicate events")
    missing, excess = [], []
    for name in {*received, *expected.required}:
        due, may = expected.required.get(name, []), expected.optional.get(name, [])
        missing += missing_events(due, received.get(name, []))
        excess += excess_events(due, may, received.get(name, []))
    wrong += [f"{len(missing)} not received: {missing[:3]}"] if missing else []
    wrong += [f"{len(excess)} unexpected: {excess[:3]}"] if excess else []
    return wrong


def missing_events(
    due: list[tuple[str, ...]], received: list[tuple[str, ...]]
) -> list[tuple[str, ...]]:
    """Return the events of an object that a listener should have received.

    A replayed event shows its object as it is at the replay: in its own state or a later one.
    """
    missing = due[len(received) :]
    for number, (event, other) in enumerate(zip(due, received, strict=False)):
        later_states = {key[-1] for key in due[number:]}
        if event[:-1] != other[:-1] or other[-1] not in later_states:
            missing.append(event)
    return missing


def excess_events(
    due: list[tuple[str, ...]], may: list[tuple[str, ...]], received: list[tuple[str, ...]]
) -> list[tuple[str, ...]]:
    """Return the events of an object that a listener should not have received."""
    allowed = Counter(key[:-1] for key in (*due, *may))
    states = {key[-1] for key in (*due, *may)}
    too_many = Counter(key[:-1] for key in received) - allowed
    return [key for key in received if key[:-1] in too_many or key[-1] not in states]


class Listeners(threading.Thread):
    """A thread that runs all listeners until `stop` is set."""

    def __init__(self, listeners: list[Listener]) -> None:
        super().__init__(daemon=True)
        self.listeners = listeners
        self.stop = threading.Event()

    def count(self) -> int:
        """Return the number of events that all listeners have received."""
        return sum(len(listener.events) for listener in self.listeners)

    def last_event_at(self) -> float:
        """Return when the last event was received, by the monotonic clock."""
        return max(listener.last_event_at for listener in self.listeners)

    def run(self) -> None:
        asyncio.run(self._run())

    async def _run(self) -> None:
        done = asyncio.Event()
        tasks = [asyncio.create_task(listener.run(done)) for listener in self.listeners]
        await asyncio.to_thread(self.stop.wait)
        done.set()
        await asyncio.gather(*tasks)
