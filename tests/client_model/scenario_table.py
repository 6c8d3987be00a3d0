"""The table of actions, with the event types that each action covers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.client_model.world import World

ActionFunction = Callable[[World], Any]


@dataclass(frozen=True)
class Action:
    """An action of a member.

    Attributes:
        event_types: the types of events without which some client's state would be wrong.
        reread: the kinds of parts that some client must read again.
        gone: the members whose sessions the action ends.
        setup: what happens before the clients read their state.
        in_steps: whether a step of the action may change what is replayed of the one before.
        separated: the members whose counts of comments and reactions the action changes across a
            block, which no event tells them (`docs/events.md`).
    """

    name: str
    do: ActionFunction
    event_types: tuple[str, ...]
    reread: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    setup: ActionFunction | None = None
    in_steps: bool = False
    separated: tuple[str, ...] = ()


ACTIONS: list[Action] = []


def action(
    *event_types: str,
    reread: str = "",
    gone: str = "",
    setup: ActionFunction | None = None,
    in_steps: bool = False,
    separated: str = "",
) -> Callable[[ActionFunction], ActionFunction]:
    """Add the decorated function to the table, under its name."""

    def register(do: ActionFunction) -> ActionFunction:
        name = do.__name__.strip("_").replace("_", " ")
        parts, members = tuple(reread.split()), tuple(gone.split())
        separated_members = tuple(separated.split())
        ACTIONS.append(
            Action(name, do, event_types, parts, members, setup, in_steps, separated_members)
        )
        return do

    return register
