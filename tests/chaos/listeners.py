"""Sockets that come and go under faults, and what each must have heard in the end."""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.chaos.actors import Record
from tests.chaos.resume import Client
from tests.support.event_listeners import offset

STAYS = 20.0  # seconds on one connection, about
# Of an event, what tells it from others of its type.
ABOUT = {
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
ONCE_MADE = frozenset({"post.created", "post.updated", "comment.created"})


def about(frame: dict[str, Any], members: frozenset[str]) -> tuple[str, ...] | None:
    """Return what an event is about, as `Event.about` names it; None for one of another type, and
    of who is no member of the run."""
    names = ABOUT.get(frame["type"])
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
    """A client that keeps every event, by its place in the log."""

    members: frozenset[str] = frozenset()
    events: list[tuple[int, tuple[str, ...] | None]] = field(default_factory=list)
    told_to_read_again: list[str] = field(default_factory=list)
    heard_at: float = 0.0  # the last of them, by the monotonic clock

    def take(self, frame: dict[str, Any], due: str) -> None:
        super().take({**frame, "type": ""} if frame["type"] == "post.created" else frame, due)
        if frame.get("recovered") is False:
            self.told_to_read_again.append(f"{frame['reason']} at {time.strftime('%H:%M:%S')}")
        if "id" in frame:
            self.events.append((offset(frame["id"]), about(frame, self.members)))
            self.heard_at = time.monotonic()


class Expected(NamedTuple):
    """What a listener must have heard once, and what else it may have."""

    due: Counter[tuple[str, ...]]
    may: Counter[tuple[str, ...]]


def expected(records: Iterable[Record], member_id: str) -> Expected:
    """Return what a member must have heard of what was acknowledged.

    What shows something that was deleted later may be left out: who resumes after that is told
    of the deletion only.
    """
    due: Counter[tuple[str, ...]] = Counter()
    may: Counter[tuple[str, ...]] = Counter()
    for record in records:
        for event in (one for one in record.heard if not one.by or member_id in one.by):
            left_out = event.about[0] in ONCE_MADE and event.about[1] in record.gone
            (may if left_out else due)[event.about] += 1
    return Expected(due, may)


def wrong_of(listener: Listener, right: Expected) -> list[str]:
    """Return what is wrong with what a listener heard."""
    places = [place for place, _ in listener.events]
    told = Counter(what for _, what in listener.events if what)
    wrong = [f"told to read again: {listener.told_to_read_again}"] * bool(
        listener.told_to_read_again
    )
    if places != sorted(set(places)):
        wrong.append("out of order, or an event twice")
    missing, excess = right.due - told, told - right.due - right.may
    wrong += [f"{missing.total()} not heard: {list(missing)[:3]}"] if missing else []
    wrong += [f"{excess.total()} heard that nobody did: {list(excess)[:3]}"] if excess else []
    return wrong


class Listeners(threading.Thread):
    """All listeners, on a loop of their own, until `stop` is set."""

    def __init__(self, listeners: list[Listener]) -> None:
        super().__init__(daemon=True)
        self.listeners = listeners
        self.stop = threading.Event()

    def count(self) -> int:
        """Return how many events all of them have heard."""
        return sum(len(one.events) for one in self.listeners)

    def run(self) -> None:
        asyncio.run(self._run())

    async def _run(self) -> None:
        done = asyncio.Event()
        tasks = [asyncio.create_task(one.run(done)) for one in self.listeners]
        await asyncio.to_thread(self.stop.wait)
        done.set()
        await asyncio.gather(*tasks)
