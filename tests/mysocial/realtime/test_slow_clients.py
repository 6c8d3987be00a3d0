"""Clients of ours that take nothing, or are gone: what that is to them, and to the others."""

import asyncio

import pytest
from asgiref.sync import sync_to_async

from mysocial.realtime.auth import AuthenticatedSession
from mysocial.realtime.dispatcher import get_dispatcher
from mysocial.realtime.subscription import MAX_BUFFERED, Subscription

TOLD_WITHIN = 20  # seconds


class Gone:
    """A client that went in this moment: its server raises an error of its own."""

    def __init__(self):
        self.codes = []
        self.told = asyncio.Event()

    async def send_event(self, kind, frame):
        raise RuntimeError("Attempt to send on a closed protocol")

    async def end(self, code):
        self.codes.append(code)
        self.told.set()
        raise RuntimeError("Attempt to close a closed protocol")


class Asleep(Gone):
    """A client that takes nothing."""

    async def send_event(self, kind, frame):
        await asyncio.Event().wait()


class Awake(Gone):
    """A client that takes everything."""

    def __init__(self):
        super().__init__()
        self.taken = []

    async def send_event(self, kind, frame):
        self.taken.append(kind)


def among_us(person, outlet):
    """Open a client of ours that hears the feed."""
    receiver = Subscription(get_dispatcher(), AuthenticatedSession(person.id, "0" * 24), outlet)
    receiver.join("feed")
    receiver.release()
    return receiver


@pytest.mark.parametrize(("kind", "codes"), [(Gone, [4408]), (Asleep, [])])
async def test_a_client_that_takes_nothing_keeps_no_event_from_the_others(
    connected, alice, bob, kind, codes
):
    first = await connected(alice, "feed")
    outlets = [kind() for _ in range(5)]
    receivers = [among_us(bob, one) for one in outlets]
    last = await connected(bob, "feed")
    posts = [await sync_to_async(alice.create_post)(text) for text in ("one", "two")]
    for socket in (first, last):
        heard = [await socket.next(), await socket.next()]
        assert [event["data"] for event in heard] == posts
    for one in outlets if codes else ():
        await asyncio.wait_for(one.told.wait(), TOLD_WITHIN)
    assert [one.codes for one in outlets] == [codes] * 5
    for one in receivers:
        one.close()


async def test_for_a_client_that_takes_nothing_not_more_than_a_thousand_events_wait(
    connected, alice
):
    await connected(alice)
    outlet = Asleep()
    receiver = among_us(alice, outlet)
    for offset in range(1, MAX_BUFFERED + 2):  # one is on its way
        receiver.deliver("post.created", offset, "{}")
        await asyncio.sleep(0)
    assert (outlet.codes, receiver.topics != set()) == ([], True)
    receiver.deliver("post.created", MAX_BUFFERED + 2, "{}")
    await asyncio.sleep(0)
    assert (outlet.codes, receiver.topics, len(receiver._buffer)) == ([4408], set(), 0)


async def test_who_signed_in_just_now_is_told_at_once_that_the_session_has_ended(alice):
    outlet = Awake()
    receiver = Subscription(
        get_dispatcher(), AuthenticatedSession(alice.id, "0" * 24), outlet
    )  # it holds back, as yet
    receiver.deliver("post.created", 1, "{}")
    await asyncio.sleep(0.01)
    assert outlet.taken == []
    receiver.deliver("session.ended", 2, "{}")
    await asyncio.sleep(0.01)
    assert (outlet.taken, outlet.codes) == (["post.created", "session.ended"], [4401])
