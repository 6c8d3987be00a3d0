"""Five members with every kind of relationship, and the data that they have created."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from images.services import process_due_media
from mysocial.outbox import run_due_cascades
from tests.chat.conversations import send_message
from tests.client_model.state import Reader, State
from tests.images.pictures import make_image, send_form
from tests.notifications.notification_checks import create_comment, follow, set_reaction
from tests.posts.poll_helpers import create_poll, vote
from tests.support.people import Person, sign_up
from tests.support.redis_snapshot import Snapshot

# Alice and Bob follow each other. Alice blocks Erik. Dora's account is private: Alice follows her,
# Carol has requested to follow her, and she follows and mutes Bob. Nobody else is related to Carol.
NAMES = ("alice", "bob", "carol", "dora", "erik")


@dataclass
class World:
    """The members and the ids of their data."""

    people: dict[str, Person]
    ids: dict[str, str] = field(default_factory=dict)  # of records, by name
    read_cache: dict[str, tuple[State, str]] = field(default_factory=dict)
    snapshot: Snapshot | None = None
    # Waits until the connected clients have the events so far, between two steps of an action.
    wait_for_delivery: Callable[[], None] = lambda: None

    def __getattr__(self, name: str) -> Any:
        """Return a member, or the id of a record, by name."""
        people, ids = self.__dict__["people"], self.__dict__["ids"]
        if name not in people and name not in ids:
            raise AttributeError(name)
        return people.get(name) or ids[name]

    def restore(self) -> None:
        """Restore the world as it was built."""
        assert self.snapshot
        self.snapshot.restore()

    def read(self, name: str) -> tuple[State, str]:
        """Return the state that a member reads now, and the cursor of the first response."""
        reader = Reader(self.people[name], [person.id for person in self.people.values()])
        return reader.read(), reader.cursor

    def before(self, name: str) -> tuple[State, str]:
        """Return the state that a member reads in the world as it was built. It is cached."""
        if name not in self.read_cache:
            self.read_cache[name] = self.read(name)
        return self.read_cache[name]


def expect_success(response: Any) -> Any:
    """Return the body of a response that must be a success."""
    assert response.status_code in {200, 201}, response.content
    return response.json()


def run_workers() -> None:
    """Process uploaded media and run cascade deletions, as the workers do."""
    while process_due_media() + run_due_cascades():
        pass


def build() -> World:
    """Create the members and their data."""
    w = World({name: sign_up(name) for name in NAMES})
    _create_relations(w)
    _create_posts(w)
    _create_conversations(w)
    expect_success(w.dora.put(f"users/{w.bob.id}/mute"))
    expect_success(w.alice.put(f"users/{w.erik.id}/block"))
    expect_success(w.dora.patch("users/me/settings", {"is_private": True}))
    follow(w.carol, w.dora)
    run_workers()
    w.snapshot = Snapshot()
    return w


def _create_relations(w: World) -> None:
    for follower, followee in (
        (w.alice, w.bob),
        (w.bob, w.alice),
        (w.alice, w.dora),
        (w.dora, w.bob),
    ):
        follow(follower, followee)
    expect_success(w.erik.put(f"users/{w.alice.id}/mute"))
    upload = expect_success(
        send_form(w.alice, "POST", "users/me/images/profile", image=make_image())
    )
    w.ids["portrait"] = upload["image"]["id"]
    run_workers()


def _create_posts(w: World) -> None:
    """Create posts with comments and reactions, and then restrict the privacy of some."""
    w.ids["public"] = w.alice.create_post("For everybody")["id"]
    for name, text in (("followers", "For @carol and others"), ("private", "For @bob once")):
        post = expect_success(send_form(w.alice, "POST", "posts", text=text, image=make_image()))[
            "post"
        ]
        w.ids |= {name: post["id"], f"{name}_picture": post["media"]["id"]}
    for name in ("bob", "carol"):
        w.ids[f"of_{name}"] = w.people[name].create_post(f"By {name}")["id"]
    for name in ("dora", "erik"):
        post = expect_success(
            send_form(w.people[name], "POST", "posts", text="See, @carol", image=make_image())
        )
        w.ids[f"of_{name}"] = post["post"]["id"]
    run_workers()
    for name, under in (
        ("bob", "public"), ("carol", "public"), ("erik", "public"), ("alice", "public"),
        ("bob", "private"), ("erik", "of_bob"), ("alice", "of_carol"), ("erik", "of_carol"),
        ("bob", "of_dora"), ("carol", "of_erik"),
    ):  # fmt: skip
        comment = create_comment(
            w.people[name], {"id": w.ids[under]}, f"{name} under {under}, @alice"
        )
        w.ids[f"{name}_under_{under}"] = comment["id"]
    _add_replies(w)
    for name, to in (("bob", "public"), ("bob", "private"), ("dora", "public")):
        set_reaction(w.people[name], {"id": w.ids[to]})
    _create_polls(w)
    for name in ("public", "followers"):
        expect_success(w.alice.put(f"posts/{w.ids[name]}/pin"))
    for name, of in (("bob", "public"), ("bob", "private"), ("dora", "followers")):
        expect_success(w.people[name].put(f"posts/{w.ids[of]}/bookmark"))
    for name in ("followers", "private"):
        expect_success(w.alice.patch(f"posts/{w.ids[name]}", {"privacy": name}))


def _create_polls(w: World) -> None:
    """Create a poll with open and one with hidden results; members vote in both."""
    for name, is_hidden in (("poll", False), ("hidden_poll", True)):
        post = create_poll(w.alice, multiple=True, may_change_vote=True, hide_results=is_hidden)
        w.ids[name] = post["id"]
        for person, choice in ((w.bob, 0), (w.dora, 1)):
            vote(person, post, choice)


def _add_replies(w: World) -> None:
    """Create replies to comments, and reactions to both."""
    for name, below in (("carol", "bob"), ("erik", "bob"), ("bob", "carol"), ("dora", "erik")):
        parent = w.ids[f"{below}_under_public"]
        reply = create_comment(
            w.people[name], {"id": w.ids["public"]}, f"{name} below {below}", parent=parent
        )
        w.ids[f"{name}_below_{below}"] = reply["id"]
    for name in ("bob_under_public", "carol_below_bob"):
        path = f"comments/{w.ids[name]}/reaction"
        for person in (w.alice, w.dora):
            expect_success(person.put(path, {"type": "happy"}))


def _create_conversations(w: World) -> None:
    for number, (sender, receiver) in enumerate(
        ((w.alice, w.bob), (w.bob, w.alice), (w.alice, w.bob), (w.carol, w.bob), (w.erik, w.alice))
    ):
        w.ids[f"message_{number}"] = send_message(sender, receiver, f"Message {number}")["id"]
    expect_success(w.bob.put(f"chat/messages/{w.message_0}/reaction", {"type": "love"}))
    for opener, other in ((w.bob, w.alice), (w.alice, w.erik), (w.erik, w.alice)):
        expect_success(opener.put(f"chat/users/{other.id}"))
