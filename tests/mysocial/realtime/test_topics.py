"""Topics: at connect, one by one, several at once, and a set that replaces another."""

import json

import pytest
from asgiref.sync import sync_to_async

from mysocial.realtime.dispatcher import get_dispatcher
from mysocial.realtime.protocol import MAX_TOPICS
from tests.support.people import logged_events
from tests.support.sockets import Socket

OK = {"type": "ok", "cid": "1"}
MANY = [f"post:{number:024x}" for number in range(MAX_TOPICS)]


def topic_count(person):
    """Return the number of topics of a member's connections, without their own."""
    limits = get_dispatcher().limits
    return limits._topics[person.id] - 2 * limits._members[person.id]


async def receives(socket, author):
    """Return whether the socket receives a new post."""
    # The first command ends the time in which events are held back for a `resume`.
    assert (await socket.ask(type="ping", cid="p"))["cid"] == "p"
    post = await sync_to_async(author.create_post)("x")
    if await socket.receive_nothing(timeout=0.3):
        return False
    assert (await socket.next())["data"]["id"] == post["id"]
    return True


# At connect --------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["topics=feed,presence", "topics=feed&topics=presence,,feed"])
async def test_a_connection_starts_with_the_topics_of_its_address(connected, alice, bob, query):
    socket = await connected(bob, path=f"/ws?{query}")
    assert topic_count(bob) == 2
    assert await receives(socket, alice)
    assert await socket.ask(type="unsubscribe", cid="1", topic="feed") == OK
    assert not await receives(socket, alice)


async def test_the_topics_of_the_address_are_joined_after_authentication(connected, alice, bob):
    socket = await connected(path="/ws?topics=feed")
    await sync_to_async(alice.create_post)("Before authentication")
    assert await socket.receive_nothing(timeout=0.2)
    reply = await socket.ask(type="auth", cid="a", token=bob.access)
    assert reply == {"type": "ok", "cid": "a", "user_id": bob.id}
    assert await receives(socket, alice)


async def test_a_resume_includes_the_topics_of_the_address(connected, alice, bob):
    read = await sync_to_async(bob.get)("posts")
    post = await sync_to_async(alice.create_post)("Missed")
    socket = await connected(bob, path="/ws?topics=feed")
    cursor = read["X-Event-Cursor"]
    assert (await socket.ask(type="resume", cid="1", cursor=cursor))["recovered"] is True
    assert (await socket.next())["data"]["id"] == post["id"]
    assert (await socket.next())["type"] == "live"


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("topics=everything", "Invalid topic."),
        ("topics=feed,self:000000000000000000000000", "Invalid topic."),
        ("topics=" + ",".join([*MANY, "feed"]), "At most 100 topics."),
        ("topics=" + "feed," * (MAX_TOPICS + 1), "At most 100 topics."),
    ],
)
async def test_an_address_with_invalid_topics_is_refused(connected, alice, query, detail):
    before = await sync_to_async(logged_events)()
    socket = Socket("mysocial", alice.access, path=f"/ws?{query}")
    assert (await socket.connect(timeout=20))[0]
    problem = (await socket.next())["problem"]
    assert (problem["code"], problem["errors"]) == (
        "invalid", [{"field": "topics", "detail": detail}],
    )  # fmt: skip
    assert await socket.code() == 4400
    assert (topic_count(alice), await sync_to_async(logged_events)()) == (0, before)


async def test_too_many_topics_in_an_address_leave_the_connection_open(
    connected, alice, bob, settings
):
    settings.MAX_TOPICS_PER_MEMBER = 8  # two of each connection are its own
    socket = await connected(bob, path="/ws?topics=feed,home,presence")
    assert topic_count(bob) == 3
    second = await connected(path="/ws?topics=feed,home")
    assert (await second.ask(type="auth", cid="a", token=bob.access))["user_id"] == bob.id
    refused = await second.next()
    assert (refused["cid"], refused["problem"]["code"]) == ("a", "invalid")
    assert topic_count(bob) == 3
    assert await second.ask(type="ping", cid="1") == OK
    assert await receives(socket, alice)
    assert await second.receive_nothing(timeout=0.2)


# Several at once ---------------------------------------------------------------------------------


async def test_a_list_of_topics_is_joined_and_left_at_once(connected, alice, bob):
    socket = await connected(bob)
    assert await socket.ask(type="subscribe", cid="1", topics=["feed", "home", *MANY[:50]]) == OK
    assert topic_count(bob) == 52
    assert await receives(socket, alice)
    assert await socket.ask(type="unsubscribe", cid="1", topics=["feed", *MANY[:50]]) == OK
    assert topic_count(bob) == 1
    assert not await receives(socket, alice)
    assert await socket.ask(type="unsubscribe", cid="1", topics=["feed"]) == OK  # not subscribed
    assert await socket.ask(type="subscribe", cid="1", topics=[]) == OK
    assert topic_count(bob) == 1


async def test_a_list_can_replace_all_topics(connected, alice, bob):
    socket = await connected(bob)
    assert await socket.ask(type="subscribe", cid="1", topics=["feed", *MANY[:60]]) == OK
    replaced = ["home", *MANY[50:]]
    assert await socket.ask(type="subscribe", cid="1", topics=replaced, replace=True) == OK
    assert topic_count(bob) == len(replaced) == 51
    assert not await receives(socket, alice)
    assert await socket.ask(type="subscribe", cid="1", topic="feed", replace=True) == OK
    assert topic_count(bob) == 1
    assert await receives(socket, alice)
    assert await socket.ask(type="subscribe", cid="1", topics=[], replace=True) == OK
    assert topic_count(bob) == 0
    assert not await receives(socket, alice)
    await sync_to_async(alice.put)(f"users/{bob.id}/follow")
    assert (await socket.next())["type"] == "follow.created"  # their own topic stays


async def test_a_refused_list_changes_nothing(connected, alice, bob, settings):
    settings.MAX_TOPICS_PER_MEMBER = 150
    socket, other = await connected(bob), await connected(bob)
    assert await socket.ask(type="subscribe", cid="1", topics=["feed", *MANY[:20]]) == OK
    for command in (
        {"topics": MANY[:81] + MANY[20:]},  # 101 in the command
        {"topics": [*MANY[20:], "home", "presence"]},  # 103 on the connection
        {"topics": ["home", "nothing"]},
        {"topics": ["home"], "topic": "presence"},
        {"topics": None},
        {"topics": None, "replace": True},
        {"topics": ["home"], "replace": "yes"},
    ):
        reply = await socket.ask(type="subscribe", cid="1", **command)
        assert (reply["type"], reply["problem"]["code"]) == ("error", "invalid"), command
        assert topic_count(bob) == 21
    for command in ({"topics": MANY[:126]}, {"topics": MANY, "replace": True}):
        reply = await other.ask(type="subscribe", cid="1", **command)
        assert reply["type"] == "ok" if len(command["topics"]) == 100 else "error"
    assert topic_count(bob) == 121
    reply = await socket.ask(type="subscribe", cid="1", topics=MANY[20:60])
    assert reply["problem"]["detail"] == "At most 150 topics on all of your connections."
    assert topic_count(bob) == 121
    assert await receives(socket, alice)


async def test_a_list_may_reach_each_limit(connected, alice, bob, settings):
    settings.MAX_TOPICS_PER_MEMBER = 2 * MAX_TOPICS + 4
    first, second = await connected(bob), await connected(bob)
    for socket in (first, second):
        assert await socket.ask(type="subscribe", cid="1", topics=MANY) == OK
    assert topic_count(bob) == 2 * MAX_TOPICS
    # At the limit, a set can still be replaced by another of the same size.
    other = [f"user:{number:024x}" for number in range(MAX_TOPICS)]
    assert await first.ask(type="subscribe", cid="1", topics=other, replace=True) == OK
    assert topic_count(bob) == 2 * MAX_TOPICS
    assert len(json.dumps({"type": "subscribe", "cid": "1", "topics": MANY})) < 16 * 1024
    for socket in (first, second):
        await socket.disconnect()
    assert get_dispatcher().limits._topics == {}


@pytest.mark.parametrize(
    ("frame", "field"),
    [
        ('{"type":"subscribe","cid":"1"}', "topics"),
        ('{"type":"unsubscribe","cid":"1"}', "topics"),
        ('{"type":"subscribe","cid":"1","topic":"feed","topics":["home"]}', "topics"),
        ('{"type":"subscribe","cid":"1","topics":["home",1]}', "topics.1"),
        ('{"type":"subscribe","cid":"1","topics":"feed"}', "topics"),
        ('{"type":"subscribe","cid":"1","topic":"feed","replace":1}', "replace"),
        ('{"type":"unsubscribe","cid":"1","topic":"feed","replace":true}', "replace"),
    ],
)
async def test_an_invalid_command_names_its_field(connected, alice, frame, field):
    socket = await connected(alice)
    await socket.send_to(text_data=frame)
    errors = (await socket.next())["problem"]["errors"]
    assert [error["field"] for error in errors] == [field]
    assert topic_count(alice) == 0
