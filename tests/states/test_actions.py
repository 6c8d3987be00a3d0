"""Whoever listens need never read again: old state and events are what a fresh read answers."""

from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from mysocial.events import EVENTS, Passing
from tests.states.actions import ACTIONS, Action
from tests.states.rules import HANDLERS
from tests.states.verify import verify_action
from tests.states.world import World, build

_built: list[World] = []


@pytest.fixture
async def world() -> World:
    """Return the world; it is built once a run, and put back by whoever acts in it."""
    if not _built:
        _built.append(await sync_to_async(build)())
    return _built[0]


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
async def test_what_is_held_and_heard_is_what_a_fresh_read_answers(
    connected: Callable[..., Any], world: World, action: Action
) -> None:
    viewers = await verify_action(connected, world, action)
    # Without any event of these types, somebody would be wrong: nothing is compared for nothing.
    needed = {kind for viewer in viewers for kind in viewer.needed()}
    assert set(action.proves) <= needed
    assert any(viewer.needs_one() for viewer in viewers)
    again = {kind for viewer in viewers for kind in viewer.read_again()}
    assert again == set(action.again)


def contract() -> set[str]:
    """Return the types of all events that change what a client holds."""
    ours = {kind: event for kind, event in EVENTS.items() if "tests" not in event.__module__}
    lasting = {kind for kind, event in ours.items() if not issubclass(event, Passing)}
    return lasting - {"session.ended"}


def test_every_event_is_applied_and_proven_by_an_action() -> None:
    assert set(HANDLERS) == contract()
    assert {kind for action in ACTIONS for kind in action.proves} == contract()
