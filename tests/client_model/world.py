"""Five people who stand to one another in each way that matters, and what they have done so far."""

from dataclasses import dataclass, field
from typing import Any

from images.services import process_due_media
from mysocial.outbox import run_due_cascades
from tests.chat.conversations import send_message
from tests.client_model.state import Reader, State
from tests.images.pictures import picture, send
from tests.notifications.notification_checks import create_comment, follow, set_reaction
from tests.support.people import Person, sign_up
from tests.support.redis_snapshot import Snapshot

# Alice and Bob follow each other. Alice blocks Erik. Dora's account is private: Alice follows her,
# Carol asks to, and she follows Bob, whom she mutes. To Carol nobody stands in any way.
NAMES = ("alice", "bob", "carol", "dora", "erik")


@dataclass
class World:
    """Who is there, and what there is."""

    people: dict[str, Person]
    things: dict[str, str] = field(default_factory=dict)  # ids by name
    read_cache: dict[str, tuple[State, str]] = field(default_factory=dict)
    kept: Snapshot | None = None

    def __getattr__(self, name: str) -> Any:
        """Return a person by name, or else the id of a thing."""
        people, things = self.__dict__["people"], self.__dict__["things"]
        if name not in people and name not in things:
            raise AttributeError(name)
        return people.get(name) or things[name]

    def restore(self) -> None:
        """Put the world back as it was built."""
        assert self.kept
        self.kept.restore()

    def read(self, name: str) -> tuple[State, str]:
        """Return what somebody reads now, and the cursor of the first answer."""
        reader = Reader(self.people[name], [one.id for one in self.people.values()])
        return reader.read(), reader.cursor

    def before(self, name: str) -> tuple[State, str]:
        """Return what somebody reads of the world as it was built; read once."""
        if name not in self.read_cache:
            self.read_cache[name] = self.read(name)
        return self.read_cache[name]


def must(answer: Any) -> Any:
    """Return what was answered to a request that has to succeed."""
    assert answer.status_code in {200, 201}, answer.content
    return answer.json()


def work() -> None:
    """Do what workers do: process what was brought, and remove what hangs on what is gone."""
    while process_due_media() + run_due_cascades():
        pass


def build() -> World:
    """Make the world."""
    w = World({name: sign_up(name) for name in NAMES})
    _relate(w)
    _write(w)
    _talk(w)
    must(w.dora.put(f"users/{w.bob.id}/mute"))
    must(w.alice.put(f"users/{w.erik.id}/block"))
    must(w.dora.patch("users/me/settings", {"is_private": True}))
    follow(w.carol, w.dora)
    work()
    w.kept = Snapshot()
    return w


def _relate(w: World) -> None:
    for one, other in ((w.alice, w.bob), (w.bob, w.alice), (w.alice, w.dora), (w.dora, w.bob)):
        follow(one, other)
    must(w.erik.put(f"users/{w.alice.id}/mute"))
    brought = must(send(w.alice, "POST", "images/profile", image=picture()))
    w.things["portrait"] = brought["image"]["id"]
    work()


def _write(w: World) -> None:
    """Write posts, let people take part in them, and then narrow some."""
    w.things["public"] = w.alice.create_post("For everybody")["id"]
    for name, text in (("followers", "For @carol and others"), ("private", "For @bob once")):
        post = must(send(w.alice, "POST", "posts", text=text, image=picture()))["post"]
        w.things |= {name: post["id"], f"{name}_picture": post["media"]["id"]}
    for name in ("bob", "carol"):
        w.things[f"of_{name}"] = w.people[name].create_post(f"By {name}")["id"]
    for name in ("dora", "erik"):
        post = must(send(w.people[name], "POST", "posts", text="See, @carol", image=picture()))
        w.things[f"of_{name}"] = post["post"]["id"]
    work()
    for name, under in (
        ("bob", "public"), ("carol", "public"), ("erik", "public"), ("alice", "public"),
        ("bob", "private"), ("erik", "of_bob"), ("alice", "of_carol"), ("erik", "of_carol"),
        ("bob", "of_dora"), ("carol", "of_erik"),
    ):  # fmt: skip
        said = create_comment(
            w.people[name], {"id": w.things[under]}, f"{name} under {under}, @alice"
        )
        w.things[f"{name}_under_{under}"] = said["id"]
    for name, to in (("bob", "public"), ("bob", "private"), ("dora", "public")):
        set_reaction(w.people[name], {"id": w.things[to]})
    for name in ("followers", "private"):
        must(w.alice.patch(f"posts/{w.things[name]}", {"privacy": name}))


def _talk(w: World) -> None:
    for number, (sender, receiver) in enumerate(
        ((w.alice, w.bob), (w.bob, w.alice), (w.alice, w.bob), (w.carol, w.bob), (w.erik, w.alice))
    ):
        w.things[f"message_{number}"] = send_message(sender, receiver, f"Message {number}")["id"]
    must(w.bob.put(f"chat/messages/{w.message_0}/reaction", {"type": "love"}))
    for one, other in ((w.bob, w.alice), (w.alice, w.erik), (w.erik, w.alice)):
        must(one.put(f"chat/users/{other.id}"))
