"""A scenario across processes: two members, and the connections of one to every process."""

import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol, TypeVar

import httpx

from tests.support.event_listeners import EventListener, SocketListener, StreamListener, offset
from tests.support.journey import Member, join

CONNECT_TIMEOUT_SECONDS = 60.0  # a process may just have been started
E = TypeVar("E", bound=EventListener)


class Caller(Protocol):
    """An HTTP client of one process, if the layout can select processes."""

    def call(
        self, member: Member, method: str, path: str, body: Any = None, **headers: str
    ) -> httpx.Response: ...
    def close(self) -> None: ...


class Layout(Protocol):
    """The processes behind one address."""

    @property
    def url(self) -> str: ...
    @property
    def socket_process_names(self) -> Sequence[str]:
        """The processes that hold sockets now."""

    @property
    def clients(self) -> Sequence[Caller]: ...
    def process_of(self, listener: EventListener) -> str:
        """Return the process that holds the connection."""


def connect_at(layout: Layout, process: str, connect: Callable[[], E]) -> E:
    """Connect until this process holds the connection."""
    deadline = time.monotonic() + CONNECT_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        listener = connect()
        if layout.process_of(listener) == process:
            return listener
        listener.close()
    raise AssertionError(f"{process} accepted no connection for {CONNECT_TIMEOUT_SECONDS} s")


@dataclass
class Scenario:
    """Two members, and Bob's connections to every process."""

    layout: Layout
    stack: ExitStack
    alice: Member = field(init=False)
    bob: Member = field(init=False)
    post: str = field(init=False)
    listeners: list[EventListener] = field(default_factory=list)
    first_offset: int = 0  # all listeners get the events after this offset of the log
    _notified_ids: set[str] = field(default_factory=set)
    slowest: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.alice, self.bob = self.add_member("alice"), self.add_member("bob")
        response = self.call(self.bob, "POST", "posts", {"text": "Mine"})
        self.post = response.json()["post"]["id"]
        topics = ("feed", "presence", f"post:{self.post}", f"user:{self.alice.id}")
        for process in self.layout.socket_process_names:
            for kind in (SocketListener, StreamListener):
                self.listeners.append(self.open(process, kind, self.bob, *topics))
        read = self.call(self.bob, "GET", "users/me")
        self.first_offset = offset(read.headers["X-Event-Cursor"])

    def add_member(self, name: str) -> Member:
        return join(self.layout, f"{name}_{uuid.uuid4().hex[:8]}")

    def open(
        self, process: str, kind: type[E], member: Member, *topics: str, cursor: str = ""
    ) -> E:
        """Open a connection of a member to a process; it is closed at the end of the scenario."""
        listener = connect_at(self.layout, process, partial(kind, member, *topics, cursor=cursor))
        self.stack.enter_context(listener)
        return listener

    def call(self, member: Member, method: str, path: str, body: Any = None) -> httpx.Response:
        """Send a request that must succeed, to the first process."""
        response = self.layout.clients[0].call(member, method, path, body)
        assert response.is_success, response.text
        return response

    def wait_for_event(
        self, kind: str, predicate: Callable[[Any], bool] = bool, since: float = 0
    ) -> Any:
        """Return the data of the event that every listener received, which must be the same."""
        frames = [listener.wait_for_event(kind, predicate) for listener in self.listeners]
        assert all(frame.payload == frames[0].payload for frame in frames), frames
        if since:
            took = max(frame.received_at for frame in frames) - since
            self.slowest[kind] = max(took, self.slowest.get(kind, 0))
        return frames[0].payload["data"]

    def wait_for_notification(self, actor: Member, kind: str) -> None:
        """Wait for a new notification of Bob, and check the unread count in its event."""

        def is_new(data: Any) -> bool:
            notification = data["notification"]
            fits = (notification["type"], notification["actor"]["id"]) == (kind, actor.id)
            return fits and notification["id"] not in self._notified_ids

        data = self.wait_for_event("notification.created", is_new)
        self._notified_ids.add(data["notification"]["id"])
        unread = self.call(self.bob, "GET", "notifications").json()["unread_count"]
        assert data["unread_count"] == unread
