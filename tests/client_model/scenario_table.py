"""The table of what people do, and what each of it has to prove."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.client_model.world import World

Deed = Callable[[World], Any]


@dataclass(frozen=True)
class Action:
    """Something somebody does."""

    name: str
    do: Deed
    # Types of events without which somebody's state would be wrong, and what must be read again.
    proves: tuple[str, ...]
    again: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()  # whose session it ends
    after: Deed | None = None  # what was done before anybody looked
    in_steps: bool = False  # of which each may change who hears of the one before


ACTIONS: list[Action] = []


def proves(
    *kinds: str, again: str = "", gone: str = "", after: Deed | None = None, in_steps: bool = False
) -> Callable[[Deed], Deed]:
    """Put an action into the table; its name is the function's."""

    def note(do: Deed) -> Deed:
        name = do.__name__.strip("_").replace("_", " ")
        parts, left = tuple(again.split()), tuple(gone.split())
        ACTIONS.append(Action(name, do, kinds, parts, left, after, in_steps))
        return do

    return note
