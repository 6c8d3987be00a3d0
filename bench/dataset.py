"""The data set, made by requests: 1,000 members, 2,000 posts, and the hot ones among them."""

import json
import sys
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from bench.cases import Member, Request, World, fill

PASSWORD = "correct-horse-battery"
TEXT = "What does it cost to say hello to everybody? " * 2
MEMBERS, POSTS, HOT, REACTIONS, COMMENTS = 1000, 2000, 10, 20, 20
FOLLOWERS, TALKS, MESSAGES = 500, 119, 200
T = TypeVar("T")
Ask = Callable[[Request], bytes]


class Seeds:
    """Requests that make the data set, by templates."""

    def __init__(self, templates: dict[str, dict[str, Any]], ask: Ask) -> None:
        self._templates, self._ask = templates, ask

    def plant(self, what: str, by: Member | None, **named: str) -> dict[str, str]:
        """Send the request that makes one thing; return what its answer says of it."""
        template = self._templates[what]
        values = {"password": PASSWORD, "text": TEXT, **named}
        path, body = fill(template["path"], values), fill(template.get("body", ""), values)
        token = by.token if by else ""
        answer = self._ask(Request(template["method"], path, body, token))
        wanted = {key: template[key] for key in ("id", "token") if key in template}
        return {key: _at(json.loads(answer), place) for key, place in wanted.items()}


def step(some: Iterable[T], name: str) -> Iterable[T]:
    """Say what is made now, and return it."""
    print(f"making {name}", file=sys.stderr)
    return some


def _at(answer: Any, place: str) -> str:
    for name in place.split("."):
        answer = answer[name]
    return str(answer)


def make(seeds: Seeds, mark: str, *, scale: float = 1.0) -> World:
    """Return the data set; `scale` makes all of it smaller, to try things out."""
    world = World()
    for number in step(range(int(MEMBERS * scale)), "members"):
        name = f"b{mark}_{number}"
        made = seeds.plant("signup", None, name=name)
        world.members.append(Member(made["id"], name, made["token"]))
    members = world.members
    me, peer, crowded = members[:3]
    for number in step(range(int(POSTS * scale)), "posts"):
        world.posts.append(seeds.plant("post", members[number % len(members)])["id"])
    for post in step(world.posts[-HOT:], "comments and reactions"):
        for member in members[: int(max(COMMENTS, REACTIONS) * min(1, 10 * scale))]:
            seeds.plant("comment", member, post=post)
            seeds.plant("reaction", member, post=post)
    for member in step(members[3 : 3 + int(FOLLOWERS * scale)], "followers"):
        seeds.plant("follow", member, member=crowded.id)
    for member in step(members[1 : 1 + int(TALKS * scale)], "conversations"):
        seeds.plant("message", member, member=me.id)
        world.friends.append(member.id)
    for number in step(range(int(MESSAGES * scale)), "messages"):
        ends = (me, peer) if number % 2 else (peer, me)
        seeds.plant("message", ends[0], member=ends[1].id)
    world.named = {
        "me": me.id,
        "peer": peer.id,
        "crowded": crowded.id,
        "post": world.posts[-1],
        "name": me.name,
        "password": PASSWORD,
    }
    return world
