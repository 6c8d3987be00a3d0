"""Flow control: the memory and the turns that slow clients take."""

import asyncio
import contextlib
import json
import socket
import threading

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from mysocial.realtime import replay
from mysocial.realtime.event_buffer import MAX_BUFFERED_BYTES
from mysocial.realtime.replay import MAX_BYTES, AudienceFilter, events_since
from mysocial.realtime.replay_queue import run_replay_step
from mysocial.store import reads, write
from posts.events import PostUpdated
from posts.store import posts
from tests.mysocial.realtime.test_slow_clients import StalledTransport, subscribe_to_feed
from tests.support.people import Person, sign_up
from tests.support.socket_clients import TIMEOUT_SECONDS, wait_for_new_event_log
from tests.support.web_process import WebProcess

TEXT = "𝄞" * 4900  # 20 KB
MEBIBYTE = 1024 * 1024


def cursor_of(person: Person) -> str:
    return str(person.get("posts").headers["X-Event-Cursor"])


def announce_updates(post_id: str, count: int) -> None:
    """Append events of a post to the log, as if it had been edited."""
    post = reads.get_record(posts, post_id)
    for _ in range(count // 10):
        with write() as w:
            for _ in range(10):
                w.announce(PostUpdated(post.id, post.author_id, post.privacy, ""))


def test_a_portion_of_missed_events_is_bounded_in_bytes(alice, bob):
    start = cursor = cursor_of(bob)
    text = "𝄞" * 850  # the log has a copy of events up to 4 KiB
    written = [alice.create_post(f"{number} {text}")["id"] for number in range(50)]
    topics = ["feed", "home", f"user:{alice.id}"]
    ids, portions = [], 0
    while True:
        missed = events_since(cursor, topics, bob.id)
        cursor, portions = missed.cursor, portions + 1
        sizes = [sum(map(len, entry.fields.values())) for entry in missed.entries]
        assert sum(sizes[:-1]) < MAX_BYTES
        frames = AudienceFilter(cursor[:8], bob.id).filter(missed.entries)
        ids += [json.loads(frame)["data"]["id"] for _, _, frame in frames]
        assert missed.entries == []
        if not missed.more:
            break
    assert ids == written
    assert portions > 2
    assert events_since(start, [], bob.id).entries == []


def test_the_frames_of_a_step_are_bounded_in_bytes(alice, bob, monkeypatch):
    cursor = cursor_of(bob)
    for number in range(4):
        alice.create_post(str(number))
    missed = events_since(cursor, ["feed"], bob.id)
    audience_filter = AudienceFilter(cursor[:8], bob.id)
    monkeypatch.setattr(replay, "MAX_BYTES", 1)
    frames = []
    for left in (3, 2, 1, 0):
        (frame,) = audience_filter.filter(missed.entries)
        frames.append(json.loads(frame[2])["data"]["text"])
        assert len(missed.entries) == left
    assert frames == ["0", "1", "2", "3"]


async def test_the_replays_of_one_member_do_not_delay_another_member():
    may_continue = threading.Event()
    steps = [asyncio.create_task(run_replay_step("a", may_continue.wait, 50)) for _ in range(20)]
    await asyncio.sleep(0)
    assert await asyncio.wait_for(run_replay_step("b", str.upper, "b"), TIMEOUT_SECONDS) == "B"
    assert not any(step.done() for step in steps)
    may_continue.set()
    assert await asyncio.gather(*steps) == [True] * 20


async def test_the_events_that_are_buffered_for_a_client_are_bounded_in_bytes(connected, alice):
    await connected(alice)
    transport = StalledTransport()
    subscription = subscribe_to_feed(alice, transport)
    frame = "x" * (MAX_BUFFERED_BYTES // 4)
    for offset in range(1, 6):  # one is being sent
        subscription.deliver("post.created", offset, frame)
        await asyncio.sleep(0)
    assert (transport.codes, subscription.topics != set()) == ([], True)
    subscription.deliver("post.created", 6, frame)
    await asyncio.sleep(0)
    assert (transport.codes, subscription.topics, len(subscription._buffer)) == ([4408], set(), 0)


@pytest.mark.timeout(180)
@pytest.mark.usefixtures("_servers")
def test_slow_clients_that_resume_take_a_bounded_amount_of_memory(alice):
    """Without portions each of the 40 would hold 6 MB of missed events."""
    with WebProcess() as site, contextlib.ExitStack() as ends:
        members = [sign_up(f"slow{number}") for number in range(4)]
        wait_for_new_event_log(site.url, alice)
        cursor = cursor_of(alice)
        announce_updates(alice.create_post(TEXT)["id"], 300)
        wait_for_new_event_log(site.url, alice)  # it has come to the end of the log
        before = site.resident_bytes()
        clients = [resume_slowly(site, person, cursor, ends) for person in members * 10]
        for client in clients:
            assert json.loads(client.recv(TIMEOUT_SECONDS))["recovered"] is True
        for client in clients:  # each takes an event and then stops
            assert json.loads(client.recv(TIMEOUT_SECONDS))["type"] == "post.created"
        assert site.resident_bytes() - before < 40 * MEBIBYTE
        # A client that reads on receives every event.
        types = []
        with contextlib.suppress(ConnectionClosed):
            while not types or types[-1] != "live":
                types.append(json.loads(clients[0].recv(TIMEOUT_SECONDS))["type"])
        assert (types.count("post.updated"), types[-1]) == (300, "live")


def resume_slowly(site, person, cursor, ends):
    """Resume on a connection with small buffers; return it."""
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    narrow.connect(("127.0.0.1", site.port))
    offered = ["mysocial", person.access]
    client = connect(site.url, subprotocols=offered, sock=narrow, max_queue=1, ping_interval=None)
    ends.callback(narrow.close)
    client.recv(TIMEOUT_SECONDS)
    client.send(json.dumps({"type": "resume", "cid": "r", "cursor": cursor, "topics": ["feed"]}))
    return client
