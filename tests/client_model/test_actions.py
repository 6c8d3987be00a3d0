"""Whoever listens need never read again: old state and events are what a fresh read answers."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from mysocial.core.events import EVENTS, EphemeralEvent
from tests.client_model.actions import ACTIONS, Action
from tests.client_model.reducer_rules import AGAIN, HANDLERS, PATHS
from tests.client_model.verify import verify_action
from tests.client_model.world import World
from tests.support.stack import ROOT

CODE = re.compile(r"`([^`]+)`")


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
    lasting = {kind for kind, event in ours.items() if not issubclass(event, EphemeralEvent)}
    return lasting - {"session.ended"}


def test_every_event_is_applied_and_proven_by_an_action() -> None:
    assert set(HANDLERS) == contract()
    assert {kind for action in ACTIONS for kind in action.proves} == contract()


def test_what_is_read_again_has_to_be() -> None:
    needed = {(kind, part) for action in ACTIONS for kind in action.proves for part in action.again}
    told = {
        (why.partition(" ")[0], name.partition(":")[0])
        for why, names in AGAIN.items()
        for name in names
    }
    # Only who was away, or muted somebody meanwhile, has to: `test_walks.py`.
    away = {("post.deleted", "profile"), ("message.deleted", "messages"), ("mute.deleted", "wall")}
    assert told - needed == away


def section(heading: str) -> list[list[str]]:
    """Return the cells of each row of the table under a heading of the contract."""
    text = (ROOT / "docs" / "events.md").read_text()
    part = re.split(r"^#+ ", text.partition(f"# {heading}\n")[2], flags=re.MULTILINE)[0]
    rows = [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("| ")]
    return rows[1:]


def test_the_contract_says_of_every_event_what_is_done_and_what_is_read_again() -> None:
    named = [
        kind for row in section("What a client does with them") for kind in CODE.findall(row[0])
    ]
    assert sorted(named) == sorted(contract())
    again = {
        row[0].replace("`", ""): CODE.findall(row[1]) for row in section("What it reads again")
    }
    assert again == {
        why: [PATHS[name.partition(":")[0]] for name in names] for why, names in AGAIN.items()
    }
