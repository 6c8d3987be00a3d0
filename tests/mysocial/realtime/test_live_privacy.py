"""Live events show records as they are now, not as they were before they became visible."""

import threading
from collections.abc import Callable
from typing import Any

from asgiref.sync import sync_to_async

from tests.support.shared_objects import shared

LARGE = "x" * 4_900  # its event is rendered when it is delivered


def run_at_once(*actions: Callable[[], Any]) -> list[Any]:
    """Run actions while the event loop waits, so that nothing is delivered in between."""
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.extend(action() for action in actions))
    thread.start()
    thread.join()
    return results


async def test_a_published_post_is_not_delivered_as_it_was_in_private(connected, alice, bob):
    for secret in ("SECRET", "SECRET" + LARGE):
        post = await sync_to_async(alice.create_post)("Draft", privacy="private")
        socket = await connected(bob, f"user:{alice.id}")
        path = f"posts/{post['id']}"
        published = run_at_once(
            lambda path=path, secret=secret: alice.patch(path, {"text": secret}),
            lambda path=path: alice.patch(path, {"text": "Clean", "privacy": "public"}),
        )[-1].json()["post"]
        events = [await socket.next()]
        while not await socket.receive_nothing(timeout=0.3):
            events.append(await socket.next())
        assert {event["type"] for event in events} <= {"post.created", "post.updated"}
        assert [event["data"] for event in events] == [shared(published)] * len(events)
        await socket.disconnect()


async def test_a_post_that_becomes_private_is_not_delivered_with_its_new_text(
    connected, alice, bob
):
    post = await sync_to_async(alice.create_post)("Public")
    socket = await connected(bob, f"user:{alice.id}")
    path = f"posts/{post['id']}"
    run_at_once(
        lambda: alice.patch(path, {"text": LARGE}),
        lambda: alice.patch(path, {"text": "SECRET" + LARGE, "privacy": "private"}),
    )
    event = await socket.next()
    assert (event["type"], event["data"]) == ("post.deleted", {"id": post["id"]})
    assert await socket.receive_nothing(timeout=0.3)


async def test_a_profile_is_not_delivered_as_it_was_during_a_block(connected, alice, bob):
    await sync_to_async(alice.put)(f"users/{bob.id}/block")
    socket = await connected(bob, f"user:{alice.id}")
    run_at_once(
        lambda: alice.patch("users/me", {"quote": "SECRET"}),
        lambda: alice.patch("users/me", {"quote": "Clean"}),
        lambda: alice.delete(f"users/{bob.id}/block"),
    )
    events = []
    while not await socket.receive_nothing(timeout=0.3):
        events.append(await socket.next())
    quotes = [event["data"]["quote"] for event in events if event["type"] == "user.updated"]
    assert set(quotes) <= {"Clean"}
