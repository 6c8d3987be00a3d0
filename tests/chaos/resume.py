"""Clients that reconnect while processes are killed: each gets its events in order, once.

Some resume with a cursor that is too old, or of another event log. The server must reject it, send
none of the missed events, and then all new ones. `python -m tests.chaos.resume` runs the long form:
200 clients, 1,000 reconnects, both web processes behind one port, and the worker and Valkey killed
under a load of writes. The test suite runs a short one.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx
from django.conf import settings
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from tests.support.event_listeners import SocketListener, offset
from tests.support.journey import EDITED, Member, Writer, join
from tests.support.shared_objects import shared
from tests.support.stack import Stack

TIMEOUT_SECONDS = 90.0
PRIVACIES = ("public", "followers")
LAPSE_KINDS = ("", "", "", "", "too_old", "epoch_changed")
LAPSE_SHARE = 0.3  # the share of connections of such a client with an invalid cursor
LOG_LENGTH = 2000  # events; more than a client misses between two connections


def invalid_cursor(cursor: str, reason: str) -> str:
    """Return a cursor that the server rejects for a reason; the same one without a reason."""
    epoch, _, place = cursor.partition(":")
    return {
        "": cursor,
        "too_old": f"{epoch}:{int(place) - (settings.EVENT_LOG_SECONDS + 60) * 1_000_000}",
        "epoch_changed": f"{int(epoch, 16) ^ 1:08x}:{place}",
    }[reason]


@dataclass
class Client:
    """A client of a member, which keeps its cursor, reconnects at random and resumes."""

    member: Member
    url: str
    cursor: str
    connection_seconds: float  # average duration of a connection
    lapse: str = ""  # the reason for which its cursor is sometimes rejected
    topics: tuple[str, ...] = ("feed",)
    posts: list[tuple[int, str]] = field(default_factory=list)  # offset, text of a post
    connections: int = 0
    resume_reasons: list[tuple[str, str]] = field(default_factory=list)  # expected, actual
    gaps: list[tuple[int, int]] = field(default_factory=list)  # old cursor, new cursor

    async def run(self, done: asyncio.Event) -> None:
        # A client with an invalid cursor connects late, so that it misses some events.
        pause = 6 * self.connection_seconds * random.uniform(0.2, 0.5) if self.lapse else 0.0
        while not done.is_set():
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))
            try:
                await self._connect_once(done)
                pause = 0.1
            except (OSError, WebSocketException, TimeoutError):
                pause = min(max(pause, 0.1) * 2, 2)

    async def _connect_once(self, done: asyncio.Event) -> None:
        protocols: Any = ["mysocial", self.member.access]
        async with connect(
            self.url, subprotocols=protocols, open_timeout=5, close_timeout=1
        ) as socket:
            message = json.loads(await asyncio.wait_for(socket.recv(), 5))
            if message["type"] != "ok":
                return
            self.connections += 1
            due = self.lapse if not self.gaps or random.random() < LAPSE_SHARE else ""
            cursor = invalid_cursor(self.cursor, due)
            command = {"type": "resume", "cid": "r", "cursor": cursor, "topics": self.topics}
            await socket.send(json.dumps(command))
            until = time.monotonic() + random.uniform(0, 2 * self.connection_seconds)
            while time.monotonic() < until and not done.is_set():
                with contextlib.suppress(TimeoutError):
                    self.handle_frame(json.loads(await asyncio.wait_for(socket.recv(), 0.5)), due)

    def handle_frame(self, frame: dict[str, Any], expected_reason: str) -> None:
        """Handle a frame; `expected_reason` is why the cursor must be rejected, or empty."""
        if "recovered" in frame:
            self.resume_reasons.append((expected_reason, frame.get("reason", "")))
        if frame["type"] == "live":
            if expected_reason:
                self.gaps.append((offset(self.cursor), offset(frame["cursor"])))
            self.cursor = frame["cursor"]
        if "id" in frame:
            self.cursor = frame["id"]
        if frame["type"] == "post.created":
            # A replayed event shows the post as it is now, perhaps after its author edited it.
            self.posts.append((offset(frame["id"]), frame["data"]["text"].removesuffix(EDITED)))

    def is_in_gap(self, place: int) -> bool:
        """Return whether an event is one of those missed because of a rejected cursor."""
        return any(old < place <= new for old, new in self.gaps)


def client_problems(client: Client, expected: dict[str, int]) -> list[str]:
    """Return the problems of a client; `expected` has the offsets of the posts it may see."""
    offsets = [place for place, _ in client.posts]
    texts = {text for _, text in client.posts}
    visible = {text for text, place in expected.items() if not client.is_in_gap(place)}
    wrong = [f"expected {due!r}, got {got!r}" for due, got in client.resume_reasons if due != got]
    if offsets != sorted(set(offsets)):
        wrong.append("out of order, or duplicates")
    missing, foreign = visible - texts, texts - visible
    wrong += [f"{len(missing)} missing: {sorted(missing)[:3]}"] if missing else []
    wrong += [f"{len(foreign)} not allowed: {sorted(foreign)[:3]}"] if foreign else []
    return wrong


def run_reconnects(stack: Stack, *, clients: int, seconds: float, kills: int) -> dict[str, Any]:
    """Let clients reconnect under writes and kills; return the figures.

    Raises:
        AssertionError: a client missed an event or got a wrong one.
    """
    return asyncio.run(_run_reconnects(stack, clients, seconds, kills))


def _create_clients(
    stack: Stack, clients: int, seconds: float
) -> tuple[list[Writer], list[Client]]:
    """Return two writers, of public posts and of posts for followers, and the clients.

    Every other client belongs to a follower of the writers. Two of six have invalid cursors.
    """
    mark = f"{os.getpid()}_{time.monotonic_ns() % 10**6}"
    # Other numbers than those of `kill_and_resume`: both may run on one stack.
    writers = [
        Writer(join(stack, f"w{n}_{mark}"), n, privacy=p) for n, p in enumerate(PRIVACIES, 100)
    ]
    follower, stranger = join(stack, f"f_{mark}"), join(stack, f"s_{mark}")
    for writer in writers:
        url = f"{stack.url}/api/v1/users/{writer.member.id}/follow"
        assert httpx.put(url, json={}, headers=follower.headers, timeout=20).is_success
    read = httpx.get(f"{stack.url}/api/v1/posts", headers=stranger.headers, timeout=20)
    cursor = read.headers["X-Event-Cursor"]
    url = f"{stack.url.replace('http', 'ws')}/ws"
    crowd = [
        Client(
            (follower, stranger)[n % 2], url, cursor, seconds / 6, LAPSE_KINDS[n % len(LAPSE_KINDS)]
        )
        for n in range(clients)
    ]
    return writers, crowd


async def _run_reconnects(stack: Stack, clients: int, seconds: float, kills: int) -> dict[str, Any]:
    writers, crowd = await asyncio.to_thread(_create_clients, stack, clients, seconds)
    follower, stranger = (client.member for client in crowd[:2])
    done = asyncio.Event()
    tasks = [asyncio.create_task(client.run(done)) for client in crowd]
    threads = [threading.Thread(target=writer.run, daemon=True) for writer in writers]
    for thread in threads:
        thread.start()
    await asyncio.to_thread(_kill_processes, stack, seconds, kills)
    for writer in writers:
        writer.stop.set()
    for thread in threads:
        await asyncio.to_thread(thread.join, TIMEOUT_SECONDS)
    assert not [problem for writer in writers for problem in writer.wrong]
    public, followed = (set(writer.first.values()) for writer in writers)
    audiences = {follower.id: public | followed, stranger.id: public}
    complete = await _wait_until_complete(crowd, audiences)
    done.set()
    await asyncio.gather(*tasks)
    _check(crowd, audiences)
    reasons = Counter(reason for client in crowd for _, reason in client.resume_reasons)
    return {
        "clients": clients,
        "connections": sum(client.connections for client in crowd),
        "posts": len(public | followed),
        "events received": sum(len(client.posts) for client in crowd),
        "responses to resume": {
            reason or "recovered": reasons[reason] for reason in sorted(reasons)
        },
        "seconds until all clients were complete": round(complete, 1),
    }


def _kill_processes(stack: Stack, seconds: float, kills: int) -> None:
    wait = threading.Event().wait
    for turn in range(kills):
        wait(seconds / kills)
        for name in ("web-2", "web", "worker"):
            stack.wait_restarted(name, stack.kill(name))
        if turn % 2 == 0:
            stack.wait_restarted("valkey", stack.kill("valkey"))
    wait(seconds / kills)


def _expected(
    crowd: list[Client], audiences: dict[str, set[str]]
) -> Callable[[Client], dict[str, int]]:
    """Return a function that maps a client to the posts it may see, with their offsets."""
    offsets_by_text = {text: place for client in crowd for place, text in client.posts}
    # A post that no client received is missing for all: it gets the greatest offset.
    visible = {
        pk: {text: offsets_by_text.get(text, sys.maxsize) for text in texts}
        for pk, texts in audiences.items()
    }
    return lambda client: visible[client.member.id]


async def _wait_until_complete(crowd: list[Client], audiences: dict[str, set[str]]) -> float:
    """Wait until every client has all its events; return the seconds it took."""
    started_at = time.monotonic()
    while time.monotonic() < started_at + TIMEOUT_SECONDS:
        expected = _expected(crowd, audiences)
        if all((c.gaps or not c.lapse) and not client_problems(c, expected(c)) for c in crowd):
            break
        await asyncio.sleep(0.5)
    return time.monotonic() - started_at


def _check(crowd: list[Client], audiences: dict[str, set[str]]) -> None:
    expected = _expected(crowd, audiences)
    wrong = {n: client_problems(client, expected(client)) for n, client in enumerate(crowd)}
    assert not any(wrong.values()), wrong
    for lapse in set(LAPSE_KINDS):
        clients = [client for client in crowd if client.lapse == lapse]
        _check_detection(max(clients, key=lambda client: len(client.posts)), expected)


def _check_detection(client: Client, expected: Callable[[Client], dict[str, int]]) -> None:
    """Check that a planted gap, duplicate, leak and wrong response are detected."""
    posts, reasons = list(client.posts), list(client.resume_reasons)
    for planted in (posts[:-1], [*posts, posts[-1]], [*posts, (posts[-1][0] + 1, "foreign")]):
        client.posts = planted
        assert client_problems(client, expected(client))
    client.posts = posts
    for wrong in (("too_old", ""), ("epoch_changed", ""), ("", "too_old")):
        client.resume_reasons = [*reasons, wrong]
        assert client_problems(client, expected(client))
    client.resume_reasons = reasons
    if client.gaps:  # a client that was not informed of its gap
        gaps, client.gaps = client.gaps, []
        assert client_problems(client, expected(client))
        client.gaps = gaps


def exceed_event_log(stack: Stack) -> dict[str, Any]:
    """Write until the feed's event log is trimmed; an older cursor must be rejected."""
    reader, *writers = [join(stack, f"member_{n}") for n in range(5)]
    url, count = f"{stack.url}/api/v1/posts", LOG_LENGTH // 2
    cursor = httpx.get(url, headers=reader.headers, timeout=20).headers["X-Event-Cursor"]

    def write(writer: Member) -> None:
        with httpx.Client(headers=writer.headers, timeout=20) as client:
            for n in range(count):
                assert client.post(url, json={"text": f"{n}"}).is_success

    with ThreadPoolExecutor(len(writers)) as pool:
        list(pool.map(write, writers))
    with SocketListener(reader, "feed", cursor=cursor) as listener:
        responses = [frame.payload for frame in listener.frames if "recovered" in frame.payload]
        assert [payload.get("reason") for payload in responses] == ["too_old"]
        assert listener.events == []
        cursor = listener.cursor
        last = httpx.post(url, json={"text": "Next"}, headers=reader.headers, timeout=20).json()
        listener.wait_for_event("post.created")
        assert [event["data"] for event in listener.events] == [shared(last["post"])]
    with SocketListener(reader, "feed", cursor=cursor) as listener:
        assert [event["data"] for event in listener.events] == [shared(last["post"])]
    return {"posts until the event log of the feed was trimmed": len(writers) * count}


def main() -> None:
    """Run the long form and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=90)
    parser.add_argument("--kills", type=int, default=9)
    options = vars(parser.parse_args())
    own = {"WEB_PROCESSES": "2", "EVENT_LOG_LENGTH": str(LOG_LENGTH)}
    with Stack("resumes", **own) as stack:
        stack.start()
        for name, figure in (run_reconnects(stack, **options) | exceed_event_log(stack)).items():
            print(f"{name}: {figure}")


if __name__ == "__main__":
    main()
