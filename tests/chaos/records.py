"""The operations of a member, and the record of those that were acknowledged."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.chaos.http_client import Response


class ExpectedEvent(NamedTuple):
    """An event that must be received once by its audience; an empty audience means all members."""

    key: tuple[str, ...]
    audience: frozenset[str] = frozenset()


class Operation(NamedTuple):
    """A write request, its effect on the record, and how its owner reads it back."""

    subject: str  # the id that no other operation may use meanwhile
    method: str
    path: str
    body: Any
    on_acknowledged: Callable[[dict[str, Any]], None]
    read_back: Callable[[], tuple[str, Callable[[Response], bool]]]


@dataclass
class Record:
    """The acknowledged writes of one member."""

    posts: dict[str, str] = field(default_factory=dict)  # id -> text
    comments: dict[str, tuple[str, str]] = field(default_factory=dict)  # id -> post, text
    reactions: dict[str, str] = field(default_factory=dict)  # post -> kind
    follows: set[str] = field(default_factory=set)
    messages: dict[str, str] = field(default_factory=dict)  # id -> text
    deleted: set[str] = field(default_factory=set)
    cards: dict[str, tuple[str, str]] = field(default_factory=dict)  # id -> title, text
    deleted_cards: set[str] = field(default_factory=set)
    releases: list[tuple[float, int]] = field(default_factory=list)  # read, with the time
    expected_events: list[ExpectedEvent] = field(default_factory=list)
    acknowledged: list[float] = field(default_factory=list)  # when, by the monotonic clock
    failed: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    read_backs: int = 0
    problems: list[str] = field(default_factory=list)
