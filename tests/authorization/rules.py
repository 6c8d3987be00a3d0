"""`Rule`: the viewers that a route serves, and the response that the others get."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.authorization.world import (
    ABSENT,
    FOLLOWERS,
    MEMBERS,
    NOT_BLOCKED,
    OUTSIDERS,
    VISIBILITIES,
    World,
    comment_viewers,
    post_viewers,
)

Audience = Callable[[str], set[str]]  # from a visibility
EventAudience = Callable[[str, str], set[str]]  # from a visibility and the actor
TOPIC_OWNERS = None  # the members on whose own topics the event is published
BLOCKS = {("owner", "blocked"), ("blocker", "owner"), ("foe", "friend")}
MUTES = {("muter", "owner"), ("owner", "muted")}
POST_NAMES = {"post", "image", "comment", "own_comment", "reply"}
NOT_FOUND, FORBIDDEN, UNAUTHENTICATED = 404, 403, 401


def members(_visibility: str) -> set[str]:
    """Return all members with an active session."""
    return set(MEMBERS)


def can_interact_with_owner(_visibility: str) -> set[str]:
    """Return the members that no block separates from the owner."""
    return NOT_BLOCKED


def can_change_block_of_owner(_visibility: str) -> set[str]:
    """Return the members that may block and unblock the owner: a block must not be detectable."""
    return NOT_BLOCKED | {"blocker"}


def can_interact_with_friend(_visibility: str) -> set[str]:
    """Return the members that no block separates from the friend."""
    return set(MEMBERS) - {"foe"}


def follow_viewers(visibility: str) -> set[str]:
    """Return the members that may see the followers of the owner."""
    return {"owner", *FOLLOWERS} if visibility == "private account" else NOT_BLOCKED


def has_request(visibility: str) -> set[str]:
    """Return the members with a follow request from the requester."""
    return {"owner"} if visibility == "private account" else set()


def only(*names: str) -> Audience:
    """Return an audience of these members under every visibility."""
    return lambda _visibility: set(names)


def and_friend(audience: Audience) -> Audience:
    """Return an audience with the friend, who may delete what they wrote, seen or not."""
    return lambda visibility: audience(visibility) | {"friend"}


def viewers_among(viewers: Audience, *names: str) -> Audience:
    """Return an audience of those of `names` that are in another audience."""
    return lambda visibility: viewers(visibility) & set(names)


def for_any_actor(audience: Audience) -> EventAudience:
    """Return an event audience that does not depend on the actor."""
    return lambda visibility, _actor: audience(visibility)


def can_interact_with_actor(_visibility: str, actor: str) -> set[str]:
    """Return the members that no block separates from the actor."""
    return {name for name in MEMBERS if not {(name, actor), (actor, name)} & BLOCKS}


def non_followers_of_actor(_visibility: str, actor: str) -> set[str]:
    """Return the members that may interact with the actor and do not follow them."""
    followers = FOLLOWERS if actor == "owner" else set()
    return can_interact_with_actor("", actor) - {actor} - followers


def sees_action(visibility: str, actor: str) -> set[str]:
    """Return the members that may see what the actor does under the post."""
    return post_viewers(visibility) & can_interact_with_actor(visibility, actor)


def sees_reply(visibility: str, actor: str) -> set[str]:
    """Return the members that may see what the actor replies to the friend's comment."""
    return comment_viewers(visibility) & can_interact_with_actor(visibility, actor)


def has_in_feed(visibility: str, actor: str) -> set[str]:
    """Return the members whose feed shows the public posts of the actor."""
    muters = {muter for muter, muted in MUTES if muted == actor}
    return can_interact_with_actor(visibility, actor) - muters


@dataclass(frozen=True)
class Rule:
    """A route with one target: the viewers it serves, and the response of the others."""

    method: str
    path: str  # `{name}` is replaced by the id or token of that name
    visible_to: Audience = members  # other members get 404
    allowed: Audience | None = None  # of those viewers; the others get 403
    success: int = 200
    body: Mapping[str, Any] | None = None
    exceptions: Mapping[str, int] = field(default_factory=dict)  # status by viewer
    is_open: bool = False  # no access token is needed
    events: Mapping[str, EventAudience | None] = field(default_factory=dict)  # by type
    only_under: tuple[str, ...] = ()  # visibilities; see `visibilities` for the default
    reveals: tuple[str, ...] = ()  # secrets that the response may contain

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def route(self) -> tuple[str, str]:
        """The route as it is in the URLconf."""
        path = re.sub(r"\{\w+\}", "{}", self.path.partition("?")[0])
        return f"api/v1/{path}", self.method.lower()

    @property
    def visibilities(self) -> tuple[str, ...]:
        """The visibilities under which the response may differ."""
        if POST_NAMES & set(self._names()):
            return self.only_under or VISIBILITIES
        is_of_owner = self.method == "GET" and "owner" in self._names()
        return self.only_under or (("public", "private account") if is_of_owner else ("public",))

    def _names(self) -> list[str]:
        return re.findall(r"\{(\w+)\}", f"{self.path} {self.body}")

    def expected_status(self, viewer: str, visibility: str) -> int:
        """Return the status that a viewer must get."""
        if viewer in self.exceptions:
            return self.exceptions[viewer]
        if viewer in OUTSIDERS and not self.is_open:
            return UNAUTHENTICATED
        if self.is_open or viewer in (self.allowed or self.visible_to)(visibility):
            return self.success
        return FORBIDDEN if viewer in self.visible_to(visibility) else NOT_FOUND

    def send(self, w: World, viewer: str) -> Any:
        """Send the request as a viewer and return the response."""
        return self._send(w, viewer, w.ids)

    def send_for_absent(self, w: World, viewer: str) -> Any:
        """Send the request for a target that never existed."""
        return self._send(w, viewer, w.ids, dict.fromkeys(w.ids, ABSENT))

    def _send(
        self, w: World, viewer: str, ids: dict[str, str], path_ids: dict[str, str] | None = None
    ) -> Any:
        body = self.body and {
            name: value.format(**ids) if isinstance(value, str) else value
            for name, value in self.body.items()
        }
        path = self.path.format(**(path_ids or ids))
        return w.people[viewer].call(self.method, path, body)
