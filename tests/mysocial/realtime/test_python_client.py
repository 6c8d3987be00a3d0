"""The client of docs/client.py against a server of its own, which is killed and comes back."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from docs.client import Client, Event, ReadAgain, Refused
from tests.support.people import Person
from tests.support.socket_clients import wait_for_new_event_log
from tests.support.stack import wait_for
from tests.support.web_process import WebProcess

pytestmark = pytest.mark.timeout(180)
Heard = asyncio.Queue[Event | ReadAgain]


@pytest.fixture(scope="module")
def site(_servers: None) -> Iterator[WebProcess]:
    with WebProcess() as running:
        yield running


async def never() -> str:
    raise AssertionError("The token is good.")


def client_of(site: WebProcess, person: Person, **changes: Any) -> Client:
    """Return a client that stands where the person has just read."""
    given = {
        "cursor": person.get("posts").headers["X-Event-Cursor"],
        "access": person.access,
        "refresh": never,
        "topics": ["feed"],
    }
    return Client(site.url, **{**given, **changes})


@contextlib.asynccontextmanager
async def listening(client: Client) -> AsyncIterator[Heard]:
    """Give the queue of what the client hears, to which it adds meanwhile."""
    heard: Heard = asyncio.Queue()

    async def listen() -> None:
        async with contextlib.aclosing(client.listen()) as said:
            async for one in said:
                heard.put_nowait(one)

    task = asyncio.create_task(listen())
    yield heard
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def take(heard: Heard, count: int) -> list[Any]:
    """Return the next of what was heard; fails when there is no such number of it."""
    async with asyncio.timeout(60):
        return [await heard.get() for _ in range(count)]


async def write(person: Person, *numbers: int) -> list[dict[str, Any]]:
    return [await asyncio.to_thread(person.create_post, str(number)) for number in numbers]


async def test_no_event_is_lost_and_none_comes_twice_while_the_server_dies_twice(site, alice, bob):
    client = await asyncio.to_thread(client_of, site, bob)
    async with listening(client) as heard:
        posts = await write(alice, *range(20))
        found = await take(heard, 5)
        site.kill()  # with some of them sent, or all
        posts += await write(alice, *range(20, 120))
        site.start()
        found += await take(heard, 40)
        site.kill()  # while the client catches up, or just after
        posts += await write(alice, *range(120, 140))
        site.start()
        posts += await write(alice, *range(140, 160))
        found += await take(heard, 160 - len(found))
        posts += await write(alice, 160)
        found += await take(heard, 1)
        await asyncio.sleep(0.5)
        assert heard.empty()
    assert [(one.type, one.data) for one in found] == [("post.created", post) for post in posts]
    assert client.cursor == found[-1].id


async def test_a_token_that_is_not_taken_is_refreshed_and_nothing_is_missed(site, alice, bob):
    asked = []

    async def refresh() -> str:
        asked.append(True)
        if len(asked) == 1:
            raise ConnectionError("The server is away.")
        return bob.access

    client = await asyncio.to_thread(client_of, site, bob, access="worn.out", refresh=refresh)
    posts = await write(alice, 1)
    async with listening(client) as heard:
        found = await take(heard, 1)
        posts += await write(alice, 2)
        found += await take(heard, 1)
    assert [one.data for one in found] == posts
    assert len(asked) == 2


async def test_a_client_whose_session_ends_hears_it_and_then_asks_for_a_token(site, bob):
    async def refresh() -> str:
        raise LookupError("Sign in again.")

    # Else it might be told to resume, and come back only when the session has ended.
    await asyncio.to_thread(wait_for_new_event_log, site.url, bob)
    client = await asyncio.to_thread(client_of, site, bob, refresh=refresh)
    async with contextlib.aclosing(client.listen()) as said:
        await write(bob, 1)
        assert (await anext(said)).type == "post.created"  # so it is signed in
        await asyncio.to_thread(bob.post, "signout")
        assert (await anext(said)).type == "session.ended"
        with pytest.raises(LookupError):
            await anext(said)


async def test_a_client_that_cannot_be_told_what_it_missed_is_told_to_read_again(site, alice, bob):
    await write(alice, 1)
    client = await asyncio.to_thread(client_of, site, bob, cursor="00000000:1")
    async with listening(client) as heard:
        assert await take(heard, 1) == [ReadAgain("epoch_changed")]
        (post,) = await write(alice, 2)
        (event,) = await take(heard, 1)
        assert (event.type, event.data) == ("post.created", post)


async def test_a_client_that_has_heard_nothing_moves_with_the_log_all_the_same(site, alice, bob):
    client = await asyncio.to_thread(client_of, site, bob, topics=[])
    before = client.cursor
    await write(alice, 1)
    stands = (await asyncio.to_thread(bob.get, "posts")).headers["X-Event-Cursor"]
    assert stands != before

    def has_moved() -> bool:
        return client.cursor == stands

    async with listening(client) as heard:
        await asyncio.to_thread(wait_for, has_moved, within=30, name="the cursor")
        assert heard.empty()


async def test_what_the_server_never_takes_is_raised_and_not_repeated(site, bob):
    client = await asyncio.to_thread(client_of, site, bob, topics=["everything"])
    async with asyncio.timeout(30), contextlib.aclosing(client.listen()) as said:
        with pytest.raises(Refused, match="Invalid frame"):
            await anext(said)
