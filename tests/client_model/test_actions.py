"""Old state plus events equals a fresh read, so that connected clients need not poll."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from mysocial.core.events import EVENTS, EphemeralEvent
from tests.client_model.actions import ACTIONS, Action
from tests.client_model.reducer_rules import HANDLERS, PATHS, REREAD_RULES
from tests.client_model.verify import verify_action
from tests.client_model.world import World
from tests.support.stack import ROOT

CODE = re.compile(r"`([^`]+)`")


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
async def test_the_state_after_events_equals_a_fresh_read(
    connected: Callable[..., Any], world: World, action: Action
) -> None:
    viewers = await verify_action(connected, world, action)
    # Without the events of these types some client would be wrong: the test is not vacuous.
    needed = {kind for viewer in viewers for kind in viewer.needed_types()}
    assert set(action.event_types) <= needed
    assert any(viewer.depends_on_single_event() for viewer in viewers)
    reread = {kind for viewer in viewers for kind in viewer.reread_kinds()}
    assert reread == set(action.reread)


def lasting_event_types() -> set[str]:
    """Return the types of all events that change the state of a client."""
    types = {kind: event for kind, event in EVENTS.items() if "tests" not in event.__module__}
    lasting = {kind for kind, event in types.items() if not issubclass(event, EphemeralEvent)}
    return lasting - {"session.ended", "image.failed"}


def test_every_event_type_has_a_reducer_and_an_action() -> None:
    assert set(HANDLERS) == lasting_event_types()
    assert {kind for action in ACTIONS for kind in action.event_types} == lasting_event_types()


def test_every_reread_rule_is_needed() -> None:
    needed = {
        (kind, part) for action in ACTIONS for kind in action.event_types for part in action.reread
    }
    rules = {
        (rule.partition(" ")[0], name.partition(":")[0])
        for rule, names in REREAD_RULES.items()
        for name in names
    }
    # These rules matter only after an absence or a mute; see `test_random_walks.py`.
    away = {("post.deleted", "profile"), ("message.deleted", "messages"), ("mute.deleted", "wall")}
    assert rules - needed == away


def section(heading: str) -> list[list[str]]:
    """Return the rows of cells of the table under a heading of `docs/events.md`."""
    text = (ROOT / "docs" / "events.md").read_text()
    part = re.split(r"^#+ ", text.partition(f"# {heading}\n")[2], flags=re.MULTILINE)[0]
    rows = [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("| ")]
    return rows[1:]


def test_the_documented_contract_covers_every_event_and_every_reread_rule() -> None:
    documented = [
        kind for row in section("What a client does with events") for kind in CODE.findall(row[0])
    ]
    assert sorted(documented) == sorted(lasting_event_types())
    reread = {
        row[0].replace("`", ""): CODE.findall(row[1]) for row in section("What it reads again")
    }
    assert reread == {
        rule: [PATHS[name.partition(":")[0]] for name in names]
        for rule, names in REREAD_RULES.items()
    }
