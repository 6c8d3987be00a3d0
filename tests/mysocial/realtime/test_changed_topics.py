"""`subscribe` with a cursor: which of the new topics have changed since the client read them."""

import pytest
from asgiref.sync import sync_to_async

MAX_ENTRIES = 100  # of one portion of the log


@pytest.fixture
def posts(alice):
    """Two posts of alice."""
    return [alice.create_post(text) for text in ("Quiet", "Loud")]


def topic_of(post):
    return f"post:{post['id']}"


async def read_cursor(person):
    response = await sync_to_async(person.get)("posts")
    return str(response["X-Event-Cursor"])


async def react(person, post, kind="like"):
    path = f"posts/{post['id']}/reaction"
    response = await sync_to_async(person.put)(path, {"type": kind})
    assert response.status_code == 200


async def subscribe(socket, cursor, *topics, **fields):
    """Subscribe and return the reply."""
    command = {"type": "subscribe", "cid": "1", "topics": list(topics), **fields}
    return await socket.ask(**command, cursor=cursor)


async def test_only_topics_with_events_since_the_cursor_have_changed(connected, alice, bob, posts):
    quiet, loud = posts
    before = await read_cursor(bob)
    await react(alice, loud)
    socket = await connected(bob)
    reply = await subscribe(socket, before, topic_of(quiet), topic_of(loud), "feed")
    assert reply == {"type": "ok", "cid": "1", "changed": [topic_of(loud)]}
    await react(alice, quiet)  # from now on, events arrive
    assert (await socket.next())["data"]["post_id"] == quiet["id"]


async def test_nothing_has_changed_since_the_latest_cursor(connected, alice, bob, posts):
    await react(alice, posts[1])
    socket = await connected(bob)
    reply = await subscribe(socket, await read_cursor(bob), *map(topic_of, posts))
    assert reply["changed"] == []


async def test_a_topic_that_was_subscribed_before_is_not_named(connected, alice, bob, posts):
    before = await read_cursor(bob)
    socket = await connected(bob)
    assert (await subscribe(socket, before, topic_of(posts[0])))["changed"] == []
    await react(alice, posts[0])
    assert (await socket.next())["type"] == "reaction.changed"
    topics = list(map(topic_of, posts))
    assert (await subscribe(socket, before, *topics, replace=True))["changed"] == []


async def test_an_event_that_the_member_may_not_see_changes_nothing(connected, alice, bob):
    hidden = await sync_to_async(alice.create_post)("Mine", privacy="private")
    before = await read_cursor(bob)
    await react(alice, hidden)
    unknown = "post:" + "0" * 24
    socket = await connected(bob)
    assert (await subscribe(socket, before, topic_of(hidden), unknown))["changed"] == []
    own = await connected(alice)
    assert (await subscribe(own, before, topic_of(hidden)))["changed"] == [topic_of(hidden)]


async def test_a_change_after_many_invisible_ones_is_found(connected, alice, bob, posts):
    hidden = await sync_to_async(alice.create_post)("Mine", privacy="private")
    before = await read_cursor(bob)
    for number in range(MAX_ENTRIES + 1):
        await react(alice, hidden, ("like", "love")[number % 2])
    await react(alice, posts[0])
    socket = await connected(bob)
    reply = await subscribe(socket, before, topic_of(hidden), topic_of(posts[0]))
    assert reply["changed"] == [topic_of(posts[0])]


async def test_after_a_restart_of_the_log_every_topic_may_have_changed(connected, bob, posts):
    socket = await connected(bob)
    topics = sorted(map(topic_of, posts))
    _, _, offset = (await read_cursor(bob)).partition(":")
    assert (await subscribe(socket, f"00000000:{offset}", *topics))["changed"] == topics


@pytest.mark.parametrize(("age_seconds", "is_searched"), [(500, True), (601, False)])
async def test_since_an_old_cursor_every_topic_may_have_changed(
    connected, bob, posts, age_seconds, is_searched
):
    socket = await connected(bob)
    topics = sorted(map(topic_of, posts))
    epoch, _, offset = (await read_cursor(bob)).partition(":")
    cursor = f"{epoch}:{int(offset) - age_seconds * 1_000_000}"
    changed = (await subscribe(socket, cursor, *topics))["changed"]
    assert changed == topics  # they were created since, too
    unknown = "post:" + "0" * 24
    changed = (await subscribe(socket, cursor, unknown))["changed"]
    assert changed == ([] if is_searched else [unknown])


async def test_an_invalid_cursor_is_refused_and_changes_no_topics(connected, alice, bob, posts):
    socket = await connected(bob)
    reply = await subscribe(socket, "yesterday", topic_of(posts[0]))
    assert reply["problem"]["errors"] == [{"field": "cursor", "detail": "Invalid cursor."}]
    await react(alice, posts[0])
    assert await socket.receive_nothing(timeout=0.3)
