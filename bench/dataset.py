"""The data set, created by requests: 1,000 members and 2,000 posts, some with much activity."""

import json
import sys
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from bench.cases import Member, Request, World, fill_template

PASSWORD = "correct-horse-battery"
TEXT = "What does it cost to say hello to everybody? " * 2
MEMBERS, POSTS, HOT, REACTIONS, COMMENTS = 1000, 2000, 10, 20, 20
FOLLOWERS, CONVERSATIONS, MESSAGES = 500, 119, 200
T = TypeVar("T")
Send = Callable[[Request], bytes]


class DatasetClient:
    """Sends the requests of `cases.toml` that create the data set."""

    def __init__(self, templates: dict[str, dict[str, Any]], send: Send) -> None:
        self._templates, self._send = templates, send

    def create(self, kind: str, author: Member | None, **values: str) -> dict[str, str]:
        """Create one record; return the values of its response that the template names."""
        template = self._templates[kind]
        values = {"password": PASSWORD, "text": TEXT, **values}
        path, body = (
            fill_template(template["path"], values),
            fill_template(template.get("body", ""), values),
        )
        token = author.token if author else ""
        response = self._send(Request(template["method"], path, body, token))
        paths = {key: template[key] for key in ("id", "token") if key in template}
        return {key: _value_at(json.loads(response), path) for key, path in paths.items()}


def announce_step(items: Iterable[T], name: str) -> Iterable[T]:
    """Print what is created next, and return the items."""
    print(f"creating {name}", file=sys.stderr)
    return items


def _value_at(data: Any, path: str) -> str:
    for name in path.split("."):
        data = data[name]
    return str(data)


def create_dataset(client: DatasetClient, mark: str, *, scale: float = 1.0) -> World:
    """Create the data set and return it.

    Args:
        client: The client of the server.
        mark: A part of the usernames that no other run has.
        scale: The size of the data set; less than 1 for a trial.
    """
    world = World()
    for number in announce_step(range(int(MEMBERS * scale)), "members"):
        name = f"b{mark}_{number}"
        created = client.create("signup", None, name=name)
        world.members.append(Member(created["id"], name, created["token"]))
    members = world.members
    me, peer, crowded = members[:3]
    for number in announce_step(range(int(POSTS * scale)), "posts"):
        world.posts.append(client.create("post", members[number % len(members)])["id"])
    for post in announce_step(world.posts[-HOT:], "comments and reactions"):
        for member in members[: int(max(COMMENTS, REACTIONS) * min(1, 10 * scale))]:
            client.create("comment", member, post=post)
            client.create("reaction", member, post=post)
    for member in announce_step(members[3 : 3 + int(FOLLOWERS * scale)], "followers"):
        client.create("follow", member, member=crowded.id)
    for member in announce_step(members[1 : 1 + int(CONVERSATIONS * scale)], "conversations"):
        client.create("message", member, member=me.id)
        world.friends.append(member.id)
    for number in announce_step(range(int(MESSAGES * scale)), "messages"):
        sender, receiver = (me, peer) if number % 2 else (peer, me)
        client.create("message", sender, member=receiver.id)
    world.values = {
        "me": me.id,
        "peer": peer.id,
        "crowded": crowded.id,
        "post": world.posts[-1],
        "name": me.name,
        "password": PASSWORD,
    }
    return world
