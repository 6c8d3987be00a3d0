"""`resume`: a client gets the events it missed in order, each once, or the reason why not."""

import asyncio
import threading

import pytest
from asgiref.sync import sync_to_async

from mysocial.core.redis import client
from mysocial.realtime import event_buffer, replay
from mysocial.realtime.replay import AudienceFilter
from tests.support.people import logged_events


def cursor_of(response):
    return response.headers["X-Event-Cursor"]


async def resume(socket, cursor, *topics):
    return await socket.ask(type="resume", cid="r", cursor=cursor, topics=list(topics))


async def live(socket):
    frame = await socket.next()
    assert (frame["type"], frame["cid"]) == ("live", "r")
    return frame["cursor"]


async def receive(socket, count):
    return [await socket.next() for _ in range(count)]


async def test_missed_events_come_before_new_ones(connected, alice, bob):
    read = await sync_to_async(bob.get)("posts")
    posts = [await sync_to_async(alice.create_post)(text) for text in ("one", "two")]
    socket = await connected(bob)
    reply = await resume(socket, cursor_of(read), "feed")
    assert reply == {"type": "ok", "cid": "r", "recovered": True}
    events = await receive(socket, 2)
    cursor = await live(socket)
    posts.append(await sync_to_async(alice.create_post)("three"))
    events += await receive(socket, 1)
    assert [(event["type"], event["data"]) for event in events] == [
        ("post.created", post) for post in posts
    ]
    assert events[1]["id"] <= cursor < events[2]["id"]
    assert await socket.receive_nothing(timeout=0.2)


async def test_a_client_that_resumes_from_its_last_event_gets_exactly_the_rest(
    connected, alice, bob
):
    socket = await connected(bob, "feed")
    for number in range(6):
        await sync_to_async(alice.create_post)(str(number))
    events = await receive(socket, 6)
    for place in range(6):
        again = await connected(bob)
        assert (await resume(again, events[place]["id"], "feed"))["recovered"] is True
        assert await receive(again, 5 - place) == events[place + 1 :]
        assert await live(again) == events[-1]["id"]
        assert await again.receive_nothing(timeout=0.05)


async def test_own_events_need_no_topic_and_those_of_others_are_not_replayed(
    connected, alice, bob, stranger
):
    read = await sync_to_async(alice.get)("posts")
    await sync_to_async(bob.put)(f"users/{alice.id}/follow")
    await sync_to_async(bob.put)(f"users/{stranger.id}/follow")
    socket = await connected(alice)
    await resume(socket, cursor_of(read))
    followed = {"follower_id": bob.id, "followee_id": alice.id}
    events = await receive(socket, 2)
    assert [event["type"] for event in events] == ["follow.created", "notification.created"]
    assert events[0]["data"] == followed
    await live(socket)
    assert await socket.receive_nothing(timeout=0.2)


async def test_events_that_became_invisible_are_not_replayed(connected, alice, bob):
    read = await sync_to_async(bob.get)("posts")
    hidden = await sync_to_async(alice.create_post)("Hidden since")
    deleted = await sync_to_async(alice.create_post)("Deleted since")
    post = await sync_to_async(alice.create_post)("Commented")
    path = f"posts/{post['id']}/comments"
    response = await sync_to_async(alice.post)(path, {"text": "Deleted since"})
    comment_id = response.json()["comment"]["id"]
    await sync_to_async(alice.patch)(f"posts/{hidden['id']}", {"privacy": "private"})
    await sync_to_async(alice.delete)(f"posts/{deleted['id']}")
    await sync_to_async(alice.delete)(f"comments/{comment_id}")
    socket = await connected(bob)
    assert (await resume(socket, cursor_of(read), "feed", f"post:{post['id']}"))["recovered"]
    events = await receive(socket, 4)
    assert [(event["type"], event["data"]["id"]) for event in events] == [
        ("post.created", post["id"]),
        ("post.deleted", hidden["id"]),
        ("post.deleted", deleted["id"]),
        ("comment.deleted", comment_id),
    ]
    await sync_to_async(alice.put)(f"users/{bob.id}/block")
    again = await connected(bob)
    assert (await resume(again, cursor_of(read), "feed", f"post:{post['id']}"))["recovered"]
    assert (await again.next())["type"] == "user.hidden"
    await live(again)
    assert await again.receive_nothing(timeout=0.2)


async def test_a_deleted_message_is_not_replayed(connected, alice, bob):
    read = await sync_to_async(bob.get)("posts")
    body = {"receiver_id": bob.id, "text": "Deleted"}
    sent = (await sync_to_async(alice.post)("chat/messages", body)).json()["chat_message"]
    await sync_to_async(alice.delete)(f"chat/messages/{sent['id']}?for=everyone")
    socket = await connected(bob)
    await resume(socket, cursor_of(read))
    events = []
    while (frame := await socket.next())["type"] != "live":
        events.append(frame)
    assert await socket.receive_nothing(timeout=0.2)
    assert "Deleted" not in str(events)
    assert "message.deleted" in [event["type"] for event in events]
    unread = [
        event["data"]["unread"] for event in events if event["type"] == "conversation.updated"
    ]
    assert unread == [0, 0]  # both show the conversation as it is now


async def test_home_has_events_of_followed_members_live_and_replayed(
    connected, alice, bob, stranger
):
    await sync_to_async(bob.put)(f"users/{alice.id}/follow")
    socket = await connected(bob, "home")
    read = await sync_to_async(bob.get)("posts/home")
    await sync_to_async(stranger.create_post)("not followed")
    post = await sync_to_async(alice.create_post)("followed")
    own = await sync_to_async(bob.create_post)("own")
    events = await receive(socket, 2)
    assert [event["data"] for event in events] == [post, own]
    again = await connected(bob)
    await resume(again, cursor_of(read), "home")
    assert await receive(again, 2) == events


@pytest.mark.parametrize("batch_size", [1, 2, 3, 7, 8])
async def test_many_events_are_read_in_batches_in_order_each_once(
    connected, alice, bob, monkeypatch, batch_size
):
    monkeypatch.setattr(replay, "MAX_ENTRIES", batch_size)
    topics = ["feed", f"user:{alice.id}"]
    whole = await connected(bob, *topics)
    read = await sync_to_async(bob.get)("posts")
    for number in range(4):
        post = await sync_to_async(alice.create_post)(str(number))
        await sync_to_async(alice.put)(f"users/{bob.id}/follow")
        await sync_to_async(alice.delete)(f"users/{bob.id}/follow")
        await sync_to_async(alice.create_post)("Hidden", privacy="private")
        await sync_to_async(alice.patch)(f"posts/{post['id']}", {"text": "Otherwise"})
    events = []
    while not events or events[-1]["data"].get("text") != "Otherwise" or len(events) < 8:
        events += await receive(whole, 1)

    socket = await connected(bob)
    assert (await resume(socket, cursor_of(read), *topics))["recovered"] is True
    replayed = []
    while (frame := await socket.next())["type"] != "live":
        replayed.append(frame)
    while events[-1]["id"] < replayed[-1]["id"]:
        events += await receive(whole, 1)
    # Posts are replayed as they are now, and notifications that were retracted are not.
    retracted = {event["data"]["id"] for event in events if event["type"] == "notification.deleted"}
    live_events = [
        event
        for event in events
        if event["type"] != "post.created"
        and not (
            event["type"] == "notification.created"
            and event["data"]["notification"]["id"] in retracted
        )
    ]
    assert retracted
    assert [event for event in replayed if event["type"] != "post.created"] == live_events
    assert [event["id"] for event in replayed] == sorted(event["id"] for event in replayed)
    assert frame["cursor"] >= events[-1]["id"]


async def test_events_beyond_the_buffer_come_from_the_log_during_a_resume(
    connected, alice, bob, monkeypatch
):
    read = await sync_to_async(bob.get)("posts")
    texts = [str(number) for number in range(12)]
    for text in texts[:4]:
        await sync_to_async(alice.create_post)(text)
    monkeypatch.setattr(event_buffer, "MAX_BUFFERED", 2)
    may_continue, original = threading.Event(), AudienceFilter.filter
    monkeypatch.setattr(
        AudienceFilter, "filter", lambda *args: may_continue.wait(50) and original(*args)
    )
    socket = await connected(bob)
    assert (await resume(socket, cursor_of(read), "feed"))["recovered"] is True
    for text in texts[4:]:
        await sync_to_async(alice.create_post)(text)
    await asyncio.sleep(0.5)  # they are delivered, and must not be sent yet
    may_continue.set()
    received = []
    while (frame := await socket.next())["type"] != "live":
        received.append(frame["data"]["text"])
    assert received == texts
    assert await socket.receive_nothing(timeout=0.2)


async def test_a_post_that_is_hidden_during_a_resume_is_not_sent(
    connected, alice, bob, monkeypatch
):
    read = await sync_to_async(bob.get)("posts")
    post = await sync_to_async(alice.create_post)("Once")
    for text in ("Twice", "Three times"):
        await sync_to_async(alice.patch)(f"posts/{post['id']}", {"text": text})
    monkeypatch.setattr(replay, "MAX_ENTRIES", 1)
    original = AudienceFilter.filter
    steps = iter([bool, bool, lambda: alice.put(f"users/{bob.id}/block")])

    def filter_with_steps(*args):
        next(steps, bool)()
        return original(*args)

    monkeypatch.setattr(AudienceFilter, "filter", filter_with_steps)
    socket = await connected(bob)
    assert (await resume(socket, cursor_of(read), "feed"))["recovered"] is True
    received = []
    while (frame := await socket.next())["type"] != "live":
        received.append(frame["type"])
    assert received == ["post.created", "post.updated"]


async def test_a_restarted_or_trimmed_log_is_reported(connected, alice, bob, settings):
    read = cursor_of(await sync_to_async(bob.get)("posts"))
    epoch, offset = read.split(":")
    socket = await connected(bob)
    reply = await resume(socket, f"{'0' * 8}:{offset}", "feed")
    assert (reply["recovered"], reply["reason"]) == (False, "epoch_changed")
    assert (await live(socket)).startswith(epoch)
    post = await sync_to_async(alice.create_post)("After the reason")
    assert (await socket.next())["data"] == post

    settings.EVENT_LOG_LENGTH = 10
    for number in range(20):
        await sync_to_async(alice.create_post)(str(number))
    assert client().llen("events:feed") == 10
    behind = await connected(bob)
    reply = await resume(behind, read, "feed")
    assert (reply["recovered"], reply["reason"]) == (False, "too_old")
    await live(behind)
    assert await behind.receive_nothing(timeout=0.1)

    settings.EVENT_LOG_SECONDS = 1
    old = await connected(bob)
    await asyncio.sleep(1.1)
    reply = await resume(old, f"{epoch}:{logged_events()[-1]['id'].split('-')[0]}", "feed")
    assert (reply["recovered"], reply["reason"]) == (False, "too_old")


async def test_clients_that_reconnect_under_load_receive_each_event_once(connected, alice, bob):
    texts = [f"post {number}" for number in range(40)]
    start = cursor_of(await sync_to_async(bob.get)("posts"))

    async def write():
        for text in texts:
            await sync_to_async(alice.create_post, thread_sensitive=False)(text)

    async def follow(events_per_connection):
        cursor, received = start, []
        while len(received) < len(texts):
            socket = await connected(bob)
            assert (await resume(socket, cursor, "feed"))["recovered"] is True
            for _ in range(min(events_per_connection, len(texts) - len(received))):
                event = await socket.next()
                if event["type"] == "live":
                    event = await socket.next()
                received.append(event["data"]["text"])
                cursor = event["id"]
            await socket.disconnect()
        return received

    _, *received = await asyncio.gather(write(), *(follow(count) for count in (1, 3, 7)))
    assert received == [texts] * 3
