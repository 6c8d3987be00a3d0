"""Large events and packed events, as clients receive them."""

import pytest
from asgiref.sync import sync_to_async

from mysocial.core.redis import client
from mysocial.persistence import packing
from mysocial.persistence.packing import EVENTS_PER_BLOCK
from mysocial.realtime.dispatcher import get_dispatcher
from tests.mysocial.realtime.test_resume import cursor_of, live, receive, resume

LARGE_TEXT = "😀" * 2000  # 8 KB
create = sync_to_async


async def test_a_large_event_is_delivered_and_replayed_with_its_text(connected, alice, bob):
    read = await create(bob.get)("posts")
    socket = await connected(bob, "feed")
    post = await create(alice.create_post)(LARGE_TEXT)
    (event,) = await receive(socket, 1)
    assert (event["type"], event["data"]) == ("post.created", post)
    assert all(b"data" not in fields for _, fields in client().xrange("events"))

    again = await connected(bob)
    assert (await resume(again, cursor_of(read), "feed"))["recovered"] is True
    assert await receive(again, 1) == [event]
    await live(again)


async def test_packed_events_are_sent_to_a_client_that_resumes(connected, alice, bob):
    read = await create(bob.get)("posts")
    posts = [await create(alice.create_post)(str(number)) for number in range(EVENTS_PER_BLOCK)]
    assert await create(packing.pack_old_events)(min_age_seconds=-1) == EVENTS_PER_BLOCK
    posts.append(await create(alice.create_post)("Recent"))

    socket = await connected(bob)
    assert (await resume(socket, cursor_of(read), "feed"))["recovered"] is True
    events = await receive(socket, len(posts))
    assert [event["data"] for event in events] == posts
    await live(socket)


@pytest.mark.parametrize("is_behind", [True, False])
async def test_clients_resume_if_events_were_packed_that_their_process_has_not_read(
    connected, alice, bob, is_behind
):
    socket = await connected(bob, "feed")
    for number in range(EVENTS_PER_BLOCK):
        await create(alice.create_post)(str(number))
    events = await receive(socket, EVENTS_PER_BLOCK)
    assert await create(packing.pack_old_events)(min_age_seconds=-1) == EVENTS_PER_BLOCK
    if is_behind:
        get_dispatcher()._position = events[-2]["id"].partition(":")[2].encode() + b"-0"
    post = await create(alice.create_post)("Next")
    if is_behind:
        assert await socket.code() == 4408
        socket = await connected(bob)
        assert (await resume(socket, events[-2]["id"], "feed"))["recovered"] is True
        assert (await receive(socket, 1)) == [events[-1]]
    assert (await socket.next())["data"] == post
