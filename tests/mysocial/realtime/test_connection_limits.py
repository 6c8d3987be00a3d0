"""Limits of connections and topics, per member and per network."""

import contextlib
import json

import httpx
import pytest
from asgiref.sync import sync_to_async
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from mysocial.core import mongo
from mysocial.core.errors import TooManyConnections
from mysocial.persistence import flush
from mysocial.realtime.connection_limits import ConnectionLimits
from mysocial.realtime.dispatcher import get_dispatcher
from mysocial.security_log import SecurityEvent, save_counted_events
from tests.support.people import logged_events, sign_up
from tests.support.socket_clients import TIMEOUT_SECONDS
from tests.support.sockets import Socket
from tests.support.stack import wait_for
from tests.support.web_process import WebProcess

pytestmark = pytest.mark.timeout(120)
TOO_MANY = {"status": 429, "code": "too_many_connections", "errors": []}


def limited_events():
    """Return the member, the limit and the count of the limits in the security log."""
    save_counted_events()
    flush.flush_queue("accounts")
    rows = mongo.find(SecurityEvent, {"outcome": "limited"}, sort=[("_id", 1)])
    return [(row["account_id"], row["detail"], row["count"]) for row in rows]


async def refused_socket(person):
    """Return the frame and the close code of a connection that is refused."""
    socket = Socket("mysocial", person.access)
    assert (await socket.connect(timeout=20))[0]
    frame = await socket.next()
    return frame, await socket.code()


async def test_the_connections_of_a_member_are_bounded(connected, alice, bob, settings):
    settings.MAX_CONNECTIONS_PER_MEMBER = 3
    sockets = [await connected(alice) for _ in range(3)]
    events = await sync_to_async(logged_events)()
    frame, code = await refused_socket(alice)
    assert frame["problem"].items() >= TOO_MANY.items()
    assert (frame["type"], code) == ("error", 4430)
    assert await sync_to_async(logged_events)() == events
    assert await sync_to_async(limited_events)() == [(alice.id, "connections of a member", 1)]
    await connected(bob)  # others are not affected
    await sockets[0].disconnect()
    again = await connected(alice, "feed")
    post = await sync_to_async(bob.create_post)("Still delivered")
    assert (await again.next())["data"] == post


async def test_too_many_frames_are_in_the_security_log(connected, alice):
    socket = await connected(alice)
    for _ in range(40):
        await socket.send_to(text_data=json.dumps({"type": "ping", "cid": "1"}))
    assert await socket.code() == 4429
    assert await sync_to_async(limited_events)() == [(alice.id, "frames of a connection", 1)]


async def test_the_topics_of_all_connections_of_a_member_are_bounded(connected, alice, settings):
    settings.MAX_TOPICS_PER_MEMBER = 7  # two of each connection are its own
    first = await connected(alice, "feed", "home")
    second = await connected(alice, "feed")
    refused = await second.ask(type="subscribe", cid="x", topic="home")
    assert refused["problem"]["detail"] == "At most 7 topics on all of your connections."
    resume = await second.ask(type="resume", cid="y", cursor="0" * 8 + ":1", topics=["home"])
    assert resume["problem"]["code"] == "invalid"
    assert (await second.ask(type="subscribe", cid="x", topic="feed"))["type"] == "ok"
    assert (await first.ask(type="unsubscribe", cid="x", topic="home"))["type"] == "ok"
    assert (await second.ask(type="subscribe", cid="x", topic="home"))["type"] == "ok"
    limits = get_dispatcher().limits
    assert (limits._topics[alice.id], limits._members[alice.id]) == (7, 2)
    for socket in (first, second):
        await socket.disconnect()
    assert (limits._topics, limits._members, limits._networks) == ({}, {}, {})


def test_an_ipv6_client_is_counted_by_its_networks(settings):
    settings.MAX_CONNECTIONS_PER_ADDRESS = 2
    limits = ConnectionLimits()
    limits.add_address("2001:db8:1:2::1")
    limits.add_address("2001:db8:1:2::2")
    with pytest.raises(TooManyConnections):
        limits.add_address("2001:db8:1:2::3")
    for segment in range(3, 6):  # three other /64 of the same /56
        for number in range(2):
            limits.add_address(f"2001:db8:1:{segment}::{number}")
    with pytest.raises(TooManyConnections):
        limits.add_address("2001:db8:1:9::1")
    limits.remove_address("2001:db8:1:2::1")
    limits.add_address("2001:db8:1:9::1")
    for _ in range(1000):
        limits.add_address("127.0.0.1")


# A real server, as behind a proxy ----------------------------------------------------------------


@pytest.fixture(scope="module")
def site(_servers):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRUSTED_PROXIES", "1")
        patch.setenv("MAX_CONNECTIONS_PER_ADDRESS", "5")
        with WebProcess() as running:
            yield running


def open_socket(site, person, address):
    client = connect(
        site.url,
        subprotocols=["mysocial", person.access],
        additional_headers={"X-Forwarded-For": f"203.0.113.99, {address}"},
    )
    return client, json.loads(client.recv(TIMEOUT_SECONDS))


def test_the_connections_from_an_address_are_bounded(site):
    people = [sign_up(f"member{number}") for number in range(2)]
    with contextlib.ExitStack() as ends:
        for number in range(5):
            client, frame = open_socket(site, people[number % 2], "198.51.100.7")
            ends.callback(client.close)
            assert frame["type"] == "ok"
        with pytest.raises(ConnectionClosed) as closed:
            open_socket(site, people[0], "198.51.100.7")
        assert closed.value.rcvd.code == 4430
        headers = {"Authorization": f"Bearer {people[0].access}", "X-Forwarded-For": "198.51.100.7"}
        url = f"http://localhost:{site.port}/api/events?topics=feed"
        refused = httpx.get(url, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_connections")
        assert limited_events() == [("", "connections of a network", 2)]
        client, frame = open_socket(site, people[0], "198.51.100.8")
        ends.callback(client.close)
        assert frame["type"] == "ok"

    def is_admitted():
        with httpx.stream("GET", url, headers=headers) as stream:
            return stream.status_code == 200

    wait_for(is_admitted, within=TIMEOUT_SECONDS, name="the end of the connections")
