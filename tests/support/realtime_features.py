"""Every feature of realtime, proved across processes: who listens, listens at each of them.

A layout says which processes hold sockets; `prove` makes each change through each door and wants
it heard on sockets and streams at every process: once, in order, the same everywhere.
"""

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol, TypeVar

import httpx

from tests.support.event_listeners import EventListener, SocketListener, StreamListener, offset
from tests.support.journey import Member, join

TAKEN_WITHIN = 60.0  # a process may just have been started
MOST_POSTS = 30  # a minute
E = TypeVar("E", bound=EventListener)


class Caller(Protocol):
    """HTTP by one door: through one process, where the layout lets one choose."""

    def call(
        self, member: Member, method: str, path: str, body: Any = None, **headers: str
    ) -> httpx.Response: ...
    def close(self) -> None: ...


class Layout(Protocol):
    """The processes that serve, behind one address."""

    @property
    def url(self) -> str: ...
    @property
    def socket_process_names(self) -> Sequence[str]:
        """The processes that hold sockets now."""

    @property
    def clients(self) -> Sequence[Caller]: ...
    def process_of(self, ear: EventListener) -> str:
        """Return which process holds the other end."""


def at(layout: Layout, place: str, connect: Callable[[], E]) -> E:
    """Connect again until it is this process that holds the other end."""
    deadline = time.monotonic() + TAKEN_WITHIN
    while time.monotonic() < deadline:
        ear = connect()
        if layout.process_of(ear) == place:
            return ear
        ear.close()
    raise AssertionError(f"{place} took no connection for {TAKEN_WITHIN} s")


@dataclass
class Crew:
    """Who acts, who listens, and where."""

    layout: Layout
    stack: ExitStack
    alice: Member = field(init=False)
    bob: Member = field(init=False)
    post: str = field(init=False)
    ears: list[EventListener] = field(default_factory=list)
    began: int = 0  # all ears hear what comes after this place in the log
    _told: set[str] = field(default_factory=set)
    slowest: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.alice, self.bob = self.member("alice"), self.member("bob")
        answer = self.done(self.bob, "POST", "posts", {"text": "Mine"})
        self.post = answer.json()["post"]["id"]
        topics = ("feed", "presence", f"post:{self.post}", f"user:{self.alice.id}")
        for place in self.layout.socket_process_names:
            for kind in (SocketListener, StreamListener):
                self.ears.append(self.open(place, kind, self.bob, *topics))
        read = self.done(self.bob, "GET", "users/me")
        self.began = offset(read.headers["X-Event-Cursor"])

    def member(self, name: str) -> Member:
        return join(self.layout, f"{name}_{uuid.uuid4().hex[:8]}")

    def open(self, place: str, kind: type[E], member: Member, *topics: str, cursor: str = "") -> E:
        """Return a connection of a member at a process; it is closed at the end."""
        ear = at(self.layout, place, partial(kind, member, *topics, cursor=cursor))
        self.stack.enter_context(ear)
        return ear

    def done(self, member: Member, method: str, path: str, body: Any = None) -> httpx.Response:
        """Carry something out, by whichever door."""
        answer = self.layout.clients[0].call(member, method, path, body)
        assert answer.is_success, answer.text
        return answer

    def heard(self, kind: str, judge: Callable[[Any], bool] = bool, since: float = 0) -> Any:
        """Return the data of the one event that every ear heard, alike and once."""
        said = [ear.wait_for_event(kind, judge) for ear in self.ears]
        assert all(one.payload == said[0].payload for one in said), said
        if since:
            took = max(one.received_at for one in said) - since
            self.slowest[kind] = max(took, self.slowest.get(kind, 0))
        return said[0].payload["data"]

    def noticed(self, by: Member, kind: str) -> None:
        """Bob is told of it once, with how much is unread after it."""

        def is_new(data: Any) -> bool:
            told = data["notification"]
            fits = (told["type"], told["actor"]["id"]) == (kind, by.id)
            return fits and told["id"] not in self._told

        data = self.heard("notification.created", is_new)
        self._told.add(data["notification"]["id"])
        unread = self.done(self.bob, "GET", "notifications").json()["unread_count"]
        assert data["unread_count"] == unread


def prove_posts(crew: Crew, caller: Caller) -> None:
    """A post comes, changes and goes; its key gives the same answer at every other door."""
    key, body = uuid.uuid4().hex, {"text": "A post"}
    began = time.monotonic()
    answer = caller.call(crew.alice, "POST", "posts", body, **{"Idempotency-Key": key})
    post = answer.json()["post"]

    def is_it(data: Mapping[str, Any]) -> bool:
        return bool(data["id"] == post["id"])

    assert crew.heard("post.created", is_it, began) == post
    for other in crew.layout.clients:
        again = other.call(crew.alice, "POST", "posts", body, **{"Idempotency-Key": key})
        assert (again.status_code, again.content) == (answer.status_code, answer.content)
    began = time.monotonic()
    changed = caller.call(crew.alice, "PATCH", f"posts/{post['id']}", {"text": "Changed"})
    assert crew.heard("post.updated", is_it, began) == changed.json()["post"]
    began = time.monotonic()
    assert caller.call(crew.alice, "DELETE", f"posts/{post['id']}").is_success
    assert crew.heard("post.deleted", is_it, began) == {"id": post["id"]}


def prove_comments_and_reactions(crew: Crew, caller: Caller) -> None:
    """Who has the post open hears of both, and its author is notified."""
    began = time.monotonic()
    answer = caller.call(crew.alice, "POST", f"posts/{crew.post}/comments", {"text": "Well said"})
    comment = answer.json()["comment"]
    said = crew.heard("comment.created", lambda data: data["comment"]["id"] == comment["id"], began)
    assert said == {"comment": comment, "comments_count": said["comments_count"]}
    crew.noticed(crew.alice, "comment")
    fan, began = crew.member("fan"), time.monotonic()
    caller.call(fan, "PUT", f"posts/{crew.post}/reaction", {"type": "love"})
    said = crew.heard("reaction.changed", lambda data: data["user_id"] == fan.id, began)
    assert (said["post_id"], said["type"]) == (crew.post, "love")
    crew.noticed(fan, "reaction")


def prove_follows(crew: Crew, caller: Caller) -> None:
    """Who is followed hears of it, and is notified."""
    fan, began = crew.member("fan"), time.monotonic()
    assert caller.call(fan, "PUT", f"users/{crew.bob.id}/follow", {}).is_success
    crew.heard("follow.created", lambda data: data["follower_id"] == fan.id, began)
    crew.noticed(fan, "follow")


def prove_chat(crew: Crew, caller: Caller) -> None:
    """A message, its conversation, that it was read, a reaction; and that somebody types."""
    began = time.monotonic()
    body = {"receiver_id": crew.bob.id, "text": "Hello, Bob"}
    sent = caller.call(crew.alice, "POST", "chat/message", body).json()["chat_message"]
    assert crew.heard("message.created", lambda one: one["id"] == sent["id"], began) == sent
    crew.heard("conversation.updated", lambda one: one["last_message"]["id"] == sent["id"])
    crew.noticed(crew.alice, "message")
    assert caller.call(crew.bob, "PUT", "chat/messages/read", {"user_id": crew.alice.id}).is_success
    crew.heard("message.read", lambda one: one["read_up_to"] == sent["id"])
    caller.call(crew.bob, "PUT", f"chat/messages/{sent['id']}/reaction", {"type": "like"})
    crew.heard("message.reaction", lambda one: one["message_id"] == sent["id"])


def prove_typing(crew: Crew) -> None:
    """It is said on a socket of one process and heard at all."""
    for place in crew.layout.socket_process_names:
        typist = crew.member("typist")
        mine = crew.open(place, SocketListener, typist)
        began = time.monotonic()
        for kind, on in (("typing.started", True), ("typing.stopped", False)):
            assert mine.send_command(type="typing", to=crew.bob.id, on=on)["type"] == "ok"
            crew.heard(kind, lambda data, me=typist.id: data == {"user_id": me}, began)  # type: ignore[misc]


def prove_sessions(crew: Crew, caller: Caller) -> None:
    """The end of a session ends its connections at every process."""
    guest = crew.member("guest")
    ears = [
        crew.open(place, kind, guest)
        for place in crew.layout.socket_process_names
        for kind in (SocketListener, StreamListener)
    ]
    began = time.monotonic()
    assert caller.call(guest, "POST", "signout").is_success
    for ear in ears:
        assert ear.wait_closed() == (4401 if isinstance(ear, SocketListener) else 0)
        assert ear.types()[-1] == "session.ended"
    crew.slowest["session.ended"] = max(one.closed_at for one in ears) - began
    assert caller.call(guest, "GET", "currentuser").status_code == httpx.codes.UNAUTHORIZED


def prove_resume(crew: Crew, caller: Caller) -> None:
    """What was missed is told at whichever process one comes back: all of it, in order, once."""
    topic = f"user:{crew.alice.id}"
    for before in crew.layout.socket_process_names:
        ear = crew.open(before, SocketListener, crew.bob, topic)
        first = caller.call(crew.alice, "POST", "posts", {"text": "0"}).json()["post"]
        ear.wait_for_event("post.created", lambda data, pk=first["id"]: data["id"] == pk)  # type: ignore[misc]
        ear.close()
        missed = [
            caller.call(crew.alice, "POST", "posts", {"text": f"{n}"}).json()["post"]
            for n in range(1, 4)
        ]
        for after in crew.layout.socket_process_names:
            for kind in (SocketListener, StreamListener):
                back = crew.open(after, kind, crew.bob, topic, cursor=ear.cursor)
                assert [
                    one.payload["recovered"] for one in back.frames if "recovered" in one.payload
                ] == [True]
                assert [one["data"] for one in back.events] == missed
                back.close()


def prove_limits(crew: Crew) -> None:
    """The doors count together: so many posts a minute, whichever takes them."""
    writer, callers = crew.member("writer"), crew.layout.clients
    codes = [
        callers[n % len(callers)].call(writer, "POST", "posts", {"text": f"{n}"}).status_code
        for n in range(MOST_POSTS + 2)
    ]
    assert codes == [201] * MOST_POSTS + [429] * 2


def prove_presence(crew: Crew, meanwhile: Callable[[], None]) -> None:
    """Online from the first device on, until the last is gone, wherever each of them is."""
    dora = crew.member("dora")
    crew.done(dora, "PUT", f"users/{crew.bob.id}/follow", {})
    crew.noticed(dora, "follow")
    crew.done(crew.bob, "PUT", f"users/{dora.id}/follow", {})
    first = crew.open(crew.layout.socket_process_names[0], SocketListener, dora)
    crew.heard("presence.changed", lambda data: data == {"user_id": dora.id, "online": True})
    last = crew.open(crew.layout.socket_process_names[-1], SocketListener, dora)
    first.close()
    closed = time.monotonic()
    meanwhile()
    time.sleep(max(0, closed + 7 - time.monotonic()))  # longer than it takes to be given up
    for caller in crew.layout.clients:
        answer = caller.call(crew.bob, "GET", f"users/online?id={dora.id}")
        assert answer.json() == {"users": [dora.id]}
    last.close()
    closed = time.monotonic()
    gone = {"user_id": dora.id, "online": False}
    crew.heard("presence.changed", lambda data: data == gone, closed)
    for ear in crew.ears:
        told = [one.payload["data"]["online"] for one in ear.frames_of_type("presence.changed")
                if one.payload["data"]["user_id"] == dora.id]  # fmt: skip
        assert told == [True, False]


def prove(layout: Layout) -> dict[str, float]:
    """Prove every feature by every door; return the longest time that each kind of news took."""
    with ExitStack() as stack:
        crew = Crew(layout, stack)

        def features() -> None:
            for caller in layout.clients:
                prove_posts(crew, caller)
                prove_comments_and_reactions(crew, caller)
                prove_follows(crew, caller)
                prove_chat(crew, caller)
                prove_sessions(crew, caller)
                prove_resume(crew, caller)
            prove_typing(crew)
            prove_limits(crew)

        prove_presence(crew, features)
        last = crew.done(crew.alice, "POST", "posts", {"text": "The last"}).json()["post"]
        crew.heard("post.created", lambda data: data["id"] == last["id"])
        logs = [[offset(one["id"]) for one in ear.events] for ear in crew.ears]
        heard = [[place for place in log if place > crew.began] for log in logs]
        assert all(log == heard[0] == sorted(set(log)) for log in heard)
        return {kind: round(took, 3) for kind, took in crew.slowest.items()}
