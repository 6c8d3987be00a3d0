"""Presence: sent to and read by the members that may see it, across processes."""

import asyncio
import time
from contextlib import contextmanager
from threading import Event, Thread

import pytest
from asgiref.sync import sync_to_async

from mysocial.core.errors import FOREVER_MS
from mysocial.core.redis import client
from mysocial.realtime.dispatcher import Dispatcher
from mysocial.realtime.presence import ConnectionRegistry
from tests.chat.conversations import send_message
from tests.moderation.staff import take_action
from tests.support.concurrency import assert_no_changes, mongod_paused, stored_state
from tests.support.people import anonymous
from users.models import User


@pytest.fixture(autouse=True)
def _soon(settings):
    settings.PRESENCE_SECONDS, settings.PRESENCE_GRACE_SECONDS = 2, 1


def befriend(first, second):
    """Let two members follow each other."""
    for follower, followed in ((first, second), (second, first)):
        assert follower.put(f"users/{followed.id}/follow").status_code == 200


def online_shown_to(viewer, *others):
    """Return the ids of those of `others` that the viewer sees online."""
    query = "&".join(f"id={other.id}" for other in others)
    response = viewer.get(f"users/online?{query}")
    assert response.status_code == 200
    return response.json()["users"]


async def presence_changes(socket, *, within=0.4):
    """Return the presence changes sent to a socket, until none comes for `within` seconds."""
    changes = []
    while not await socket.receive_nothing(timeout=within):
        frame = await socket.next()
        if frame["type"] == "presence.changed":
            assert set(frame) == {"type", "data"}
            changes.append((frame["data"]["user_id"], frame["data"]["online"]))
    return changes


async def next_change(socket):
    """Return the next presence change sent to a socket."""
    while True:
        frame = await socket.next()
        if frame["type"] == "presence.changed":
            return frame["data"]["user_id"], frame["data"]["online"]


class RecordingSubscriber:
    """A subscriber that records the events it receives."""

    def __init__(self, user_id):
        self.user_id, self.received = user_id, []

    def deliver(self, kind, offset, frame):
        self.received.append((kind, offset, frame))

    def require_resume(self):
        raise AssertionError


@contextmanager
def other_process(person):
    """Connect a member to another dispatcher in another event loop; yield its received events.

    This simulates another process: the two dispatchers share nothing but Redis.
    """
    subscriber, is_open, is_over = RecordingSubscriber(person.id), Event(), Event()

    async def serve():
        dispatcher = Dispatcher()
        await dispatcher.start()
        dispatcher.subscribe("presence", subscriber)
        dispatcher.presence.connect(person.id)
        is_open.set()
        await asyncio.to_thread(is_over.wait)
        await dispatcher.stop()

    thread = Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert is_open.wait(20)
    try:
        yield subscriber.received
    finally:
        is_over.set()
        thread.join(10)


async def wait_for(happened):
    """Wait until a condition holds that another event loop or Redis fulfills."""
    async with asyncio.timeout(20):
        while not happened():  # noqa: ASYNC110 - at another loop, or in Redis
            await asyncio.sleep(0.02)


async def test_presence_changes_are_sent_to_members_that_may_see_them(
    connected, alice, bob, stranger
):
    await sync_to_async(befriend)(alice, bob)
    bob_socket, stranger_socket = (
        await connected(bob, "presence"),
        await connected(stranger, "presence"),
    )
    before = await sync_to_async(stored_state)()

    alice_socket = await connected(alice)
    assert await next_change(bob_socket) == (alice.id, True)
    assert await sync_to_async(online_shown_to)(bob, alice) == [alice.id]
    await alice_socket.disconnect()
    assert await next_change(bob_socket) == (alice.id, False)
    assert await sync_to_async(online_shown_to)(bob, alice) == []

    assert await presence_changes(stranger_socket) == []
    assert await sync_to_async(stored_state)() == before
    assert not client().exists("events:presence", f"presence:{alice.id}")


async def test_a_member_stays_online_with_one_of_two_devices(connected, alice, bob):
    await sync_to_async(befriend)(alice, bob)
    bob_socket = await connected(bob, "presence")
    phone, _laptop = await connected(alice), await connected(alice)
    assert await next_change(bob_socket) == (alice.id, True)
    assert await presence_changes(bob_socket) == []
    await phone.disconnect()
    # Longer than the grace period and the lifetime of an entry.
    assert await presence_changes(bob_socket, within=3) == []
    assert await sync_to_async(online_shown_to)(bob, alice) == [alice.id]


async def test_stopping_the_dispatcher_loses_no_cancellation(alice):
    """Stop while a disconnected member's grace period is in different phases."""
    for pause in (0, 0, 0.001, 0.01):
        dispatcher = Dispatcher()
        await dispatcher.start()
        socket = dispatcher.presence.connect(alice.id)
        await asyncio.sleep(pause)
        dispatcher.presence.disconnect(socket)
        async with asyncio.timeout(5):
            await dispatcher.stop()


async def test_a_quick_reconnect_is_not_reported(connected, alice, bob):
    await sync_to_async(befriend)(alice, bob)
    bob_socket, alice_socket = await connected(bob, "presence"), await connected(alice)
    assert await next_change(bob_socket) == (alice.id, True)
    await alice_socket.disconnect()
    await connected(alice)
    assert await presence_changes(bob_socket, within=2) == []


async def test_members_of_a_killed_process_go_offline(connected, alice, bob):
    await sync_to_async(befriend)(alice, bob)
    bob_socket = await connected(bob, "presence")
    killed = ConnectionRegistry()
    killed.connect(alice.id)
    await killed.flush()  # and never again, as if the process had been killed here
    assert await next_change(bob_socket) == (alice.id, True)
    began = time.monotonic()
    assert await next_change(bob_socket) == (alice.id, False)
    assert time.monotonic() - began < 15
    assert await presence_changes(bob_socket) == []


async def test_presence_is_shared_between_processes(connected, alice, bob, stranger):
    await sync_to_async(befriend)(alice, bob)
    await sync_to_async(befriend)(alice, stranger)
    bob_socket = await connected(bob, "presence")
    with other_process(alice) as received:
        assert await next_change(bob_socket) == (alice.id, True)
        await connected(stranger)
        await wait_for(lambda: received)
        assert await presence_changes(bob_socket) == []
        assert await sync_to_async(online_shown_to)(alice, bob, stranger) == [bob.id, stranger.id]
    assert await next_change(bob_socket) == (alice.id, False)
    assert await presence_changes(bob_socket) == []
    frame = '{"type":"presence.changed","data":{"user_id":"%s","online":true}}'
    assert received == [("presence.changed", None, frame % stranger.id)]


async def test_the_presence_setting_takes_effect_at_once(connected, alice, bob):
    await sync_to_async(befriend)(alice, bob)
    bob_socket, alice_socket = await connected(bob, "presence"), await connected(alice)
    assert await next_change(bob_socket) == (alice.id, True)
    setting, patch = "users/me/settings", sync_to_async(alice.patch)

    response = await patch(setting, {"shows_presence": False})
    assert response.json()["settings"]["shows_presence"] is False
    assert await next_change(bob_socket) == (alice.id, False)
    assert await sync_to_async(online_shown_to)(bob, alice) == []
    await alice_socket.disconnect()
    assert await presence_changes(bob_socket, within=2.5) == []
    await connected(alice)
    assert await presence_changes(bob_socket, within=1.5) == []

    await patch(setting, {"shows_presence": True})
    assert await next_change(bob_socket) == (alice.id, True)
    assert await sync_to_async(online_shown_to)(bob, alice) == [alice.id]


async def test_the_presence_setting_of_an_offline_member_sends_nothing(connected, alice, bob):
    await sync_to_async(befriend)(alice, bob)
    bob_socket = await connected(bob, "presence")
    for shows in (False, True):
        await sync_to_async(alice.patch)("users/me/settings", {"shows_presence": shows})
    assert await presence_changes(bob_socket) == []


@pytest.mark.parametrize("who", ["blocker", "blocked"])
async def test_a_block_hides_the_presence_of_both_at_once(connected, alice, bob, who):
    await sync_to_async(send_message)(alice, bob)
    bob_socket, alice_socket = await connected(bob, "presence"), await connected(alice, "presence")
    assert await next_change(bob_socket) == (alice.id, True)
    blocker, blocked = (alice, bob) if who == "blocker" else (bob, alice)
    await sync_to_async(blocker.put)(f"users/{blocked.id}/block")
    assert await sync_to_async(online_shown_to)(bob, alice) == []
    assert await sync_to_async(online_shown_to)(alice, bob) == []
    await alice_socket.disconnect()
    assert await presence_changes(bob_socket, within=2.5) == []


async def test_presence_is_hidden_from_one_sided_followers(connected, alice, bob, stranger):
    await sync_to_async(bob.put)(f"users/{alice.id}/follow")
    bob_socket = await connected(bob, "presence")
    await connected(alice)
    assert await presence_changes(bob_socket, within=1.5) == []
    assert await sync_to_async(online_shown_to)(bob, alice, stranger) == []
    assert await sync_to_async(online_shown_to)(alice, bob) == []
    await sync_to_async(send_message)(alice, bob)
    assert await sync_to_async(online_shown_to)(bob, alice, stranger) == [alice.id]
    assert await sync_to_async(online_shown_to)(alice, bob) == [bob.id]


async def test_presence_works_while_mongodb_is_down(connected, alice, bob):
    await sync_to_async(befriend)(alice, bob)
    bob_socket = await connected(bob, "presence")
    with mongod_paused():
        await connected(alice)
        assert await next_change(bob_socket) == (alice.id, True)
        assert await sync_to_async(online_shown_to)(bob, alice) == [alice.id]


async def test_presence_is_restored_in_an_emptied_redis(connected, alice, bob):
    bob_socket = await connected(bob)
    assert await presence_changes(bob_socket, within=1.5) == []
    client().delete("presence", f"presence:{bob.id}")
    await wait_for(lambda: client().zscore("presence", bob.id))


def test_the_online_status_needs_one_to_a_hundred_ids_and_a_session(alice, bob):
    too_many = "&".join(f"id={number:024x}" for number in range(101))
    repeated = "&".join([f"id={bob.id}"] * 101)
    with assert_no_changes():
        for query in ("", "?id=", "?id=bob", f"?{too_many}", f"?{repeated}"):
            response = alice.get(f"users/online{query}")
            assert response.status_code == 400
            assert response.json()["errors"][0]["field"] == "id"
        assert anonymous.get(f"users/online?id={bob.id}").status_code == 401
        assert online_shown_to(alice, alice, bob) == []


def test_the_presence_setting_is_persisted(alice, flush_all, document):
    alice.patch("users/me/settings", {"shows_presence": False})
    flush_all()
    assert document(User, alice.id)["shows_presence"] is False
    assert alice.get("users/me/settings").json()["shows_presence"] is False


async def test_the_presence_of_a_suspended_member_is_not_sent(connected, alice, bob):
    await sync_to_async(befriend)(alice, bob)
    watching = await connected(bob, "presence")
    device = await connected(alice)
    assert await next_change(watching) == (alice.id, True)
    await sync_to_async(take_action)(alice, "suspend", until_ms=FOREVER_MS)
    await device.disconnect()
    assert await presence_changes(watching, within=3) == []
