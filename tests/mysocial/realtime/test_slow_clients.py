"""Clients that read nothing or are gone, and the effect on other clients."""

import asyncio

import pytest
from asgiref.sync import sync_to_async

from mysocial.realtime import event_buffer
from mysocial.realtime.auth import AuthenticatedSession
from mysocial.realtime.dispatcher import get_dispatcher
from mysocial.realtime.event_buffer import MAX_BUFFERED
from mysocial.realtime.subscription import Subscription

CLOSE_TIMEOUT_SECONDS = 20


class GoneTransport:
    """The transport of a client that has just gone: its server raises an error of its own."""

    def __init__(self):
        self.codes = []
        self.ended = asyncio.Event()

    async def send_event(self, kind, frame):
        raise RuntimeError("Attempt to send on a closed protocol")

    async def end(self, code):
        self.codes.append(code)
        self.ended.set()
        raise RuntimeError("Attempt to close a closed protocol")


class StalledTransport(GoneTransport):
    """The transport of a client that reads nothing."""

    async def send_event(self, kind, frame):
        await asyncio.Event().wait()


class RecordingTransport(GoneTransport):
    """The transport of a client that reads everything."""

    def __init__(self):
        super().__init__()
        self.event_types = []

    async def send_event(self, kind, frame):
        self.event_types.append(kind)


def subscribe_to_feed(person, transport):
    """Return the subscription of a client of the feed."""
    session = AuthenticatedSession(person.id, "0" * 24)
    subscription = Subscription(get_dispatcher(), session, transport)
    subscription.join("feed")
    subscription.go_live()
    return subscription


@pytest.mark.parametrize(
    ("transport_class", "codes"), [(GoneTransport, [4408]), (StalledTransport, [])]
)
async def test_a_client_that_reads_nothing_does_not_delay_the_others(
    connected, alice, bob, transport_class, codes
):
    first = await connected(alice, "feed")
    transports = [transport_class() for _ in range(5)]
    subscriptions = [subscribe_to_feed(bob, transport) for transport in transports]
    last = await connected(bob, "feed")
    posts = [await sync_to_async(alice.create_post)(text) for text in ("one", "two")]
    for socket in (first, last):
        events = [await socket.next(), await socket.next()]
        assert [event["data"] for event in events] == posts
    for transport in transports if codes else ():
        await asyncio.wait_for(transport.ended.wait(), CLOSE_TIMEOUT_SECONDS)
    assert [transport.codes for transport in transports] == [codes] * 5
    for subscription in subscriptions:
        subscription.close()


async def test_at_most_a_thousand_events_are_buffered_for_a_client(connected, alice):
    await connected(alice)
    transport = StalledTransport()
    subscription = subscribe_to_feed(alice, transport)
    for offset in range(1, MAX_BUFFERED + 2):  # one is being sent
        subscription.deliver("post.created", offset, "{}")
        await asyncio.sleep(0)
    assert (transport.codes, subscription.topics != set()) == ([], True)
    subscription.deliver("post.created", MAX_BUFFERED + 2, "{}")
    await asyncio.sleep(0)
    assert (transport.codes, subscription.topics, len(subscription._buffer)) == ([4408], set(), 0)


async def test_the_end_of_a_session_is_sent_at_once_after_the_sign_in(alice):
    transport = RecordingTransport()
    session = AuthenticatedSession(alice.id, "0" * 24)
    subscription = Subscription(get_dispatcher(), session, transport)  # it holds events back
    subscription.deliver("post.created", 1, "{}")
    await asyncio.sleep(0.01)
    assert transport.event_types == []
    subscription.deliver("session.ended", 2, "{}")
    await asyncio.sleep(0.01)
    assert (transport.event_types, transport.codes) == (["post.created", "session.ended"], [4401])


class StoppingTransport(RecordingTransport):
    """The transport of a client that takes one event, and the others after `may_continue`."""

    def __init__(self):
        super().__init__()
        self.has_stopped, self.may_continue = asyncio.Event(), asyncio.Event()

    async def send_event(self, kind, frame):
        await super().send_event(kind, frame)
        self.has_stopped.set()
        await self.may_continue.wait()


async def ignore(_reply):
    """Take a reply of a resume."""


async def stop_and_block(alice, bob, transport, monkeypatch):
    """Wait until the client has stopped, block its member, and let the client go on."""
    await asyncio.wait_for(transport.has_stopped.wait(), CLOSE_TIMEOUT_SECONDS)
    await sync_to_async(alice.put)(f"users/{bob.id}/block")
    monkeypatch.setattr(event_buffer, "MAX_AUDIENCE_AGE_SECONDS", 0.0)
    transport.may_continue.set()


async def test_a_stalled_resume_sends_nothing_more_of_a_member_who_blocks(
    connected, alice, bob, monkeypatch
):
    await connected(bob)
    cursor = (await sync_to_async(bob.get)("posts")).headers["X-Event-Cursor"]
    for text in ("one", "two", "three"):
        await sync_to_async(alice.create_post)(text)
    transport = StoppingTransport()
    session = AuthenticatedSession(bob.id, "0" * 24)
    subscribed = Subscription(get_dispatcher(), session, transport)
    resumed = asyncio.create_task(subscribed.resume(cursor, ["feed"], ignore, ignore))
    await stop_and_block(alice, bob, transport, monkeypatch)
    await asyncio.wait_for(resumed, CLOSE_TIMEOUT_SECONDS)
    assert transport.event_types[0] == "post.created"
    assert "post.created" not in transport.event_types[1:]
    subscribed.close()


async def test_live_events_that_wait_for_a_slow_client_are_not_sent_after_a_block(
    connected, alice, bob, monkeypatch
):
    await connected(bob)
    transport = StoppingTransport()
    subscribe_to_feed(bob, transport)
    for text in ("one", "two", "three"):
        await sync_to_async(alice.create_post)(text)
    watcher = await connected(alice, "feed")  # the dispatcher has delivered what came before
    await sync_to_async(alice.create_post)("four")
    await watcher.next()
    await stop_and_block(alice, bob, transport, monkeypatch)
    await asyncio.wait_for(transport.ended.wait(), CLOSE_TIMEOUT_SECONDS)
    assert (transport.event_types, transport.codes) == (["post.created"], [4408])
