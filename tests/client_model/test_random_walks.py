"""After many acts of many people, clients that listened hold what a fresh read answers."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.chat.conversations import send_message
from tests.client_model.clients import follow
from tests.client_model.random_walk import Walk
from tests.client_model.world import World, must, work
from tests.notifications.notification_checks import create_comment

Connect = Callable[..., Any]
STEPS = 40


@pytest.mark.parametrize("seed", [1, 2])
async def test_clients_that_follow_a_walk_hold_what_a_fresh_read_answers(
    connected: Connect, world: World, seed: int
) -> None:
    walk = partial(Walk, seed=seed)
    if (await follow(connected, world, walk, STEPS)).wrong:
        # Again, to tell after which step it is wrong.
        pytest.fail((await follow(connected, world, walk, STEPS, looks=True)).wrong)


class Story:
    """Some deeds, one after the other."""

    def __init__(self, w: World, deeds: list[Callable[[World], Any]]) -> None:
        self.w, self.deeds = w, deeds
        self.posts: list[str] = []
        self.done: list[str] = []
        self.acted: set[tuple[str, str]] = set()
        self.ids = {name: person.id for name, person in w.people.items()}

    def step(self) -> None:
        """Do the next."""
        did = self.deeds[len(self.done)](self.w)
        self.done.append(str(did))
        work()


def _newest(w: World) -> str:
    return str(must(w.alice.get("posts"))["posts"][0]["id"])


def _last_said(w: World) -> str:
    return str(must(w.bob.get(f"chat/messages/{w.carol.id}"))["messages"][1]["id"])


# What is done, and what had to be read again by those who came at each step, and by the late.
STORIES = {
    "a post is written and deleted": (
        [
            lambda w: w.alice.create_post("Soon gone"),
            lambda w: must(w.alice.patch("users/me", {"quote": "One more"})),
            lambda w: must(w.alice.delete(f"posts/{_newest(w)}")),
        ],
        set(),
        {"profile"},
    ),
    "a message is sent and deleted for everyone": (
        [
            lambda w: send_message(w.carol, w.bob),
            lambda w: send_message(w.carol, w.bob),
            lambda w: must(w.carol.delete(f"chat/messages/{_last_said(w)}?for=everyone")),
        ],
        set(),
        {"messages"},
    ),
    "a message is edited and deleted for everyone": (
        [
            lambda w: must(w.alice.patch(f"chat/messages/{w.message_0}", {"text": "Changed"})),
            lambda w: must(w.alice.delete(f"chat/messages/{w.message_0}?for=everyone")),
        ],
        set(),
        set(),
    ),
    "somebody writes while muted": (
        [
            lambda w: w.bob.create_post("Hello"),
            lambda w: must(w.dora.delete(f"users/{w.bob.id}/mute")),
        ],
        {"feed", "home", "wall", "notifications"},
        {"feed", "home", "notifications"},  # by then nobody is muted: the post is told
    ),
    "somebody comments while blocked": (
        [
            lambda w: create_comment(w.erik, {"id": w.of_bob}, "Said behind the back"),
            lambda w: must(w.alice.delete(f"users/{w.erik.id}/block")),
        ],
        {"post"},
        {"post"},
    ),
}


@pytest.mark.parametrize("name", STORIES)
async def test_what_happened_out_of_sight_is_read_again(
    connected: Connect, world: World, name: str
) -> None:
    deeds, early, late = STORIES[name]
    found = await follow(connected, world, partial(Story, deeds=deeds), len(deeds), looks=False)
    assert not found.wrong
    assert early <= found.early
    assert late <= found.late
