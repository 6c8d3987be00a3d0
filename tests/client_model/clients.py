"""Clients that follow what is done: those that come and go at each step, and those that come late.

A client that comes at each step reads again what it is told to, and nothing else; a late one has
all that happened by one `resume`. At the end each must hold what a fresh read answers.
"""

from collections.abc import Callable
from pprint import pformat
from typing import Any, NamedTuple, Protocol

from asgiref.sync import sync_to_async

from tests.client_model.client import Holder
from tests.client_model.state import State, is_among
from tests.client_model.verify import Connect, Viewer, resumed
from tests.client_model.world import NAMES, World

# What those whom a block parts from one do under a third's post shows in these, and is not told;
# nor is to the late what they were told of, and is hidden now.
COUNTED = ("comments_count", "reactions", "unread_count")


class Course(Protocol):
    """What is done, step by step, in the world as it was built."""

    posts: list[str]
    done: list[str]
    acted: set[tuple[str, str]]
    ids: dict[str, str]

    def step(self) -> None: ...


class Followed(NamedTuple):
    """What is wrong at the end; and what was read again, by those who came early, and late."""

    wrong: str
    early: set[str]
    late: set[str]


async def follow(
    connect: Connect, w: World, make: Callable[[World], Course], steps: int, *, looks: bool = False
) -> Followed:
    """Follow a course to its end, where clients hold what is fresh.

    With `looks` they must after each step, so that what is told ends with the one that went wrong.
    """
    w.restore()
    course = make(w)
    early, late = [
        [Viewer(n, w.people[n], *await sync_to_async(w.before)(n)) for n in NAMES] for _ in range(2)
    ]
    found = Followed("", set(), set())
    for number in range(1, steps + 1):
        await sync_to_async(course.step)()
        for viewer in early:
            found.early.update(await _catch_up(connect, w, viewer, course.posts))
        if looks or number == steps:
            wrong = await _wrong(connect, w, course, early, late)
            if wrong:
                return found._replace(wrong="\n".join([*course.done, wrong]))
    for viewer in late:
        found.late.update(viewer.read_again())
    return found


async def _catch_up(connect: Connect, w: World, viewer: Viewer, posts: list[str]) -> set[str]:
    """Let a client come, hear what it missed, read again what it has to, and go.

    Return of what it read again the kinds that had changed.
    """
    caught = await resumed(connect, viewer, posts)
    await caught.socket.disconnect()
    viewer.heard = caught.missed
    held, again = viewer.reduced(caught.missed), set()
    if held.stale:
        viewer.fresh = (await sync_to_async(w.read)(viewer.name))[0]
        again = viewer.read_again()
        _read_again(held.state, held.stale, viewer.fresh)
    viewer.before, viewer.cursor = held.state, caught.cursor
    return again


def _read_again(state: State, stale: set[str], fresh: State) -> None:
    for name in [name for name in state.keys() | fresh.keys() if is_among(name, stale)]:
        state.pop(name, None)
        if name in fresh:
            state[name] = fresh[name]
    lists = [state[one] for one in state if one in {"feed", "home"} or one.startswith("wall:")]
    for pk in {pk for one in lists for pk in one} - {name[5:] for name in state}:
        for name in (f"post:{pk}", f"comments:{pk}", f"mine:{pk}"):
            state[name] = fresh[name]


async def _wrong(
    connect: Connect, w: World, course: Course, early: list[Viewer], late: list[Viewer]
) -> str:
    fresh = {name: (await sync_to_async(w.read)(name))[0] for name in NAMES}
    for viewer in early:
        viewer.fresh = fresh[viewer.name]
        held = Holder(viewer.person.id, viewer.before)
        found = _compare(course, viewer, held, fresh, set())
        if found:
            return f"{viewer.name}, who came at each step, holds, and reads: {pformat(found)}"
    for viewer in late:
        caught = await resumed(connect, viewer, course.posts)
        await caught.socket.disconnect()
        viewer.heard, viewer.fresh = caught.missed, fresh[viewer.name]
        held = viewer.reduced(caught.missed)
        found = _compare(course, viewer, held, fresh, {"notifications"})
        if found:
            return f"{viewer.name}, who came late, holds, and reads: {pformat(found)}"
    return ""


def _compare(
    course: Course, viewer: Viewer, held: Holder, fresh: dict[str, State], unknown: set[str]
) -> dict[str, Any]:
    """Return what differs, but what is counted in `unknown` parts and where the parted acted."""
    me, parted = viewer.person.id, {one["id"] for one in fresh[viewer.name]["blocks"]}
    for name, state in fresh.items():
        if me in {one["id"] for one in state["blocks"]}:
            parted.add(course.ids[name])
    unknown = unknown | {f"post:{post_id}" for actor, post_id in course.acted if actor in parted}
    found = viewer.differs(held)
    return {
        name: (ours, theirs)
        for name, (ours, theirs) in found.items()
        if name not in unknown or _uncounted(ours) != _uncounted(theirs)
    }


def _uncounted(part: Any) -> Any:
    return {name: shown for name, shown in (part or {}).items() if name not in COUNTED}
