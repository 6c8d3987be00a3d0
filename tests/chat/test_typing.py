"""Typing events: delivered to the other member, never stored."""

import pytest
from asgiref.sync import sync_to_async

from mysocial.core.channel_messages import EPHEMERAL, encode_message
from mysocial.core.errors import FOREVER_MS
from mysocial.core.keys import DISPATCHER_CHANNEL
from mysocial.core.redis import client
from tests.chat.conversations import send_message
from tests.moderation.staff import revoke, take_action
from tests.support.concurrency import assert_no_changes, stored_state

OK = {"type": "ok", "cid": "t"}


async def send_typing_frame(socket, to, on=True):
    """Send a typing frame, for the start or the end of typing."""
    frame = await socket.ask(type="typing", cid="t", to=to, on=on)
    while frame.get("cid") != "t":  # an event that came before the response
        frame = await socket.next()
    return frame


async def typing_events(socket, count=0):
    """Return the types of the typing events that a socket receives, at least `count` of them."""
    received = []
    while len(received) < count or not await socket.receive_nothing(timeout=0.3):
        kind = (await socket.next())["type"]
        received += [kind] if kind.startswith("typing.") else []
    return received


async def test_only_the_other_member_gets_typing_events(connected, alice, bob, stranger):
    bobs, second = await connected(bob), await connected(bob)
    strangers = await connected(stranger, "feed", f"user:{alice.id}", f"user:{bob.id}")
    mine, other_device = await connected(alice), await connected(alice)
    assert await send_typing_frame(mine, bob.id) == OK
    assert await send_typing_frame(mine, bob.id, on=False) == OK
    for socket in (bobs, second):
        assert [await socket.next(), await socket.next()] == [
            {"type": "typing.started", "data": {"user_id": alice.id}},
            {"type": "typing.stopped", "data": {"user_id": alice.id}},
        ]
    for socket in (strangers, mine, other_device):
        assert await socket.receive_nothing(timeout=0.2)


async def test_typing_events_are_not_stored_or_replayed(connected, alice, bob):
    cursor = (await sync_to_async(bob.get)("users/me"))["X-Event-Cursor"]
    before = await sync_to_async(stored_state)()
    bobs, mine = await connected(bob, "feed"), await connected(alice, "feed")
    await send_typing_frame(mine, bob.id)
    assert (await bobs.next())["type"] == "typing.started"
    assert await sync_to_async(stored_state)() == before
    assert client().exists(f"events:self:{bob.id}") == 0
    again = await connected(bob)
    response = await again.ask(type="resume", cid="r", cursor=cursor, topics=[])
    assert response["recovered"] is True
    assert await again.next() == {"type": "live", "cid": "r", "cursor": cursor}
    assert await again.receive_nothing(timeout=0.2)


@pytest.mark.parametrize("who", ["blocker", "blocked"])
async def test_a_block_stops_typing_events_at_once(connected, alice, bob, who):
    await sync_to_async(send_message)(alice, bob)
    bobs, mine = await connected(bob, "feed"), await connected(alice, "feed")
    await send_typing_frame(mine, bob.id)
    assert await typing_events(bobs, 1) == ["typing.started"]
    member, other = (alice, bob) if who == "blocker" else (bob, alice)
    await sync_to_async(member.put)(f"users/{other.id}/block")
    assert await send_typing_frame(mine, bob.id) == OK
    assert await typing_events(bobs) == []


async def test_typing_events_need_the_permission_to_write(connected, alice, bob):
    await sync_to_async(bob.patch)("users/me/settings", {"who_may_message": "following"})
    bobs, mine = await connected(bob, "feed"), await connected(alice, "feed")
    assert await send_typing_frame(mine, bob.id) == OK
    assert await typing_events(bobs) == []
    await sync_to_async(bob.put)(f"users/{alice.id}/follow")
    await send_typing_frame(mine, bob.id)
    assert await typing_events(bobs, 1) == ["typing.started"]


async def test_a_silenced_member_sends_no_typing_events(connected, alice, bob):
    bobs, mine = await connected(bob, "feed"), await connected(alice, "feed")
    action = await sync_to_async(take_action)(alice, "silence", until_ms=FOREVER_MS)
    for on in (True, False):
        assert await send_typing_frame(mine, bob.id, on=on) == OK
    assert await typing_events(bobs) == []
    await sync_to_async(revoke)(action)
    await send_typing_frame(mine, bob.id)
    assert await typing_events(bobs, 1) == ["typing.started"]


async def test_a_silenced_member_still_receives_typing_events(connected, alice, bob):
    bobs, mine = await connected(bob, "feed"), await connected(alice, "feed")
    await sync_to_async(take_action)(bob, "silence", until_ms=FOREVER_MS)
    await send_typing_frame(mine, bob.id)
    assert await typing_events(bobs, 1) == ["typing.started"]


async def test_the_reply_discloses_nothing_about_the_receiver(connected, alice, bob):
    mine = await connected(alice)
    for to in (bob.id, alice.id, "0" * 24):
        assert await send_typing_frame(mine, to) == OK
    assert await mine.receive_nothing(timeout=0.2)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"to": "bob", "on": True}, "to"),
        ({"to": "0" * 24, "on": "yes"}, "on"),
        ({"to": "0" * 24}, "on"),
        ({"to": "0" * 24, "on": True, "text": "Hi"}, "text"),
    ],
)
async def test_an_invalid_frame_is_rejected_with_the_name_of_the_field(
    connected, alice, fields, wrong
):
    mine = await connected(alice)
    with assert_no_changes():
        response = await mine.ask(type="typing", cid="t", **fields)
    assert response["problem"]["status"] == 400
    assert any(wrong in error["field"] for error in response["problem"]["errors"])


async def test_rate_limited_typing_is_dropped_with_the_same_reply(connected, alice, bob, settings):
    settings.RATE_LIMITS = True
    bobs, mine = await connected(bob, "feed"), await connected(alice, "feed")
    for _ in range(25):
        assert await send_typing_frame(mine, bob.id) == OK
    for _ in range(20):
        assert (await bobs.next())["type"] == "typing.started"
    assert await bobs.receive_nothing(timeout=0.2)


async def test_an_unknown_audience_gets_no_typing_event_and_keeps_its_connection(
    connected, alice, bob
):
    bobs, mine = await connected(bob, "feed"), await connected(alice, "feed")
    message = encode_message(
        EPHEMERAL, kind="none.such", topic=f"self:{bob.id}", data="{}", context="{}"
    )
    client().publish(DISPATCHER_CHANNEL, message)
    await send_typing_frame(mine, bob.id)
    assert (await bobs.next())["type"] == "typing.started"
