"""Who is online: heard and read by those who may know, wherever the sockets are."""

import asyncio
import time
from contextlib import contextmanager
from threading import Event, Thread

import pytest
from asgiref.sync import sync_to_async

from mysocial.core.redis import client
from mysocial.realtime.dispatcher import Dispatcher
from mysocial.realtime.presence import ConnectionRegistry
from tests.chat.conversations import send_message
from tests.support.concurrency import assert_no_changes, mongod_paused, stored_state
from tests.support.people import anonymous
from users.models import User


@pytest.fixture(autouse=True)
def _soon(settings):
    settings.PRESENCE_SECONDS, settings.PRESENCE_GRACE_SECONDS = 2, 1


def befriend(one, other):
    """Let two follow each other."""
    for follower, followed in ((one, other), (other, one)):
        assert follower.put(f"users/{followed.id}/follow").status_code == 200


def known(viewer, *others):
    """Return who of `others` is online, as a viewer reads it."""
    query = "&".join(f"id={other.id}" for other in others)
    answer = viewer.get(f"users/online?{query}")
    assert answer.status_code == 200
    return answer.json()["users"]


async def changes(socket, *, within=0.4):
    """Return what a socket is told of presence until it is told nothing for a while."""
    found = []
    while not await socket.receive_nothing(timeout=within):
        frame = await socket.next()
        if frame["type"] == "presence.changed":
            assert set(frame) == {"type", "data"}
            found.append((frame["data"]["user_id"], frame["data"]["online"]))
    return found


async def next_change(socket):
    """Return the next thing a socket is told of presence."""
    while True:
        frame = await socket.next()
        if frame["type"] == "presence.changed":
            return frame["data"]["user_id"], frame["data"]["online"]


class Ear:
    """A socket that keeps what it hears."""

    def __init__(self, user_id):
        self.user_id, self.heard = user_id, []

    def deliver(self, kind, offset, frame):
        self.heard.append((kind, offset, frame))

    def require_resume(self):
        raise AssertionError


@contextmanager
def elsewhere(person):
    """Open a socket of a person at another event loop, whose hub is its own; yield what it hears.

    To ours it is what another process is: they share nothing but Redis.
    """
    ear, is_open, is_over = Ear(person.id), Event(), Event()

    async def serve():
        hub = Dispatcher()
        await hub.start()
        hub.subscribe("presence", ear)
        hub.presence.connect(person.id)
        is_open.set()
        await asyncio.to_thread(is_over.wait)
        await hub.stop()

    thread = Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert is_open.wait(5)
    try:
        yield ear.heard
    finally:
        is_over.set()
        thread.join(10)


async def until(happened):
    """Wait for something that happens elsewhere."""
    async with asyncio.timeout(5):
        while not happened():  # noqa: ASYNC110 - at another loop, or in Redis
            await asyncio.sleep(0.02)


async def test_who_comes_online_and_goes_is_heard_by_those_who_may_know(
    connected, alice, bob, stranger
):
    await sync_to_async(befriend)(alice, bob)
    bobs, strangers = await connected(bob, "presence"), await connected(stranger, "presence")
    before = await sync_to_async(stored_state)()

    mine = await connected(alice)
    assert await next_change(bobs) == (alice.id, True)
    assert await sync_to_async(known)(bob, alice) == [alice.id]
    await mine.disconnect()
    assert await next_change(bobs) == (alice.id, False)
    assert await sync_to_async(known)(bob, alice) == []

    assert await changes(strangers) == []
    assert await sync_to_async(stored_state)() == before
    assert not client().exists("events:presence", f"presence:{alice.id}")


async def test_one_of_two_devices_keeps_a_member_online(connected, alice, bob):
    await sync_to_async(befriend)(alice, bob)
    bobs = await connected(bob, "presence")
    phone, _laptop = await connected(alice), await connected(alice)
    assert await changes(bobs) == [(alice.id, True)]
    await phone.disconnect()
    assert await changes(bobs, within=3) == []  # longer than the grace and than a socket lasts
    assert await sync_to_async(known)(bob, alice) == [alice.id]


async def test_a_stop_loses_no_cancellation(alice):
    """However the end of a process and the leave of a socket meet."""
    for pause in (0, 0, 0.001, 0.01):
        hub = Dispatcher()
        await hub.start()
        socket = hub.presence.connect(alice.id)
        await asyncio.sleep(pause)
        hub.presence.disconnect(socket)
        async with asyncio.timeout(5):
            await hub.stop()


async def test_who_connects_again_at_once_was_never_seen_to_go(connected, alice, bob):
    await sync_to_async(befriend)(alice, bob)
    bobs, mine = await connected(bob, "presence"), await connected(alice)
    assert await next_change(bobs) == (alice.id, True)
    await mine.disconnect()
    await connected(alice)
    assert await changes(bobs, within=2) == []


async def test_the_members_of_a_process_that_was_killed_run_out(connected, alice, bob):
    await sync_to_async(befriend)(alice, bob)
    bobs = await connected(bob, "presence")
    killed = ConnectionRegistry()
    killed.connect(alice.id)
    await killed.flush()  # and never again, as if it had been killed here
    assert await next_change(bobs) == (alice.id, True)
    began = time.monotonic()
    assert await next_change(bobs) == (alice.id, False)
    assert time.monotonic() - began < 15
    assert await changes(bobs) == []


async def test_two_processes_see_each_others_members(connected, alice, bob, stranger):
    await sync_to_async(befriend)(alice, bob)
    await sync_to_async(befriend)(alice, stranger)
    bobs = await connected(bob, "presence")
    with elsewhere(alice) as heard:
        assert await next_change(bobs) == (alice.id, True)
        await connected(stranger)
        await until(lambda: heard)
        assert await changes(bobs) == []
        assert await sync_to_async(known)(alice, bob, stranger) == [bob.id, stranger.id]
    assert await next_change(bobs) == (alice.id, False)
    assert await changes(bobs) == []
    frame = '{"type":"presence.changed","data":{"user_id":"%s","online":true}}'
    assert heard == [("presence.changed", None, frame % stranger.id)]


async def test_who_hides_it_is_offline_at_once_and_who_shows_it_again_is_back(
    connected, alice, bob
):
    await sync_to_async(befriend)(alice, bob)
    bobs, mine = await connected(bob, "presence"), await connected(alice)
    assert await next_change(bobs) == (alice.id, True)
    setting, patch = "users/me/settings", sync_to_async(alice.patch)

    answer = await patch(setting, {"shows_presence": False})
    assert answer.json()["settings"]["shows_presence"] is False
    assert await next_change(bobs) == (alice.id, False)
    assert await sync_to_async(known)(bob, alice) == []
    await mine.disconnect()
    assert await changes(bobs, within=2.5) == []
    await connected(alice)
    assert await changes(bobs, within=1.5) == []

    await patch(setting, {"shows_presence": True})
    assert await next_change(bobs) == (alice.id, True)
    assert await sync_to_async(known)(bob, alice) == [alice.id]


async def test_a_setting_of_who_is_offline_tells_nothing(connected, alice, bob):
    await sync_to_async(befriend)(alice, bob)
    bobs = await connected(bob, "presence")
    for shows in (False, True):
        await sync_to_async(alice.patch)("users/me/settings", {"shows_presence": shows})
    assert await changes(bobs) == []


@pytest.mark.parametrize("who", ["blocker", "blocked"])
async def test_a_block_hides_it_from_both_at_once(connected, alice, bob, who):
    await sync_to_async(send_message)(alice, bob)
    bobs, mine = await connected(bob, "presence"), await connected(alice, "presence")
    assert await next_change(bobs) == (alice.id, True)
    one, other = (alice, bob) if who == "blocker" else (bob, alice)
    await sync_to_async(one.put)(f"users/{other.id}/block")
    assert await sync_to_async(known)(bob, alice) == []
    assert await sync_to_async(known)(alice, bob) == []
    await mine.disconnect()
    assert await changes(bobs, within=2.5) == []


async def test_who_follows_is_told_nothing_until_they_are_followed_or_written_to(
    connected, alice, bob, stranger
):
    await sync_to_async(bob.put)(f"users/{alice.id}/follow")
    bobs = await connected(bob, "presence")
    await connected(alice)
    assert await changes(bobs, within=1.5) == []
    assert await sync_to_async(known)(bob, alice, stranger) == []
    assert await sync_to_async(known)(alice, bob) == []
    await sync_to_async(send_message)(alice, bob)
    assert await sync_to_async(known)(bob, alice, stranger) == [alice.id]
    assert await sync_to_async(known)(alice, bob) == [bob.id]


async def test_it_is_read_and_heard_while_mongodb_is_away(connected, alice, bob):
    await sync_to_async(befriend)(alice, bob)
    bobs = await connected(bob, "presence")
    with mongod_paused():
        await connected(alice)
        assert await next_change(bobs) == (alice.id, True)
        assert await sync_to_async(known)(bob, alice) == [alice.id]


async def test_a_redis_that_was_emptied_is_told_again(connected, alice, bob):
    bobs = await connected(bob)
    assert await changes(bobs, within=1.5) == []
    client().delete("presence", f"presence:{bob.id}")
    await until(lambda: client().zscore("presence", bob.id))


def test_the_question_is_of_one_to_a_hundred_ids_and_for_members_only(alice, bob):
    some = "&".join(f"id={number:024x}" for number in range(101))
    same = "&".join([f"id={bob.id}"] * 101)
    with assert_no_changes():
        for query in ("", "?id=", "?id=bob", f"?{some}", f"?{same}"):
            answer = alice.get(f"users/online{query}")
            assert answer.status_code == 400
            assert answer.json()["errors"][0]["field"] == "id"
        assert anonymous.get(f"users/online?id={bob.id}").status_code == 401
        assert known(alice, alice, bob) == []


def test_the_setting_reaches_mongodb(alice, flush_all, document):
    alice.patch("users/me/settings", {"shows_presence": False})
    flush_all()
    assert document(User, alice.id)["shows_presence"] is False
    assert alice.get("users/me/settings").json()["shows_presence"] is False
