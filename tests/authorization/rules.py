"""What a route needs of whom, in the words of the table."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.authorization.world import (
    ABSENT,
    FOLLOWERS,
    MEMBERS,
    OUTSIDERS,
    UNPARTED,
    VISIBILITIES,
    World,
    sees_post,
)

Audience = Callable[[str], set[str]]  # from a visibility
Hearers = Callable[[str, str], set[str]]  # from a visibility and who caused it
NAMED = None  # those on whose own topics it is announced
BLOCKS = {("owner", "blocked"), ("blocker", "owner"), ("foe", "friend")}
MUTES = {("muter", "owner"), ("owner", "muted")}
TOUCHES_POST = {"post", "image", "comment", "own_comment"}
HIDDEN, REFUSED, UNKNOWN = 404, 403, 401


def members(_visibility: str) -> set[str]:
    """Return everybody with a live session."""
    return set(MEMBERS)


def meets_owner(_visibility: str) -> set[str]:
    """Return those between whom and the owner no block stands."""
    return UNPARTED


def meets_friend(_visibility: str) -> set[str]:
    """Return those between whom and the friend no block stands."""
    return set(MEMBERS) - {"foe"}


def sees_follows(visibility: str) -> set[str]:
    """Return who sees who follows the owner."""
    return {"owner", *FOLLOWERS} if visibility == "private account" else UNPARTED


def answers_request(visibility: str) -> set[str]:
    """Return who was asked by the requester."""
    return {"owner"} if visibility == "private account" else set()


def only(*names: str) -> Audience:
    """Return these, whatever the visibility."""
    return lambda _visibility: set(names)


def one_of(seen: Audience, *names: str) -> Audience:
    """Return those of `names` who are among those who see it."""
    return lambda visibility: seen(visibility) & set(names)


def all_who(audience: Audience) -> Hearers:
    """Return these, whoever caused it."""
    return lambda visibility, _actor: audience(visibility)


def meets_actor(_visibility: str, actor: str) -> set[str]:
    """Return those between whom and the actor no block stands."""
    return {one for one in MEMBERS if not {(one, actor), (actor, one)} & BLOCKS}


def loses_actor(_visibility: str, actor: str) -> set[str]:
    """Return those who may meet the actor and do not follow them."""
    followers = FOLLOWERS if actor == "owner" else set()
    return meets_actor("", actor) - {actor} - followers


def sees_act(visibility: str, actor: str) -> set[str]:
    """Return who sees what the actor does under the post."""
    return sees_post(visibility) & meets_actor(visibility, actor)


def has_in_feed(visibility: str, actor: str) -> set[str]:
    """Return those to whom the feed shows what the actor writes for everybody."""
    muters = {one for one, muted in MUTES if muted == actor}
    return meets_actor(visibility, actor) - muters


@dataclass(frozen=True)
class Rule:
    """A route on one thing: who is served, and what everybody else is answered."""

    method: str
    path: str  # `{name}` stands for the id or token of that name
    sees: Audience = members  # the rest of those signed in: 404
    may: Audience | None = None  # of those who see it; the rest: 403
    ok: int = 200
    body: Mapping[str, Any] | None = None
    odd: Mapping[str, int] = field(default_factory=dict)  # to whom it can't apply: oneself
    is_open: bool = False  # needs no token
    news: Mapping[str, Hearers | None] = field(default_factory=dict)  # who hears what comes of it
    across: tuple[str, ...] = ()  # visibilities; by default, what `visibilities` says
    tells: tuple[str, ...] = ()  # secrets that it is there to tell

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def route(self) -> tuple[str, str]:
        """The route as the URLconf has it."""
        path = re.sub(r"\{\w+\}", "{}", self.path.partition("?")[0])
        return f"api/{path}", self.method.lower()

    @property
    def visibilities(self) -> tuple[str, ...]:
        """Those under which it may answer differently. What each read tells is asked under all."""
        if TOUCHES_POST & set(self._names()):
            return self.across or VISIBILITIES
        is_of_owner = self.method == "GET" and "owner" in self._names()
        return self.across or (("public", "private account") if is_of_owner else ("public",))

    def _names(self) -> list[str]:
        return re.findall(r"\{(\w+)\}", f"{self.path} {self.body}")

    def status(self, viewer: str, visibility: str) -> int:
        """Return what a viewer is answered."""
        if viewer in self.odd:
            return self.odd[viewer]
        if viewer in OUTSIDERS and not self.is_open:
            return UNKNOWN
        if self.is_open or viewer in (self.may or self.sees)(visibility):
            return self.ok
        return REFUSED if viewer in self.sees(visibility) else HIDDEN

    def ask(self, w: World, viewer: str) -> Any:
        """Send the request as a viewer; return the answer."""
        return self._send(w, viewer, w.things)

    def ask_absent(self, w: World, viewer: str) -> Any:
        """Send it for a thing that there never was."""
        return self._send(w, viewer, w.things, dict.fromkeys(w.things, ABSENT))

    def _send(
        self, w: World, viewer: str, things: dict[str, str], named: dict[str, str] | None = None
    ) -> Any:
        body = self.body and {
            name: value.format(**things) if isinstance(value, str) else value
            for name, value in self.body.items()
        }
        path = self.path.format(**(named or things))
        return w.people[viewer].call(self.method, path, body)
