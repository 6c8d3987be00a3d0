"""Verification of an action: old state plus events must equal a fresh read, for every client.

Events are received as clients receive them: on a socket that was connected, and on one that
connects later and resumes from the cursor of the first read. Both must get the same events, except
that the later one receives objects as they are then.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import partial
from pprint import pformat
from typing import Any, NamedTuple

from asgiref.sync import sync_to_async

from mysocial.core import keys
from mysocial.core.packed_events import entry_offset
from mysocial.core.redis import client
from mysocial.realtime.dispatcher import Dispatcher, get_dispatcher
from tests.client_model.actions import Action
from tests.client_model.client import ClientState, Data
from tests.client_model.reducer import reduce
from tests.client_model.state import State, differences, without_counts
from tests.client_model.world import NAMES, World
from tests.support.people import Person
from tests.support.sockets import Socket
from tests.support.stack import wait_for

Connect = Callable[..., Any]


@dataclass
class Viewer:
    """A client of one member: its old state, the events it received, and a fresh read."""

    name: str
    person: Person
    before: State
    cursor: str
    events: list[Data] = field(default_factory=list)  # on a socket that resumed afterwards
    live_events: list[Data] = field(default_factory=list)  # on a socket that was connected
    fresh: State = field(default_factory=dict)
    is_separated: bool = False  # by a block, so that counts may differ

    def reduce(self, events: list[Data], *, without: Collection[str] = ()) -> ClientState:
        """Return the state after these events, without those whose ids are in `without`."""
        applied = [event for event in events if event["id"] not in without]
        return reduce(self.person.id, self.before, applied)

    def differences(self, held: ClientState) -> dict[str, Any]:
        """Return the differences between a state and the fresh read."""
        state, fresh = held.state, self.fresh
        if self.is_separated:
            state, fresh = without_counts(state), without_counts(fresh)
        return differences(state, fresh, self.person.id, held.stale)

    def depends_on(self, ids: Collection[str]) -> bool:
        """Return whether the state would be wrong without these events."""
        return bool(self.differences(self.reduce(self.live_events, without=ids)))

    def needed_types(self) -> set[str]:
        """Return the types of events without which the state would be wrong."""
        of_type: dict[str, list[str]] = {}
        for event in self.live_events:
            of_type.setdefault(event["type"], []).append(event["id"])
        return {kind for kind, ids in of_type.items() if self.depends_on(ids)}

    def depends_on_single_event(self) -> bool:
        """Return whether the state would be wrong without some single event."""
        return any(self.depends_on([event["id"]]) for event in self.live_events)

    def reread_kinds(self) -> set[str]:
        """Return the kinds of stale parts that have indeed changed."""
        held = self.reduce(self.events)
        changed = differences(held.state, self.fresh, self.person.id, set())
        stale = [
            name for name in changed if any(fnmatchcase(name, pattern) for pattern in held.stale)
        ]
        return {name.partition(":")[0] for name in stale}


def topics(state: State) -> list[str]:
    """Return the topics that a client with this state subscribes to."""
    people = [f"user:{name[8:]}" for name in state if name.startswith("profile:")]
    return ["feed", "home", *people, *(name for name in state if name.startswith("post:"))]


class Resumed(NamedTuple):
    """A socket that has resumed, the events that it had missed, and its new cursor."""

    socket: Socket
    missed: list[Data]
    cursor: str


async def resume(connect: Connect, viewer: Viewer, posts: Iterable[str] = ()) -> Resumed:
    """Resume from the viewer's cursor on a new socket, also with the topics of these posts."""
    socket = await connect(viewer.person)
    wanted = [*{*topics(viewer.before), *(f"post:{post_id}" for post_id in posts)}]
    response = await socket.ask(type="resume", cid="r", cursor=viewer.cursor, topics=wanted)
    assert response == {"type": "ok", "cid": "r", "recovered": True}
    missed = []
    while (frame := await socket.next())["type"] != "live":
        missed.append(frame)
    return Resumed(socket, missed, frame["cursor"])


def wait_for_position(dispatcher: Dispatcher) -> None:
    """Wait until the dispatcher has delivered all events of the log."""
    last = client().xrevrange(keys.EVENT_LOG, count=1)[0][0]
    wait_for(
        lambda: entry_offset(dispatcher._position) >= entry_offset(last),
        within=20,
        name="the delivery of all events",
    )


async def perform(connect: Connect, w: World, action: Action) -> list[Viewer]:
    """Perform an action in a fresh world; return the clients of all members who still exist.

    Each client is an additional device of its member, including the one who acts.
    """
    w.restore()
    if action.setup:
        await sync_to_async(action.setup)(w)
    viewers = []
    for name in (member for member in NAMES if member not in action.gone):
        before = await sync_to_async(w.read if action.setup else w.before)(name)
        viewers.append(Viewer(name, w.people[name], *before))
        viewers[-1].is_separated = name in action.separated
    sockets = [(await resume(connect, viewer)).socket for viewer in viewers]
    w.wait_for_delivery = partial(wait_for_position, get_dispatcher())
    await sync_to_async(action.do)(w)
    for viewer, socket in zip(viewers, sockets, strict=True):
        viewer.events = (await resume(connect, viewer)).missed
        while viewer.live_events[-1:] != viewer.events[-1:]:
            viewer.live_events.append(await socket.next())
        viewer.fresh = (await sync_to_async(w.read)(viewer.name))[0]
    for socket in sockets:
        assert await socket.receive_nothing(timeout=0.001)
    return viewers


async def verify_action(connect: Connect, w: World, action: Action) -> list[Viewer]:
    """Return the clients of an action.

    Raises:
        AssertionError: old state plus events of some client does not equal a fresh read.
    """
    viewers = await perform(connect, w, action)
    for viewer in viewers:
        if not action.in_steps:
            assert viewer.live_events == viewer.events
        for events in (viewer.live_events, viewer.events):
            wrong = viewer.differences(viewer.reduce(events))
            assert not wrong, f"held and fresh state of {viewer.name}: {pformat(wrong)}"
    return viewers
