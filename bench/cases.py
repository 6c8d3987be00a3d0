"""Cases: the requests to measure, read from `cases.toml`."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

CASES_FILE = Path(__file__).with_name("cases.toml")


class Request(NamedTuple):
    """An HTTP request."""

    method: str
    path: str
    body: str
    token: str


class Member(NamedTuple):
    """A member with an account."""

    id: str
    name: str
    token: str


@dataclass
class World:
    """The data set, and the values of the placeholders in a case."""

    members: list[Member] = field(default_factory=list)
    posts: list[str] = field(default_factory=list)
    friends: list[str] = field(default_factory=list)  # Members who have messages with `me`.
    values: dict[str, str] = field(default_factory=dict)

    @property
    def me(self) -> Member:
        """The first member, who sends most requests."""
        return self.members[0]

    def turn(self, number: int) -> tuple[Member, dict[str, str]]:
        """Return the member of the `number`-th request, and the values of its placeholders."""
        size, round_ = len(self.members), number // len(self.members)
        member = self.members[number % size]
        # A pair that neither an earlier number nor the data set has: the distance grows each round.
        distance = (size * 3 // 5 + round_) % size or 1
        other = self.members[(number + distance) % size]
        post = self.posts[(number + 7 * round_) % len(self.posts)]
        friend = self.friends[number % len(self.friends)]
        return member, {"n": str(number), "post_n": post, "other_n": other.id, "friend_n": friend}


@dataclass(frozen=True)
class Case:
    """A request with placeholders, and its limits; the fields are those of `cases.toml`."""

    name: str
    path: str
    method: str = "GET"
    body: str = ""
    by: str = "me"
    original: float = 0.0
    original_fixed: float = 0.0
    limit: float = 0.0
    persist: float = 0.0
    hash: bool = False

    @property
    def writes(self) -> bool:
        """Whether the request changes data, so that the worker has records to persist."""
        return self.method != "GET" and not self.hash

    def request(self, world: World, number: int) -> Request:
        """Return the `number`-th request of this case."""
        member, numbered_values = world.turn(number)
        token = {"me": world.me.token, "member_n": member.token, "": ""}[self.by]
        values = world.values | numbered_values
        return Request(
            self.method, fill_template(self.path, values), fill_template(self.body, values), token
        )


def fill_template(template: str, values: Mapping[str, str]) -> str:
    """Return a template with its placeholders replaced; other braces stay."""
    for name, value in values.items():
        template = template.replace(f"{{{name}}}", value)
    return template


def load_cases(path: Path = CASES_FILE) -> tuple[dict[str, dict[str, Any]], Sequence[Case]]:
    """Return the requests that create the data set, and the cases."""
    data = tomllib.loads(path.read_text())
    return data["seed"], [Case(**fields) for fields in data["case"]]
