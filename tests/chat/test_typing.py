"""That somebody is writing: heard by the one they write to, kept nowhere."""

import pytest
from asgiref.sync import sync_to_async

from mysocial.core.channel_messages import EPHEMERAL, encode_message
from mysocial.core.keys import DISPATCHER_CHANNEL
from mysocial.core.redis import client
from tests.chat.conversations import send_message
from tests.support.concurrency import assert_no_changes, stored_state

OK = {"type": "ok", "cid": "t"}


async def types(socket, to, on=True):
    """Say on a socket that one writes to a member, or no longer."""
    return await socket.ask(type="typing", cid="t", to=to, on=on)


async def typing_heard(socket):
    """Return what a socket is told of typing; what else it is told is passed over."""
    found = []
    while not await socket.receive_nothing(timeout=0.3):
        found.append((await socket.next())["type"])
    return [kind for kind in found if kind.startswith("typing.")]


async def test_it_is_heard_by_the_one_and_by_nobody_else(connected, alice, bob, stranger):
    bobs, second = await connected(bob), await connected(bob)
    strangers = await connected(stranger, "feed", f"user:{alice.id}", f"user:{bob.id}")
    mine, other_device = await connected(alice), await connected(alice)
    assert await types(mine, bob.id) == OK
    assert await types(mine, bob.id, on=False) == OK
    for socket in (bobs, second):
        assert [await socket.next(), await socket.next()] == [
            {"type": "typing.started", "data": {"user_id": alice.id}},
            {"type": "typing.stopped", "data": {"user_id": alice.id}},
        ]
    for socket in (strangers, mine, other_device):
        assert await socket.receive_nothing(timeout=0.2)


async def test_nothing_of_it_is_kept_or_told_to_who_comes_back(connected, alice, bob):
    cursor = (await sync_to_async(bob.get)("users/me"))["X-Event-Cursor"]
    before = await sync_to_async(stored_state)()
    bobs, mine = await connected(bob, "feed"), await connected(alice, "feed")
    await types(mine, bob.id)
    assert (await bobs.next())["type"] == "typing.started"
    assert await sync_to_async(stored_state)() == before
    assert client().xlen(f"events:self:{bob.id}") == 0
    again = await connected(bob)
    answer = await again.ask(type="resume", cid="r", cursor=cursor, topics=[])
    assert answer["recovered"] is True
    assert await again.next() == {"type": "live", "cid": "r", "cursor": cursor}
    assert await again.receive_nothing(timeout=0.2)


@pytest.mark.parametrize("who", ["blocker", "blocked"])
async def test_a_block_parts_the_two_at_once(connected, alice, bob, who):
    await sync_to_async(send_message)(alice, bob)
    bobs, mine = await connected(bob, "feed"), await connected(alice, "feed")
    await types(mine, bob.id)
    assert await typing_heard(bobs) == ["typing.started"]
    one, other = (alice, bob) if who == "blocker" else (bob, alice)
    await sync_to_async(one.put)(f"users/{other.id}/block")
    await typing_heard(mine)
    assert await types(mine, bob.id) == OK
    assert await typing_heard(bobs) == []


async def test_it_is_heard_from_those_only_who_may_write(connected, alice, bob):
    await sync_to_async(bob.patch)("users/me/settings", {"who_may_message": "following"})
    bobs, mine = await connected(bob, "feed"), await connected(alice, "feed")
    assert await types(mine, bob.id) == OK
    assert await typing_heard(bobs) == []
    await sync_to_async(bob.put)(f"users/{alice.id}/follow")
    await typing_heard(mine)
    await types(mine, bob.id)
    assert await typing_heard(bobs) == ["typing.started"]


async def test_the_answer_tells_nothing_of_whom_it_is_to(connected, alice, bob):
    mine = await connected(alice)
    for to in (bob.id, alice.id, "0" * 24):
        assert await types(mine, to) == OK
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
async def test_a_frame_that_says_something_else_is_refused_by_name(connected, alice, fields, wrong):
    mine = await connected(alice)
    with assert_no_changes():
        answer = await mine.ask(type="typing", cid="t", **fields)
    assert answer["problem"]["status"] == 400
    assert any(wrong in error["field"] for error in answer["problem"]["errors"])


async def test_who_says_it_too_often_is_heard_no_more_and_answered_alike(
    connected, alice, bob, settings
):
    settings.RATE_LIMITS = True
    bobs, mine = await connected(bob, "feed"), await connected(alice, "feed")
    for _ in range(25):
        assert await types(mine, bob.id) == OK
    for _ in range(20):
        assert (await bobs.next())["type"] == "typing.started"
    assert await bobs.receive_nothing(timeout=0.2)


async def test_an_audience_that_is_unknown_hears_nothing_and_loses_nothing(connected, alice, bob):
    bobs, mine = await connected(bob, "feed"), await connected(alice, "feed")
    message = encode_message(
        EPHEMERAL, kind="none.such", topic=f"self:{bob.id}", data="{}", context="{}"
    )
    client().publish(DISPATCHER_CHANNEL, message)
    await types(mine, bob.id)
    assert (await bobs.next())["type"] == "typing.started"
