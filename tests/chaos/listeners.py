"""WebSocket clients that reconnect under faults, and the events that each must receive."""

import asyncio
import threading
import time
from collections import Counter
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
    """How often a listener must, and how often it may also, receive each event."""

    required: Counter[tuple[str, ...]]
    optional: Counter[tuple[str, ...]]


def expected_events(records: Iterable[Record], member_id: str) -> Expected:
    """Return the events that a member must receive for the acknowledged writes.

    Events that show a record that was deleted later are optional: a client that resumes after
    the deletion gets only the deletion.
    """
    due: Counter[tuple[str, ...]] = Counter()
    may: Counter[tuple[str, ...]] = Counter()
    for record in records:
        for event in (
            e for e in record.expected_events if not e.audience or member_id in e.audience
        ):
            is_optional = event.key[0] in CREATED_TYPES and event.key[1] in record.deleted
            (may if is_optional else due)[event.key] += 1
    return Expected(due, may)


def listener_problems(listener: Listener, expected: Expected) -> list[str]:
    """Return the problems with the events that a listener received."""
    offsets = [place for place, _ in listener.events]
    received = Counter(what for _, what in listener.events if what)
    wrong = [f"could not resume: {listener.failed_resumes}"] * bool(listener.failed_resumes)
    if offsets != sorted(set(offsets)):
        wrong.append("out of order, or duplicate events")
    missing, excess = expected.required - received, received - expected.required - expected.optional
    wrong += [f"{missing.total()} not received: {list(missing)[:3]}"] if missing else []
    wrong += [f"{excess.total()} unexpected: {list(excess)[:3]}"] if excess else []
    return wrong


class Listeners(threading.Thread):
    """A thread that runs all listeners until `stop` is set."""

    def __init__(self, listeners: list[Listener]) -> None:
        super().__init__(daemon=True)
        self.listeners = listeners
        self.stop = threading.Event()

    def count(self) -> int:
        """Return the number of events that all listeners have received."""
        return sum(len(listener.events) for listener in self.listeners)

    def run(self) -> None:
        asyncio.run(self._run())

    async def _run(self) -> None:
        done = asyncio.Event()
        tasks = [asyncio.create_task(listener.run(done)) for listener in self.listeners]
        await asyncio.to_thread(self.stop.wait)
        done.set()
        await asyncio.gather(*tasks)
