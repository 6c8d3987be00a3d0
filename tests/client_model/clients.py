"""Clients that follow a scenario: some reconnect after each step, others once at the end.

A client that reconnects after each step reads stale parts again, and nothing else. A late client
gets all events from one `resume`. At the end, each must hold what a fresh read returns.
"""

from collections.abc import Callable
from pprint import pformat
from typing import Any, NamedTuple, Protocol

from asgiref.sync import sync_to_async

from tests.client_model.client import ClientState
from tests.client_model.state import State, matches_any
from tests.client_model.verify import Connect, Viewer, resume
from tests.client_model.world import NAMES, World

# Interactions of a blocked member with a third member's post change these counts without an event.
# The same is true of content that was hidden before a late client resumed.
COUNT_FIELDS = ("comments_count", "reactions", "replies_count", "unread_count")


class Scenario(Protocol):
    """A scenario that is performed step by step in a fresh world."""

    posts: list[str]
    done: list[str]
    interactions: set[tuple[str, str]]
    ids: dict[str, str]

    def step(self) -> None:
        """Perform the next step."""


class FollowResult(NamedTuple):
    """The difference at the end, and the kinds of parts that early and late clients read again."""

    difference: str
    reread_early: set[str]
    reread_late: set[str]


async def follow_scenario(
    connect: Connect,
    w: World,
    make: Callable[[World], Scenario],
    steps: int,
    *,
    every_step: bool = False,
) -> FollowResult:
    """Perform a scenario and compare the state of its clients with fresh reads at the end.

    With `every_step` they are compared after each step, which finds the step that went wrong.
    """
    w.restore()
    scenario = make(w)
    early, late = [
        [Viewer(n, w.people[n], *await sync_to_async(w.before)(n)) for n in NAMES] for _ in range(2)
    ]
    result = FollowResult("", set(), set())
    for number in range(1, steps + 1):
        await sync_to_async(scenario.step)()
        for viewer in early:
            result.reread_early.update(await _catch_up(connect, w, viewer, scenario.posts))
        if every_step or number == steps:
            difference = await _find_difference(connect, w, scenario, early, late)
            if difference:
                return result._replace(difference="\n".join([*scenario.done, difference]))
    for viewer in late:
        result.reread_late.update(viewer.reread_kinds())
    return result


async def _catch_up(connect: Connect, w: World, viewer: Viewer, posts: list[str]) -> set[str]:
    """Reconnect a client, apply the events that it missed and read its stale parts again.

    Returns:
        The kinds of the parts read again that had changed.
    """
    resumed = await resume(connect, viewer, posts)
    await resumed.socket.disconnect()
    viewer.events = resumed.missed
    held, reread = viewer.reduce(resumed.missed), set()
    if held.stale:
        viewer.fresh = (await sync_to_async(w.read)(viewer.name))[0]
        reread = viewer.reread_kinds()
        _read_stale_parts(held.state, held.stale, viewer.fresh)
    viewer.before, viewer.cursor = held.state, resumed.cursor
    return reread


def _read_stale_parts(state: State, stale: set[str], fresh: State) -> None:
    for name in [name for name in state.keys() | fresh.keys() if matches_any(name, stale)]:
        state.pop(name, None)
        if name in fresh:
            state[name] = fresh[name]
    lists = [state[n] for n in state if n in {"feed", "home"} or n.startswith("wall:")]
    for pk in {pk for post_ids in lists for pk in post_ids} - {name[5:] for name in state}:
        names = [name for name in fresh if name.startswith(f"replies:{pk}:")]
        for name in (f"post:{pk}", f"comments:{pk}", *names):
            state[name] = fresh[name]


async def _find_difference(
    connect: Connect, w: World, scenario: Scenario, early: list[Viewer], late: list[Viewer]
) -> str:
    fresh = {name: (await sync_to_async(w.read)(name))[0] for name in NAMES}
    for viewer in early:
        viewer.fresh = fresh[viewer.name]
        held = ClientState(viewer.person.id, viewer.before)
        differences = _differences(scenario, viewer, held, fresh, set())
        if differences:
            return f"{viewer.name}, reconnected after each step: {pformat(differences)}"
    for viewer in late:
        resumed = await resume(connect, viewer, scenario.posts)
        await resumed.socket.disconnect()
        viewer.events, viewer.fresh = resumed.missed, fresh[viewer.name]
        held = viewer.reduce(resumed.missed)
        differences = _differences(scenario, viewer, held, fresh, {"notifications"})
        if differences:
            return f"{viewer.name}, connected late: {pformat(differences)}"
    return ""


def _differences(
    scenario: Scenario,
    viewer: Viewer,
    held: ClientState,
    fresh: dict[str, State],
    unknown: set[str],
) -> dict[str, Any]:
    """Return the differences, without expected ones in counts.

    Counts may differ in the `unknown` parts, and where a member acted who is blocked.
    """
    me, blocked = viewer.person.id, {m["id"] for m in fresh[viewer.name]["blocks"]}
    for name, state in fresh.items():
        if me in {member["id"] for member in state["blocks"]}:
            blocked.add(scenario.ids[name])
    unknown = unknown | {
        f"{part}:{post_id}"
        for actor, post_id in scenario.interactions
        if actor in blocked
        for part in ("post", "comments", "replies")
    }
    differences = viewer.differences(held)
    return {
        name: (ours, theirs)
        for name, (ours, theirs) in differences.items()
        if ":".join(name.split(":")[:2]) not in unknown
        or _without_counts(ours) != _without_counts(theirs)
    }


def _without_counts(part: Any) -> Any:
    if isinstance(part, list):  # of comments
        return [_without_counts(item) for item in part]
    return {name: shown for name, shown in (part or {}).items() if name not in COUNT_FIELDS}
