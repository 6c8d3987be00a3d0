"""The registry of attacks: what each does, what is expected, and what a run of it found."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tests.attack.target import Target


class AttackSucceededError(Exception):
    """The attack had the effect that it wanted; the message says what was observed."""


class Result(NamedTuple):
    """What a run of an attack found."""

    attack: "Attack"
    observed: str
    is_defended: bool
    seconds: float


@dataclass(frozen=True)
class Attack:
    """An attack.

    `run` returns what was observed, or raises `AttackSucceededError`. An attack on resources runs
    for `Target.seconds` at full speed. A local one needs access to the machine of the site. A quick
    one is part of the short form.
    """

    name: str
    summary: str
    expected: str
    run: "Callable[[Target], str]"
    is_resource: bool
    is_local: bool
    is_quick: bool


ATTACKS: dict[str, Attack] = {}


def attack(
    *,
    expected: str,
    resource: bool = False,
    local: bool = False,
    quick: bool = True,
) -> "Callable[[Callable[[Target], str]], Callable[[Target], str]]":
    """Register a function as an attack; its name and its docstring describe it."""

    def register(run: "Callable[[Target], str]") -> "Callable[[Target], str]":
        summary = (run.__doc__ or "").strip().partition("\n")[0].rstrip(".")
        ATTACKS[run.__name__] = Attack(run.__name__, summary, expected, run, resource, local, quick)
        return run

    return register


def expect(holds: object, observed: str) -> str:
    """Return what was observed if the defense holds.

    Raises:
        AttackSucceededError: It does not.
    """
    if not holds:
        raise AttackSucceededError(observed)
    return observed
