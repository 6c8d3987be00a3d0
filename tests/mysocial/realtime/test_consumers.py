"""The WebSocket at /ws: authentication, commands and the audiences of events."""

import json

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer

from accounts.store import sessions
from accounts.tokens import parse_access_token
from mysocial.core.keys import DISPATCHER_GROUP
from mysocial.realtime.dispatcher import get_dispatcher
from mysocial.store import reads, write
from tests.support.concurrency import script_calls
from tests.support.shared_objects import shared
from tests.support.sockets import Socket

ORIGIN = b"http://localhost:8000"
BURST = 20


async def test_an_event_is_received_only_by_members_who_may_see_the_post(
    connected, alice, bob, stranger
):
    await sync_to_async(bob.put)(f"users/{alice.id}/follow")
    bobs, strangers = await connected(bob, "feed"), await connected(stranger, "feed")

    hidden = await sync_to_async(alice.create_post)("For followers", privacy="followers")
    shown = await sync_to_async(alice.create_post)("For all")

    events = [await bobs.next(), await bobs.next()]
    assert [event["data"] for event in events] == [hidden, shown]
    assert events[0]["id"] < events[1]["id"]
    assert (await strangers.next())["data"] == shown
    assert await strangers.receive_nothing(timeout=0.2)


async def test_the_audiences_of_concurrent_events_are_queried_together(connected, alice, bob):
    post = await sync_to_async(alice.create_post)("Discussed")
    socket = await connected(bob, f"post:{post['id']}")
    for number in range(BURST):  # blocks the event loop, so nothing is delivered meanwhile
        alice.post(f"posts/{post['id']}/comments", {"text": str(number)})
    before = script_calls()

    texts = [(await socket.next())["data"]["comment"]["text"] for _ in range(BURST)]

    assert texts == [str(number) for number in range(BURST)]
    assert script_calls() - before < BURST / 2


async def test_an_edit_and_a_deletion_are_received(connected, alice, bob):
    post = await sync_to_async(alice.create_post)("First")
    socket = await connected(bob, f"post:{post['id']}")

    reply = await sync_to_async(alice.patch)(f"posts/{post['id']}", {"text": "Second"})
    updated = await socket.next()
    assert (updated["type"], updated["data"]) == ("post.updated", shared(reply.json()["post"]))

    await sync_to_async(alice.delete)(f"posts/{post['id']}")
    deleted = await socket.next()
    assert (deleted["type"], deleted["data"]) == ("post.deleted", {"id": post["id"]})


async def test_a_post_that_becomes_private_is_deleted_for_other_members(connected, alice, bob):
    post = await sync_to_async(alice.create_post)("For all")
    socket = await connected(bob, "feed")

    await sync_to_async(alice.patch)(f"posts/{post['id']}", {"privacy": "private"})

    event = await socket.next()
    assert (event["type"], event["data"]) == ("post.deleted", {"id": post["id"]})
    assert await socket.receive_nothing(timeout=0.2)


async def test_a_blocked_member_receives_nothing_more_on_an_open_connection(connected, alice, bob):
    socket = await connected(bob, "feed", f"user:{alice.id}")
    await sync_to_async(alice.put)(f"users/{bob.id}/block")

    assert (await socket.next())["type"] == "user.hidden"
    await sync_to_async(alice.create_post)("Not for Bob")

    assert await socket.receive_nothing(timeout=0.3)


async def test_an_unsubscribed_client_receives_nothing_more(connected, alice, bob):
    socket = await connected(bob, "feed")
    assert (await socket.ask(type="unsubscribe", cid="u", topic="feed"))["type"] == "ok"

    await sync_to_async(alice.create_post)("Not received")

    assert await socket.receive_nothing(timeout=0.2)


async def test_a_connection_closes_when_its_session_ends_and_others_stay_open(
    connected, alice, bob
):
    mine, others = await connected(alice), await connected(bob)

    await sync_to_async(alice.post)("signout")

    assert (await mine.next())["type"] == "session.ended"
    assert await mine.code() == 4401
    assert await others.receive_nothing(timeout=0.1)


async def test_a_token_may_be_sent_in_the_first_frame(connected, alice):
    socket = await connected()
    assert await socket.ask(type="auth", cid="1", token=alice.access) == {
        "type": "ok",
        "cid": "1",
        "user_id": alice.id,
    }


async def test_commands_before_authentication_are_refused(connected):
    socket = await connected()
    reply = await socket.ask(type="subscribe", cid="1", topic="feed")
    assert (reply["cid"], reply["problem"]["status"]) == ("1", 401)
    assert await socket.code() == 4401


@pytest.mark.parametrize("token", ["nonsense", "a.b.c"])
async def test_an_invalid_token_closes_the_connection(connected, token):
    socket = await connected()
    assert (await socket.ask(type="auth", cid="1", token=token))["problem"]["status"] == 401
    assert await socket.code() == 4401


async def test_the_token_of_an_ended_session_closes_the_connection(connected, alice):
    await sync_to_async(alice.post)("signout")
    socket = await connected()
    assert (await socket.ask(type="auth", cid="1", token=alice.access))["problem"]["status"] == 401


@pytest.mark.parametrize(
    "origin", [b"http://evil.example", b"null", b"http://localhost:8000.evil.example", b""]
)
async def test_another_origin_is_refused(origin):
    socket = Socket("mysocial", origin=origin)
    accepted, _ = await socket.connect(timeout=20)
    assert not accepted


async def test_an_allowed_origin_is_accepted(connected, alice):
    await connected(alice, origin=ORIGIN)


@pytest.mark.parametrize(
    ("frame", "field"),
    [
        ('{"type":"subscribe","cid":"1","topic":"feed","x":1}', "x"),
        ('{"type":"subscribe","cid":"1","topic":"self:000000000000000000000000"}', "topic"),
        ('{"type":"subscribe","cid":"1","topic":{"a":1}}', "topic"),
        ('{"type":"fly","cid":"1"}', "type"),
        ('{"type":"post.created","cid":"1","data":{"text":"Forged"}}', "type"),
        ('{"cid":"1"}', "type"),
        ("[" * 5000, "type"),
        ("nonsense", "type"),
        ('{"type":"ping","cid":1}', "cid"),
        ('{"type":"ping","cid":"\\ud800"}', "type"),
    ],
)
async def test_an_invalid_frame_gets_an_error_and_the_connection_stays_open(
    connected, alice, frame, field
):
    socket = await connected(alice)
    await socket.send_to(text_data=frame)
    problem = (await socket.next())["problem"]
    assert problem["status"] == 400
    assert field in [error["field"] for error in problem["errors"]]
    assert await socket.ask(type="ping", cid="2") == {"type": "ok", "cid": "2"}


async def test_a_binary_frame_is_refused(connected, alice):
    socket = await connected(alice)
    await socket.send_to(bytes_data=b"\x00\xff")
    assert (await socket.next())["problem"]["status"] == 400


async def test_ten_invalid_frames_close_the_connection(connected, alice):
    socket = await connected(alice)
    for _ in range(10):
        await socket.send_to(text_data="{}")
    assert await socket.code() == 4400


async def test_frames_after_the_close_get_no_reply(connected, alice):
    socket = await connected(alice)
    for _ in range(14):
        await socket.send_to(text_data="{}")
    replies = [(await socket.receive_output(5))["type"] for _ in range(11)]
    assert replies == ["websocket.send"] * 10 + ["websocket.close"]
    assert await socket.receive_nothing(0.2)


async def test_a_flood_of_frames_closes_the_connection(connected, alice):
    socket = await connected(alice)
    for number in range(40):
        await socket.send_to(text_data=json.dumps({"type": "ping", "cid": str(number)}))
    assert await socket.code() == 4429


async def test_an_event_whose_message_was_lost_is_received_within_a_second(connected, alice, bob):
    socket = await connected(bob, "feed")
    # Outside the group the dispatcher gets no message, as after a lost connection.
    await get_channel_layer().group_discard(DISPATCHER_GROUP, get_dispatcher()._channel)

    post = await sync_to_async(alice.create_post)("Without a message")

    assert (await socket.next())["data"] == post


async def test_an_unauthenticated_connection_is_closed_after_five_seconds(connected):
    socket = await connected()
    assert await socket.code() == 4401


async def test_a_session_that_ended_without_an_event_is_noticed(connected, alice, bob):
    mine, others = await connected(alice), await connected(bob)
    await sync_to_async(_end_session_silently)(alice)
    await get_dispatcher().session_watcher.close_ended_sessions()
    assert await mine.code() == 4401
    assert await others.receive_nothing(timeout=0.1)


def _end_session_silently(person):
    """End a person's session without an event, as when it expires."""
    session = reads.get_record(sessions, parse_access_token(person.access).session_id)
    with write() as w:
        w.delete(session)
