"""`resume` commands that are refused: they change nothing."""

import pytest
from asgiref.sync import sync_to_async

from tests.mysocial.realtime.test_resume import cursor_of, resume


@pytest.mark.parametrize("cursor", ["", "x", "12345678", "1234567g:1", "12345678:-1", "a" * 40])
async def test_an_invalid_cursor_is_refused(connected, alice, cursor):
    socket = await connected(alice)
    problem = (await resume(socket, cursor))["problem"]
    assert problem["errors"][0]["field"] == "cursor"


async def test_too_many_topics_are_refused_and_none_is_joined(connected, alice, bob):
    read = await sync_to_async(bob.get)("posts")
    socket = await connected(bob, "feed")
    topics = [f"post:{number:024x}" for number in range(100)]
    reply = await resume(socket, cursor_of(read), *topics)
    assert (reply["type"], reply["problem"]["code"]) == ("error", "invalid")
    post = await sync_to_async(alice.create_post)("Still received")
    assert (await socket.next())["data"] == post


async def test_a_resume_after_newer_events_is_a_conflict(connected, alice, bob):
    read = await sync_to_async(bob.get)("posts")
    socket = await connected(bob, "feed")
    await sync_to_async(alice.create_post)("Received")
    await socket.next()
    reply = await resume(socket, cursor_of(read), "feed")
    assert (reply["type"], reply["problem"]["code"]) == ("error", "conflict")
