"""Clients that follow many actions of many members hold what a fresh read returns."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.chat.conversations import send_message
from tests.client_model.clients import follow_scenario
from tests.client_model.random_walk import RandomWalk
from tests.client_model.world import World, expect_success, run_workers
from tests.notifications.notification_checks import create_comment

Connect = Callable[..., Any]
STEPS = 40


@pytest.mark.parametrize("seed", [1, 2])
async def test_clients_that_follow_a_random_walk_hold_what_a_fresh_read_returns(
    connected: Connect, world: World, seed: int
) -> None:
    walk = partial(RandomWalk, seed=seed)
    if (await follow_scenario(connected, world, walk, STEPS)).difference:
        # Repeat the walk to find the step after which the state is wrong.
        pytest.fail(
            (await follow_scenario(connected, world, walk, STEPS, every_step=True)).difference
        )


class ScriptedScenario:
    """A fixed list of actions, performed one after the other."""

    def __init__(self, w: World, actions: list[Callable[[World], Any]]) -> None:
        self.w, self.actions = w, actions
        self.posts: list[str] = []
        self.done: list[str] = []
        self.interactions: set[tuple[str, str]] = set()
        self.ids = {name: person.id for name, person in w.people.items()}

    def step(self) -> None:
        """Perform the next action."""
        result = self.actions[len(self.done)](self.w)
        self.done.append(str(result))
        run_workers()


def _newest_post_id(w: World) -> str:
    return str(expect_success(w.alice.get("posts"))["posts"][0]["id"])


def _last_message_id(w: World) -> str:
    return str(
        expect_success(w.bob.get(f"chat/conversations/{w.carol.id}/messages"))["messages"][1]["id"]
    )


# The actions, and the kinds of parts that early and late clients had to read again.
SCENARIOS = {
    "a post is written and deleted": (
        [
            lambda w: w.alice.create_post("Soon gone"),
            lambda w: expect_success(w.alice.patch("users/me", {"quote": "One more"})),
            lambda w: expect_success(w.alice.delete(f"posts/{_newest_post_id(w)}")),
        ],
        set(),
        set(),  # `user.updated` shows the profile as it is when the late client resumes
    ),
    "a message is sent and deleted for everyone": (
        [
            lambda w: send_message(w.carol, w.bob),
            lambda w: send_message(w.carol, w.bob),
            lambda w: expect_success(
                w.carol.delete(f"chat/messages/{_last_message_id(w)}?for=everyone")
            ),
        ],
        set(),
        set(),  # the late client gets the message as it is after its deletion
    ),
    "a message is edited and deleted for everyone": (
        [
            lambda w: expect_success(
                w.alice.patch(f"chat/messages/{w.message_0}", {"text": "Changed"})
            ),
            lambda w: expect_success(w.alice.delete(f"chat/messages/{w.message_0}?for=everyone")),
        ],
        set(),
        set(),
    ),
    "a muted member creates a post": (
        [
            lambda w: w.bob.create_post("Hello"),
            lambda w: expect_success(w.dora.delete(f"users/{w.bob.id}/mute")),
        ],
        {"feed", "home", "wall", "notifications"},
        {
            "feed",
            "home",
            "notifications",
        },  # no longer muted when the late client resumes, so it gets the post
    ),
    "a blocked member comments": (
        [
            lambda w: create_comment(w.erik, {"id": w.of_bob}, "A hidden comment"),
            lambda w: expect_success(w.alice.delete(f"users/{w.erik.id}/block")),
        ],
        {"post"},
        {"post"},
    ),
}


@pytest.mark.parametrize("name", SCENARIOS)
async def test_content_that_became_visible_is_read_again(
    connected: Connect, world: World, name: str
) -> None:
    actions, early, late = SCENARIOS[name]
    result = await follow_scenario(
        connected, world, partial(ScriptedScenario, actions=actions), len(actions)
    )
    assert not result.difference
    assert early <= result.reread_early
    assert late <= result.reread_late
