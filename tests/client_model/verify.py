"""`verify_action`: what clients held, and what they hear of an action, is what a fresh read says.

What they hear is got as clients get it: by a socket that was there, and by one that comes later and
resumes from the cursor of what was read. Both must hear the same.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pprint import pformat
from typing import Any, NamedTuple

from asgiref.sync import sync_to_async

from tests.client_model.actions import Action
from tests.client_model.client import Data, Holder
from tests.client_model.reducer import reduce
from tests.client_model.state import State, differences
from tests.client_model.world import NAMES, World
from tests.support.people import Person
from tests.support.sockets import Socket

Connect = Callable[..., Any]


@dataclass
class Viewer:
    """A client of one person: what it held, what it heard, and what it would read now."""

    name: str
    person: Person
    before: State
    cursor: str
    heard: list[Data] = field(default_factory=list)  # by a socket that resumed afterwards
    live: list[Data] = field(default_factory=list)  # by one that was there
    fresh: State = field(default_factory=dict)

    def reduced(self, heard: list[Data], *, without: Collection[str] = ()) -> Holder:
        """Return what it holds when it has heard these events, but those with the ids left out."""
        events = [event for event in heard if event["id"] not in without]
        return reduce(self.person.id, self.before, events)

    def differs(self, held: Holder) -> dict[str, Any]:
        return differences(held.state, self.fresh, self.person.id, held.stale)

    def needs(self, ids: Collection[str]) -> bool:
        """Tell whether it would be wrong had it not heard these events."""
        return bool(self.differs(self.reduced(self.heard, without=ids)))

    def needed(self) -> set[str]:
        """Return the types of events without which it would be wrong."""
        of_type: dict[str, list[str]] = {}
        for event in self.heard:
            of_type.setdefault(event["type"], []).append(event["id"])
        return {kind for kind, ids in of_type.items() if self.needs(ids)}

    def needs_one(self) -> bool:
        """Tell whether there is a single event without which it would be wrong."""
        return any(self.needs([event["id"]]) for event in self.heard)

    def read_again(self) -> set[str]:
        """Return the kinds of parts that are to be read again, and have indeed changed."""
        held = self.reduced(self.heard)
        wrong = differences(held.state, self.fresh, self.person.id, set())
        stale = [name for name in wrong if any(fnmatchcase(name, one) for one in held.stale)]
        return {name.partition(":")[0] for name in stale}


def topics(state: State) -> list[str]:
    """Return what a client subscribes to that shows this."""
    people = [f"user:{name[8:]}" for name in state if name.startswith("profile:")]
    return ["feed", "home", *people, *(name for name in state if name.startswith("post:"))]


class Caught(NamedTuple):
    """A socket that has resumed, what it had missed, and where it stands now."""

    socket: Socket
    missed: list[Data]
    cursor: str


async def resumed(connect: Connect, viewer: Viewer, posts: Iterable[str] = ()) -> Caught:
    """Resume from where the viewer stood, on a new socket; also on these posts."""
    socket = await connect(viewer.person)
    wanted = [*{*topics(viewer.before), *(f"post:{one}" for one in posts)}]
    answer = await socket.ask(type="resume", cid="r", cursor=viewer.cursor, topics=wanted)
    assert answer == {"type": "ok", "cid": "r", "recovered": True}
    missed = []
    while (frame := await socket.next())["type"] != "live":
        missed.append(frame)
    return Caught(socket, missed, frame["cursor"])


async def perform(connect: Connect, w: World, action: Action) -> list[Viewer]:
    """Do it in the world as it was built, and return what it was for everybody who is still there.

    Everybody's socket is one more device: the actor's, too.
    """
    w.restore()
    if action.after:
        await sync_to_async(action.after)(w)
    viewers = []
    for name in (one for one in NAMES if one not in action.gone):
        before = await sync_to_async(w.read if action.after else w.before)(name)
        viewers.append(Viewer(name, w.people[name], *before))
    sockets = [(await resumed(connect, viewer)).socket for viewer in viewers]
    await sync_to_async(action.do)(w)
    for viewer, socket in zip(viewers, sockets, strict=True):
        viewer.heard = (await resumed(connect, viewer)).missed
        while viewer.live[-1:] != viewer.heard[-1:]:
            viewer.live.append(await socket.next())
        viewer.fresh = (await sync_to_async(w.read)(viewer.name))[0]
    for socket in sockets:
        assert await socket.receive_nothing(timeout=0.001)
    return viewers


async def verify_action(connect: Connect, w: World, action: Action) -> list[Viewer]:
    """Fail unless everybody's events lead to what a fresh read answers; return who saw what."""
    viewers = await perform(connect, w, action)
    for viewer in viewers:
        if not action.in_steps:
            assert viewer.live == viewer.heard
        for heard in (viewer.live, viewer.heard):
            wrong = viewer.differs(viewer.reduced(heard))
            assert not wrong, f"{viewer.name} holds, and reads: {pformat(wrong)}"
    return viewers
