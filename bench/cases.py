"""`Case`: a request that is measured, from `cases.toml`; and `Seeds`, how the data set is made."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

FILE = Path(__file__).with_name("cases.toml")


class Request(NamedTuple):
    """What is sent."""

    method: str
    path: str
    body: str
    token: str


class Member(NamedTuple):
    """Somebody with an account."""

    id: str
    name: str
    token: str


@dataclass
class World:
    """The data set: who is there, and what stands for the names in a case."""

    members: list[Member] = field(default_factory=list)
    posts: list[str] = field(default_factory=list)
    friends: list[str] = field(default_factory=list)  # with whom `me` has talked
    named: dict[str, str] = field(default_factory=dict)

    @property
    def me(self) -> Member:
        return self.members[0]

    def of(self, number: int) -> tuple[Member, dict[str, str]]:
        """Return the member whose turn it is, and what stands for the names that follow it."""
        size, round_ = len(self.members), number // len(self.members)
        member = self.members[number % size]
        # Pairs that no earlier number made, nor the data set: neighbours further off each round.
        distance = (size * 3 // 5 + round_) % size or 1
        other = self.members[(number + distance) % size]
        post = self.posts[(number + 7 * round_) % len(self.posts)]
        friend = self.friends[number % len(self.friends)]
        return member, {"n": str(number), "post_n": post, "other_n": other.id, "friend_n": friend}


@dataclass(frozen=True)
class Case:
    """A request by a template, and what it may cost."""

    name: str
    path: str
    method: str = "GET"
    body: str = ""
    by: str = "me"
    shipped: float = 0.0
    mended: float = 0.0
    most: float = 0.0
    persist: float = 0.0
    hash: bool = False

    @property
    def writes(self) -> bool:
        return self.method != "GET" and not self.hash

    def request(self, world: World, number: int) -> Request:
        """Return the `number`-th request of this case."""
        member, numbered = world.of(number)
        token = {"me": world.me.token, "member_n": member.token, "": ""}[self.by]
        named = world.named | numbered
        return Request(self.method, fill(self.path, named), fill(self.body, named), token)


def fill(template: str, named: Mapping[str, str]) -> str:
    """Return a template with its names replaced; JSON's own braces stay."""
    for name, value in named.items():
        template = template.replace(f"{{{name}}}", value)
    return template


def load(path: Path = FILE) -> tuple[dict[str, dict[str, Any]], Sequence[Case]]:
    """Return how the data set is made, and the cases."""
    read = tomllib.loads(path.read_text())
    return read["seed"], [Case(**one) for one in read["case"]]
