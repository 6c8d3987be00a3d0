"""Replay shows records as they are now, and nothing from before a member's sign-up."""

from typing import Any

import pytest
from asgiref.sync import sync_to_async

from tests.support.people import Person, anonymous, sign_up
from tests.support.shared_objects import shared, shared_profile
from tests.support.sockets import Socket


async def call(function: Any, *args: Any, **kwargs: Any) -> Any:
    """Call a blocking function in a thread."""
    return await sync_to_async(function)(*args, **kwargs)


async def replay(connected: Any, person: Person, cursor: str, *topics: str) -> list[Any]:
    """Return the events that a person's new connection receives after a cursor."""
    socket: Socket = await connected(person)
    reply = await socket.ask(type="resume", cid="r", cursor=cursor, topics=list(topics))
    assert reply == {"type": "ok", "cid": "r", "recovered": True}
    events = []
    while (frame := await socket.next())["type"] != "live":
        events.append(frame)
    assert await socket.receive_nothing(timeout=0.05)
    return events


async def cursor_of(person: Person) -> str:
    """Return the cursor of a read."""
    return str((await call(person.get, "posts?limit=1")).headers["X-Event-Cursor"])


async def test_private_versions_of_a_published_post_are_not_replayed(connected, alice, bob):
    cursor = await cursor_of(bob)
    post = await call(alice.create_post, "SECRET", privacy="private")
    changes = {"text": "Nice weather", "privacy": "public"}
    changed = (await call(alice.patch, f"posts/{post['id']}", changes)).json()["post"]
    events = await replay(connected, bob, cursor, "feed", f"user:{alice.id}")
    # The event of the creation in private is left out, too.
    assert [(event["type"], event["data"]) for event in events] == [
        ("post.updated", shared(changed)),
    ]


async def test_several_edits_are_replayed_each_with_its_own_id_and_the_record_as_it_is_now(
    connected, alice, bob
):
    post = await call(alice.create_post, "0")
    cursor = await cursor_of(bob)
    for number in range(1, 4):
        await call(alice.patch, f"posts/{post['id']}", {"text": str(number)})
    events = await replay(connected, bob, cursor, "feed")
    assert [event["data"]["text"] for event in events] == ["3", "3", "3"]
    ids = [event["id"] for event in events]
    assert ids == sorted(set(ids))
    rest = await replay(connected, bob, ids[1], "feed")
    assert [event["id"] for event in rest] == ids[2:]


async def test_comments_profiles_and_reactions_are_replayed_as_they_are_now(
    connected, alice, bob, stranger
):
    post = await call(alice.create_post)
    cursor = await cursor_of(bob)
    path = f"posts/{post['id']}"
    body = {"text": "My phone is SECRET"}
    comment = (await call(alice.post, f"{path}/comments", body)).json()["comment"]
    await call(alice.patch, f"comments/{comment['id']}", {"text": "Never mind"})
    await call(alice.patch, "users/me", {"location": "SECRET street 5"})
    await call(alice.patch, "users/me", {"location": ""})
    await call(stranger.put, f"{path}/reaction", {"type": "love"})
    await call(stranger.delete, f"{path}/reaction")
    events = await replay(connected, bob, cursor, f"post:{post['id']}", f"user:{alice.id}")
    assert "SECRET" not in str(events)
    comment = shared((await call(bob.get, f"comments/{comment['id']}")).json())
    profile = shared_profile((await call(bob.get, f"users/{alice.id}")).json())
    reaction = {"post_id": post["id"], "user_id": stranger.id, "type": None}
    totals = dict.fromkeys(post["reactions"], 0)
    assert [(event["type"], event["data"]) for event in events] == [
        (
            "comment.created",
            {"comment": comment, "comments_count": 1, "thread_replies_count": None},
        ),
        ("comment.updated", comment),
        ("user.updated", profile),
        ("user.updated", profile),
        *[("reaction.changed", {**reaction, "reactions": totals})] * 2,
    ]


async def test_messages_and_conversations_are_replayed_as_they_are_now(connected, alice, bob):
    cursor = await cursor_of(bob)
    body = {"receiver_id": bob.id, "text": "SECRET"}
    message = (await call(alice.post, "chat/messages", body)).json()["chat_message"]
    path = f"chat/messages/{message['id']}"
    await call(alice.put, f"{path}/reaction", {"type": "wow"})
    await call(alice.delete, f"{path}/reaction")
    await call(alice.patch, path, {"text": "Hello"})
    events = await replay(connected, bob, cursor)
    assert "SECRET" not in str(events)
    of_type = {event["type"]: event["data"] for event in events}
    (current,) = (await call(bob.get, f"chat/conversations/{alice.id}/messages")).json()["messages"]
    (conversation,) = (await call(bob.get, "chat/conversations")).json()["conversations"]
    assert of_type["message.created"] == of_type["message.updated"] == current
    assert of_type["conversation.updated"] == conversation
    assert [e["data"]["type"] for e in events if e["type"] == "message.reaction"] == [None, None]


async def test_a_notification_that_was_retracted_is_not_replayed(connected, alice, bob):
    post = await call(bob.create_post)
    cursor = await cursor_of(bob)
    await call(alice.put, f"posts/{post['id']}/reaction", {"type": "like"})
    await call(alice.delete, f"posts/{post['id']}/reaction")
    await call(alice.put, f"users/{bob.id}/follow")
    events = await replay(connected, bob, cursor)
    seen = [event for event in events if event["type"] == "notification.created"]
    notifications = (await call(bob.get, "notifications")).json()
    assert [event["data"]["notification"] for event in seen] == notifications["notifications"]
    assert {event["data"]["unread_count"] for event in seen} == {1}
    assert "notification.deleted" in [event["type"] for event in events]


@pytest.mark.parametrize("age_us", [0, 1, 10_000_000_000])
async def test_nothing_from_before_the_sign_up_is_replayed(connected, alice, bob, age_us):
    post = await call(alice.create_post, "Old")
    cursor = await cursor_of(bob)
    await call(alice.patch, f"posts/{post['id']}", {"text": "Older"})
    await call(alice.post, f"posts/{post['id']}/comments", {"text": "Before"})
    await call(alice.patch, "users/me", {"location": "Here"})
    late = await call(sign_up, "late")
    new = await call(alice.create_post, "New")
    epoch, offset = cursor.split(":")
    forged = f"{epoch}:{int(offset) - age_us}"
    topics = ["feed", f"post:{post['id']}", f"user:{alice.id}"]
    events = await replay(connected, late, forged, *topics)
    assert [(event["type"], event["data"]) for event in events] == [("post.created", new)]
    # The other member was there before; an older cursor also includes the first post.
    assert len(await replay(connected, bob, forged, *topics)) == (5 if age_us else 4)


async def test_a_client_that_resumes_from_its_sign_up_misses_nothing(connected, alice, monkeypatch):
    # The clock of this process is an hour ahead of that of Redis.
    monkeypatch.setattr("mysocial.core.ids.time.time_ns", lambda: 9_000_000_000_000_000_000 // 2)
    body = {"username": "late", "email": "late@example.com", "password": "correct-horse-battery"}
    response = await call(anonymous.post, "signup", body)
    monkeypatch.undo()
    data = response.json()
    late = Person(data["user"]["id"], "late", data["access"])
    post = await call(alice.create_post, "New")
    events = await replay(connected, late, response.headers["X-Event-Cursor"], "feed")
    assert [event["data"] for event in events] == [post]
