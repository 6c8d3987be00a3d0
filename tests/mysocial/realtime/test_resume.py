"""`resume`: a client that was away gets what it missed, in order, once; or is told plainly."""

import asyncio
import threading

import pytest
from asgiref.sync import sync_to_async

from mysocial.core.redis import client
from mysocial.realtime import replay, subscription
from mysocial.realtime.replay import AudienceFilter
from tests.support.people import logged_events


def cursor_of(answer):
    return answer.headers["X-Event-Cursor"]


async def resume(socket, cursor, *topics):
    return await socket.ask(type="resume", cid="r", cursor=cursor, topics=list(topics))


async def live(socket):
    """Return the cursor that ends what was missed."""
    frame = await socket.next()
    assert (frame["type"], frame["cid"]) == ("live", "r")
    return frame["cursor"]


async def heard(socket, count):
    return [await socket.next() for _ in range(count)]


async def test_what_was_missed_comes_first_then_what_is_new(connected, alice, bob):
    read = await sync_to_async(bob.get)("posts")
    posts = [await sync_to_async(alice.create_post)(text) for text in ("one", "two")]
    socket = await connected(bob)
    answer = await resume(socket, cursor_of(read), "feed")
    assert answer == {"type": "ok", "cid": "r", "recovered": True}
    events = await heard(socket, 2)
    cursor = await live(socket)
    posts.append(await sync_to_async(alice.create_post)("three"))
    events += await heard(socket, 1)
    assert [(event["type"], event["data"]) for event in events] == [
        ("post.created", post) for post in posts
    ]
    assert events[1]["id"] <= cursor < events[2]["id"]
    assert await socket.receive_nothing(timeout=0.2)


async def test_from_its_own_last_event_a_client_gets_exactly_the_rest(connected, alice, bob):
    socket = await connected(bob, "feed")
    for number in range(6):
        await sync_to_async(alice.create_post)(str(number))
    events = await heard(socket, 6)
    for place in range(6):
        again = await connected(bob)
        assert (await resume(again, events[place]["id"], "feed"))["recovered"] is True
        assert await heard(again, 5 - place) == events[place + 1 :]
        assert await live(again) == events[-1]["id"]
        assert await again.receive_nothing(timeout=0.05)


async def test_ones_own_events_need_no_topic_and_others_are_not_replayed(
    connected, alice, bob, stranger
):
    read = await sync_to_async(alice.get)("posts")
    await sync_to_async(bob.put)(f"users/{alice.id}/follow")
    await sync_to_async(bob.put)(f"users/{stranger.id}/follow")
    socket = await connected(alice)
    await resume(socket, cursor_of(read))
    followed = {"follower_id": bob.id, "followee_id": alice.id}
    events = await heard(socket, 2)
    assert [event["type"] for event in events] == ["follow.created", "notification.created"]
    assert events[0]["data"] == followed
    await live(socket)
    assert await socket.receive_nothing(timeout=0.2)


async def test_what_may_not_be_seen_any_more_is_not_replayed(connected, alice, bob):
    read = await sync_to_async(bob.get)("posts")
    hidden = await sync_to_async(alice.create_post)("Hidden since")
    deleted = await sync_to_async(alice.create_post)("Deleted since")
    post = await sync_to_async(alice.create_post)("Commented")
    path = f"posts/{post['id']}/comments"
    said = await sync_to_async(alice.post)(path, {"text": "Said and unsaid"})
    await sync_to_async(alice.patch)(f"posts/{hidden['id']}", {"privacy": "private"})
    await sync_to_async(alice.delete)(f"posts/{deleted['id']}")
    await sync_to_async(alice.delete)(f"comments/{said.json()['comment']['id']}")
    socket = await connected(bob)
    assert (await resume(socket, cursor_of(read), "feed", f"post:{post['id']}"))["recovered"]
    events = await heard(socket, 4)
    assert [(event["type"], event["data"]["id"]) for event in events] == [
        ("post.created", post["id"]),
        ("post.deleted", hidden["id"]),
        ("post.deleted", deleted["id"]),
        ("comment.deleted", said.json()["comment"]["id"]),
    ]
    await sync_to_async(alice.put)(f"users/{bob.id}/block")
    again = await connected(bob)
    assert (await resume(again, cursor_of(read), "feed", f"post:{post['id']}"))["recovered"]
    assert (await again.next())["type"] == "user.hidden"
    await live(again)
    assert await again.receive_nothing(timeout=0.2)


async def test_a_message_that_was_deleted_is_not_replayed(connected, alice, bob):
    read = await sync_to_async(bob.get)("posts")
    body = {"receiver_id": bob.id, "text": "Unsaid"}
    sent = (await sync_to_async(alice.post)("chat/message", body)).json()["chat_message"]
    await sync_to_async(alice.delete)(f"chat/messages/{sent['id']}?for=everyone")
    socket = await connected(bob)
    await resume(socket, cursor_of(read))
    seen = []
    while not await socket.receive_nothing(timeout=0.2):
        seen.append(await socket.next())
    assert seen.pop()["type"] == "live"
    assert "Unsaid" not in str(seen)
    assert "message.deleted" in [event["type"] for event in seen]
    assert [one["data"]["unread"] for one in seen if one["type"] == "conversation.updated"] == [0]


async def test_home_is_heard_and_replayed_of_those_one_follows(connected, alice, bob, stranger):
    await sync_to_async(bob.put)(f"users/{alice.id}/follow")
    socket = await connected(bob, "home")
    read = await sync_to_async(bob.get)("posts/home")
    await sync_to_async(stranger.create_post)("not followed")
    post = await sync_to_async(alice.create_post)("followed")
    own = await sync_to_async(bob.create_post)("own")
    events = await heard(socket, 2)
    assert [event["data"] for event in events] == [post, own]
    again = await connected(bob)
    await resume(again, cursor_of(read), "home")
    assert await heard(again, 2) == events


@pytest.mark.parametrize("portion", [1, 2, 3, 7, 8])
async def test_much_is_read_in_portions_and_comes_in_order_and_once(
    connected, alice, bob, monkeypatch, portion
):
    monkeypatch.setattr(replay, "MAX_ENTRIES", portion)
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
        events += await heard(whole, 1)
    while not await whole.receive_nothing(timeout=0.2):
        events += await heard(whole, 1)

    socket = await connected(bob)
    assert (await resume(socket, cursor_of(read), *topics))["recovered"] is True
    again = []
    while (frame := await socket.next())["type"] != "live":
        again.append(frame)
    shown = [one for one in events if one["type"] != "post.created"]
    assert [one for one in again if one["type"] != "post.created"] == shown
    assert [one["id"] for one in again] == sorted(one["id"] for one in again)
    assert frame["cursor"] >= events[-1]["id"]


async def test_more_than_may_wait_comes_from_the_log_while_a_client_resumes(
    connected, alice, bob, monkeypatch
):
    read = await sync_to_async(bob.get)("posts")
    texts = [str(number) for number in range(12)]
    for text in texts[:4]:
        await sync_to_async(alice.create_post)(text)
    monkeypatch.setattr(subscription, "MAX_BUFFERED", 2)
    held, tell = threading.Event(), AudienceFilter.filter
    monkeypatch.setattr(AudienceFilter, "filter", lambda *some: held.wait(10) and tell(*some))
    socket = await connected(bob)
    assert (await resume(socket, cursor_of(read), "feed"))["recovered"] is True
    for text in texts[4:]:
        await sync_to_async(alice.create_post)(text)
    await asyncio.sleep(0.5)  # they have come, and may not be sent yet
    held.set()
    found = []
    while (frame := await socket.next())["type"] != "live":
        found.append(frame["data"]["text"])
    assert found == texts
    assert await socket.receive_nothing(timeout=0.2)


async def test_what_is_hidden_while_a_client_resumes_is_not_told_it_any_more(
    connected, alice, bob, monkeypatch
):
    read = await sync_to_async(bob.get)("posts")
    post = await sync_to_async(alice.create_post)("Once")
    for text in ("Twice", "Three times"):
        await sync_to_async(alice.patch)(f"posts/{post['id']}", {"text": text})
    monkeypatch.setattr(replay, "SLICE", 1)
    tell, turns = (
        AudienceFilter.filter,
        iter([bool, bool, lambda: alice.put(f"users/{bob.id}/block")]),
    )

    def hide_and_tell(*some):
        next(turns, bool)()
        return tell(*some)

    monkeypatch.setattr(AudienceFilter, "filter", hide_and_tell)
    socket = await connected(bob)
    assert (await resume(socket, cursor_of(read), "feed"))["recovered"] is True
    found = []
    while (frame := await socket.next())["type"] != "live":
        found.append(frame["type"])
    assert found == ["post.created", "post.updated"]


async def test_a_log_that_began_anew_or_was_cut_is_told(connected, alice, bob, settings):
    read = cursor_of(await sync_to_async(bob.get)("posts"))
    epoch, offset = read.split(":")
    socket = await connected(bob)
    answer = await resume(socket, f"{'0' * 8}:{offset}", "feed")
    assert (answer["recovered"], answer["reason"]) == (False, "epoch_changed")
    assert (await live(socket)).startswith(epoch)
    post = await sync_to_async(alice.create_post)("Live all the same")
    assert (await socket.next())["data"] == post

    settings.EVENT_LOG_LENGTH = 10
    for number in range(150):  # Redis cuts a log in blocks
        await sync_to_async(alice.create_post)(str(number))
    assert client().xlen("events:feed") < 150
    behind = await connected(bob)
    answer = await resume(behind, read, "feed")
    assert (answer["recovered"], answer["reason"]) == (False, "too_old")
    await live(behind)
    assert await behind.receive_nothing(timeout=0.1)

    settings.EVENT_LOG_SECONDS = 1
    old = await connected(bob)
    await asyncio.sleep(1.1)
    answer = await resume(old, f"{epoch}:{logged_events()[-1]['id'].split('-')[0]}", "feed")
    assert (answer["recovered"], answer["reason"]) == (False, "too_old")


@pytest.mark.parametrize("cursor", ["", "x", "12345678", "1234567g:1", "12345678:-1", "a" * 40])
async def test_a_cursor_that_is_none_of_ours_is_refused(connected, alice, cursor):
    socket = await connected(alice)
    answer = await resume(socket, cursor)
    assert answer["type"] == "error"
    assert answer["problem"]["errors"][0]["field"] == "cursor"


async def test_too_many_topics_are_refused_and_none_is_joined(connected, alice, bob):
    read = await sync_to_async(bob.get)("posts")
    socket = await connected(bob, "feed")
    topics = [f"post:{number:024x}" for number in range(100)]
    answer = await resume(socket, cursor_of(read), *topics)
    assert (answer["type"], answer["problem"]["code"]) == ("error", "invalid")
    post = await sync_to_async(alice.create_post)("Still heard")
    assert (await socket.next())["data"] == post


async def test_after_newer_events_it_is_too_late_to_resume(connected, alice, bob):
    read = await sync_to_async(bob.get)("posts")
    socket = await connected(bob, "feed")
    await sync_to_async(alice.create_post)("Heard")
    await socket.next()
    answer = await resume(socket, cursor_of(read), "feed")
    assert (answer["type"], answer["problem"]["code"]) == ("error", "conflict")


async def test_clients_that_come_and_go_under_load_miss_nothing_and_hear_nothing_twice(
    connected, alice, bob
):
    texts = [f"post {number}" for number in range(40)]
    start = cursor_of(await sync_to_async(bob.get)("posts"))

    async def write():
        for text in texts:
            await sync_to_async(alice.create_post, thread_sensitive=False)(text)

    async def follow(stays):
        cursor, seen = start, []
        while len(seen) < len(texts):
            socket = await connected(bob)
            assert (await resume(socket, cursor, "feed"))["recovered"] is True
            for _ in range(min(stays, len(texts) - len(seen))):
                event = await socket.next()
                if event["type"] == "live":
                    event = await socket.next()
                seen.append(event["data"]["text"])
                cursor = event["id"]
            await socket.disconnect()
        return seen

    _, *seen = await asyncio.gather(write(), *(follow(stays) for stays in (1, 3, 7)))
    assert seen == [texts] * 3
