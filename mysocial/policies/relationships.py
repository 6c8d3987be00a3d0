"""Who may meet whom, and who listens to whom: a port, because those who ask stand below the one
who knows.

`followers` answers it from its blocks and mutes (`FollowersConfig.ready`). Until somebody answers,
nobody meets anybody.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from mysocial.store.indexes import ViewerCheck

Answer = Callable[[str, set[str]], set[str]]


def _nobody(_person: str, _others: set[str]) -> set[str]:
    return set()


KINDS = ("meet", "hear", "follow", "unparted")
_answers: dict[str, Answer] = dict.fromkeys(KINDS, _nobody)


class Facts(NamedTuple):
    """What to ask about those whom a viewer may meet, beside what else is asked of them."""

    ask: Callable[[str], tuple[ViewerCheck, ...]]
    may_meet: Callable[[Sequence[int]], bool]


class Deafness(NamedTuple):
    """What to ask about those who may listen to somebody, beside what else is asked of them."""

    ask: Callable[[str], Sequence[ViewerCheck]]
    deaf: Callable[[Sequence[set[str]]], set[str]]


_facts = Facts(lambda _viewer: (), lambda _flags: False)
_deafness = Deafness(lambda _person: (), lambda _found: set())


def set_policy(  # noqa: PLR0913 - each question by name
    *,
    meet: Answer,
    hear: Answer,
    follow: Answer,
    unparted: Answer,
    facts: Facts,
    deafness: Deafness,
) -> None:
    """Set who answers."""
    global _facts, _deafness
    _answers.update(meet=meet, hear=hear, follow=follow, unparted=unparted)
    _facts, _deafness = facts, deafness


def viewer_checks(viewer: str) -> tuple[ViewerCheck, ...]:
    """Return what to ask about each person whom `viewer` may meet, in the question for them."""
    return _facts.ask(viewer)


def can_interact(flags: Sequence[int]) -> bool:
    """Tell whether the viewer may meet the person whom these answers to `facts_of` are about."""
    return _facts.may_meet(flags)


def mute_checks(person: str) -> list[ViewerCheck]:
    """Return what to ask about all who may listen to `person`, in the question for them."""
    return list(_deafness.ask(person))


def muting(found: Sequence[set[str]]) -> set[str]:
    """Return who does not listen, of those whom these answers to `deafness_to` are about."""
    return _deafness.deaf(found)


def who_can_interact(person: str, others: set[str]) -> set[str]:
    """Return those of `others` who may see `person` at all.

    No block stands between them, and neither is suspended.
    """
    return _answers["meet"](person, others)


def not_blocked(person: str, others: set[str]) -> set[str]:
    """Return those of `others` between whom and `person` no block stands, suspended or not."""
    return _answers["unparted"](person, others)


def not_muted(person: str, others: set[str]) -> set[str]:
    """Return those of `others` whom `person` may meet and does not mute."""
    return _answers["hear"](person, others)


def followed_among(person: str, others: set[str]) -> set[str]:
    """Return those of `others` who follow `person`."""
    return _answers["follow"](person, others)
