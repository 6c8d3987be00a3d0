"""The events of the Python client with a real server, which is killed and restarted."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from mysocial_client import Event, EventClient, Rejected, Resync, Subscribed

from tests.support.people import Person
from tests.support.socket_clients import wait_for_new_event_log
from tests.support.stack import wait_for
from tests.support.web_process import WebProcess

pytestmark = pytest.mark.timeout(180)
EventQueue = asyncio.Queue[Event | Resync | Subscribed]


@pytest.fixture(scope="module")
def site(_servers: None) -> Iterator[WebProcess]:
    with WebProcess() as running:
        yield running


async def no_refresh() -> None:
    raise AssertionError("The token is valid.")


def make_client(site: WebProcess, person: Person, **options: Any) -> EventClient:
    """Return a client whose cursor is that of a read by the person now."""
    defaults = {
        "cursor": person.get("posts").headers["X-Event-Cursor"],
        "get_access_token": lambda: person.access,
        "refresh_access_token": no_refresh,
        "topics": ["feed"],
    }
    return EventClient(site.url, **{**defaults, **options})


@contextlib.asynccontextmanager
async def listening(client: EventClient) -> AsyncIterator[EventQueue]:
    """Put what the client receives into a queue, in the background."""
    queue: EventQueue = asyncio.Queue()

    async def listen() -> None:
        async with contextlib.aclosing(client.listen()) as events:
            async for event in events:
                queue.put_nowait(event)

    task = asyncio.create_task(listen())
    yield queue
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def take(queue: EventQueue, count: int) -> list[Any]:
    """Return the next `count` items; fail if they do not come within a minute."""
    async with asyncio.timeout(60):
        return [await queue.get() for _ in range(count)]


async def create_posts(person: Person, *numbers: int) -> list[dict[str, Any]]:
    return [await asyncio.to_thread(person.create_post, str(number)) for number in numbers]


async def test_no_event_is_lost_or_repeated_when_the_server_is_killed_twice(site, alice, bob):
    client = await asyncio.to_thread(make_client, site, bob)
    async with listening(client) as queue:
        posts = await create_posts(alice, *range(20))
        events = await take(queue, 5)
        site.kill()  # when some or all of them have been sent
        posts += await create_posts(alice, *range(20, 120))
        site.start()
        events += await take(queue, 40)
        site.kill()  # while the client catches up, or just after
        posts += await create_posts(alice, *range(120, 140))
        site.start()
        posts += await create_posts(alice, *range(140, 160))
        events += await take(queue, 160 - len(events))
        posts += await create_posts(alice, 160)
        events += await take(queue, 1)
        await asyncio.sleep(0.5)
        assert queue.empty()
    assert [(event.type, event.data) for event in events] == [
        ("post.created", post) for post in posts
    ]
    assert client.cursor == events[-1].id


async def test_a_rejected_token_is_refreshed_and_no_event_is_missed(site, alice, bob):
    tokens = ["not.valid"]
    refreshes = []

    async def refresh() -> None:
        refreshes.append(True)
        if len(refreshes) == 1:
            raise ConnectionError("The server is not reachable.")
        tokens.append(bob.access)

    client = await asyncio.to_thread(
        make_client,
        site,
        bob,
        get_access_token=lambda: tokens[-1],
        refresh_access_token=refresh,
    )
    posts = await create_posts(alice, 1)
    async with listening(client) as queue:
        events = await take(queue, 1)
        posts += await create_posts(alice, 2)
        events += await take(queue, 1)
    assert [event.data for event in events] == posts
    assert len(refreshes) == 2


async def test_a_client_receives_the_end_of_its_session_and_then_refreshes_its_token(site, bob):
    async def refresh() -> None:
        raise LookupError("Sign in again.")

    # Otherwise the client might have to resume, and reconnect only after the session has ended.
    await asyncio.to_thread(wait_for_new_event_log, site.url, bob)
    client = await asyncio.to_thread(make_client, site, bob, refresh_access_token=refresh)
    async with contextlib.aclosing(client.listen()) as events:
        await create_posts(bob, 1)
        assert (await anext(events)).type == "post.created"  # so it is authenticated
        await asyncio.to_thread(bob.post, "signout")
        assert (await anext(events)).type == "session.ended"
        with pytest.raises(LookupError):
            await anext(events)


async def test_a_client_whose_missed_events_are_lost_gets_a_resync(site, alice, bob):
    await create_posts(alice, 1)
    client = await asyncio.to_thread(make_client, site, bob, cursor="00000000:1")
    async with listening(client) as queue:
        assert await take(queue, 1) == [Resync("epoch_changed")]
        (post,) = await create_posts(alice, 2)
        (event,) = await take(queue, 1)
        assert (event.type, event.data) == ("post.created", post)


async def test_the_cursor_moves_even_if_no_event_is_received(site, alice, bob):
    client = await asyncio.to_thread(make_client, site, bob, topics=[])
    before = client.cursor
    await create_posts(alice, 1)
    newest = (await asyncio.to_thread(bob.get, "posts")).headers["X-Event-Cursor"]
    assert newest != before

    def has_moved() -> bool:
        return client.cursor == newest

    async with listening(client) as queue:
        await asyncio.to_thread(wait_for, has_moved, within=30, name="the cursor")
        assert queue.empty()


async def test_a_rejected_command_is_raised_and_not_repeated(site, bob):
    client = await asyncio.to_thread(make_client, site, bob, topics=["everything"])
    async with asyncio.timeout(30), contextlib.aclosing(client.listen()) as events:
        with pytest.raises(Rejected, match="Invalid frame"):
            await anext(events)


async def test_the_topics_can_be_replaced_while_the_client_listens(site, alice, bob):
    await asyncio.to_thread(wait_for_new_event_log, site.url, bob)
    client = await asyncio.to_thread(make_client, site, bob, topics=["presence"])
    async with listening(client) as queue:
        await create_posts(alice, 1)
        newest = (await asyncio.to_thread(bob.get, "posts")).headers["X-Event-Cursor"]
        # Before, the client would resume with the new topics from a cursor before the post.
        has_moved = lambda: client.cursor == newest  # noqa: E731
        await asyncio.to_thread(wait_for, has_moved, within=30, name="the cursor")
        await client.set_topics(["feed"])
        assert await take(queue, 1) == [Subscribed(("feed",))]
        posts = await create_posts(alice, 2)
        site.kill()
        posts += await create_posts(alice, 3)
        site.start()  # the next connection resumes with the same topics
        events = await take(queue, 2)
    assert [event.data for event in events] == posts
