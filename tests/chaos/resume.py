"""Clients that come and go while processes die: each must hear what it may see, in order, once.

Some come now and then with a cursor that is too old, or of another log: they must be told so, hear
nothing of what they missed, and then all from there on.

`python -m tests.chaos.resume` runs the long form: 200 clients, 1,000 reconnects,
both web processes behind the one port and the worker and Valkey killed under a load of writes. The
suite runs a short one.
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
from tests.support.journey import Member, Writer, join
from tests.support.stack import Stack

GIVE_UP = 90.0
PRIVACIES = ("public", "followers")
KINDS = ("", "", "", "", "too_old", "epoch_changed")
LAPSES = 0.3  # how often a client with lapses has one
LOG_LENGTH = 2000  # events; more than anybody misses between two connections


def spoilt(cursor: str, reason: str) -> str:
    """Return a cursor that is refused for this reason; the same one for none."""
    epoch, _, place = cursor.partition(":")
    return {
        "": cursor,
        "too_old": f"{epoch}:{int(place) - (settings.EVENT_LOG_SECONDS + 60) * 1_000_000}",
        "epoch_changed": f"{int(epoch, 16) ^ 1:08x}:{place}",
    }[reason]


@dataclass
class Client:
    """One client of a member: keeps its cursor, reconnects at random, resumes."""

    member: Member
    url: str
    cursor: str
    stays: float  # seconds on one connection, about
    lapse: str = ""  # why its cursor is refused, at first and then now and again
    topics: tuple[str, ...] = ("feed",)
    heard: list[tuple[int, str]] = field(default_factory=list)  # offset, text of a post
    connections: int = 0
    answers: list[tuple[str, str]] = field(default_factory=list)  # reason due, reason told
    gaps: list[tuple[int, int]] = field(default_factory=list)  # was here, then told to be there

    async def run(self, done: asyncio.Event) -> None:
        # Whose cursor is refused comes late, so that there is something that it missed.
        pause = 6 * self.stays * random.uniform(0.2, 0.5) if self.lapse else 0.0
        while not done.is_set():
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))
            try:
                await self._once(done)
                pause = 0.1
            except (OSError, WebSocketException, TimeoutError):
                pause = min(max(pause, 0.1) * 2, 2)

    async def _once(self, done: asyncio.Event) -> None:
        protocols: Any = ["mysocial", self.member.access]
        async with connect(
            self.url, subprotocols=protocols, open_timeout=5, close_timeout=1
        ) as socket:
            said = json.loads(await asyncio.wait_for(socket.recv(), 5))
            if said["type"] != "ok":
                return
            self.connections += 1
            due = self.lapse if not self.gaps or random.random() < LAPSES else ""
            cursor = spoilt(self.cursor, due)
            command = {"type": "resume", "cid": "r", "cursor": cursor, "topics": self.topics}
            await socket.send(json.dumps(command))
            until = time.monotonic() + random.uniform(0, 2 * self.stays)
            while time.monotonic() < until and not done.is_set():
                with contextlib.suppress(TimeoutError):
                    self.take(json.loads(await asyncio.wait_for(socket.recv(), 0.5)), due)

    def take(self, frame: dict[str, Any], due: str) -> None:
        """Take one frame of a connection on which a refusal was due, or none."""
        if "recovered" in frame:
            self.answers.append((due, frame.get("reason", "")))
        if frame["type"] == "live":
            if due:
                self.gaps.append((offset(self.cursor), offset(frame["cursor"])))
            self.cursor = frame["cursor"]
        if "id" in frame:
            self.cursor = frame["id"]
        if frame["type"] == "post.created":
            self.heard.append((offset(frame["id"]), frame["data"]["text"]))

    def missed(self, place: int) -> bool:
        """Tell whether an event is one of those that a refused cursor left out."""
        return any(was < place <= told for was, told in self.gaps)


def wrong_of(client: Client, expected: dict[str, int]) -> list[str]:
    """Return what is wrong with what a client heard, beside what it may see and where that is."""
    offsets = [place for place, _ in client.heard]
    texts = {text for _, text in client.heard}
    due = {text for text, place in expected.items() if not client.missed(place)}
    wrong = [f"{was} was due, told: {told}" for was, told in client.answers if was != told]
    if offsets != sorted(set(offsets)):
        wrong.append("out of order, or twice")
    missing, foreign = due - texts, texts - due
    wrong += [f"{len(missing)} missing: {sorted(missing)[:3]}"] if missing else []
    wrong += [f"{len(foreign)} not to be told: {sorted(foreign)[:3]}"] if foreign else []
    return wrong


def endure(stack: Stack, *, clients: int, seconds: float, kills: int) -> dict[str, Any]:
    """Let clients come and go under writes and kills; return the figures, or fail."""
    return asyncio.run(_endure(stack, clients, seconds, kills))


def _gather(stack: Stack, clients: int, seconds: float) -> tuple[list[Writer], list[Client]]:
    """Return two writers, of public posts and of posts for followers, and a crowd of clients.

    Of the clients, the first and every other follow the writers; of six, two have lapses.
    """
    mark = f"{os.getpid()}_{time.monotonic_ns() % 10**6}"
    # Numbers that `survive` does not give: both may run on one stack.
    writers = [
        Writer(join(stack, f"w{n}_{mark}"), n, privacy=p) for n, p in enumerate(PRIVACIES, 100)
    ]
    follower, stranger = join(stack, f"f_{mark}"), join(stack, f"s_{mark}")
    for writer in writers:
        url = f"{stack.url}/api/users/{writer.member.id}/follow"
        assert httpx.put(url, json={}, headers=follower.headers, timeout=20).is_success
    read = httpx.get(f"{stack.url}/api/posts", headers=stranger.headers, timeout=20)
    cursor = read.headers["X-Event-Cursor"]
    url = f"{stack.url.replace('http', 'ws')}/ws"
    crowd = [
        Client((follower, stranger)[n % 2], url, cursor, seconds / 6, KINDS[n % len(KINDS)])
        for n in range(clients)
    ]
    return writers, crowd


async def _endure(stack: Stack, clients: int, seconds: float, kills: int) -> dict[str, Any]:
    writers, crowd = await asyncio.to_thread(_gather, stack, clients, seconds)
    follower, stranger = (one.member for one in crowd[:2])
    done = asyncio.Event()
    tasks = [asyncio.create_task(client.run(done)) for client in crowd]
    threads = [threading.Thread(target=writer.run) for writer in writers]
    for thread in threads:
        thread.start()
    await asyncio.to_thread(_kill, stack, seconds, kills)
    for writer in writers:
        writer.stop.set()
    for thread in threads:
        await asyncio.to_thread(thread.join, GIVE_UP)
    assert not [one for writer in writers for one in writer.wrong]
    public, followed = (set(writer.first.values()) for writer in writers)
    audiences = {follower.id: public | followed, stranger.id: public}
    complete = await _complete(crowd, audiences)
    done.set()
    await asyncio.gather(*tasks)
    _check(crowd, audiences)
    told = Counter(reason for client in crowd for _, reason in client.answers)
    return {
        "clients": clients,
        "connections": sum(client.connections for client in crowd),
        "posts": len(public | followed),
        "events heard": sum(len(client.heard) for client in crowd),
        "answers to resume": {reason or "recovered": told[reason] for reason in sorted(told)},
        "seconds until all had all": round(complete, 1),
    }


def _kill(stack: Stack, seconds: float, kills: int) -> None:
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
    """Return what gives, of a client, what it may see and where in the log that is."""
    places = {text: place for client in crowd for place, text in client.heard}
    # What nobody heard is missing for everybody: it is after all that they had.
    seen = {
        who: {text: places.get(text, sys.maxsize) for text in of} for who, of in audiences.items()
    }
    return lambda client: seen[client.member.id]


async def _complete(crowd: list[Client], audiences: dict[str, set[str]]) -> float:
    """Return after how many seconds every client had heard as much as it may."""
    began = time.monotonic()
    while time.monotonic() < began + GIVE_UP:
        expected = _expected(crowd, audiences)
        if all((one.gaps or not one.lapse) and not wrong_of(one, expected(one)) for one in crowd):
            break
        await asyncio.sleep(0.5)
    return time.monotonic() - began


def _check(crowd: list[Client], audiences: dict[str, set[str]]) -> None:
    expected = _expected(crowd, audiences)
    wrong = {n: wrong_of(one, expected(one)) for n, one in enumerate(crowd)}
    assert not {n: some for n, some in wrong.items() if some}
    for lapse in set(KINDS):
        _check_the_checker(max((c for c in crowd if c.lapse == lapse), key=_much), expected)


def _much(client: Client) -> int:
    return len(client.heard)


def _check_the_checker(victim: Client, expected: Callable[[Client], dict[str, int]]) -> None:
    """A planted gap, doubling, leak and false answer are found."""
    heard, answers = list(victim.heard), list(victim.answers)
    for planted in (heard[:-1], [*heard, heard[-1]], [*heard, (heard[-1][0] + 1, "foreign")]):
        victim.heard = planted
        assert wrong_of(victim, expected(victim))
    victim.heard = heard
    for false in (("too_old", ""), ("epoch_changed", ""), ("", "too_old")):
        victim.answers = [*answers, false]
        assert wrong_of(victim, expected(victim))
    victim.answers = answers
    if victim.gaps:  # told that it has all, and none of it
        gaps, victim.gaps = victim.gaps, []
        assert wrong_of(victim, expected(victim))
        victim.gaps = gaps


def outgrow(stack: Stack) -> dict[str, Any]:
    """Write until the log of the feed is cut: who has a cursor from before is told so, no more."""
    reader, *writers = [join(stack, f"member_{n}") for n in range(5)]
    url, most = f"{stack.url}/api/posts", LOG_LENGTH // 2
    cursor = httpx.get(url, headers=reader.headers, timeout=20).headers["X-Event-Cursor"]

    def write(writer: Member) -> None:
        with httpx.Client(headers=writer.headers, timeout=20) as client:
            for n in range(most):
                assert client.post(url, json={"text": f"{n}"}).is_success

    with ThreadPoolExecutor(len(writers)) as pool:
        list(pool.map(write, writers))
    with SocketListener(reader, "feed", cursor=cursor) as ear:
        answers = [one.payload for one in ear.frames if "recovered" in one.payload]
        assert [(one["recovered"], one.get("reason")) for one in answers] == [(False, "too_old")]
        assert ear.events == []
        near = ear.cursor
        last = httpx.post(url, json={"text": "Next"}, headers=reader.headers, timeout=20).json()
        ear.wait_for_event("post.created")
        assert [one["data"] for one in ear.events] == [last["post"]]
    with SocketListener(reader, "feed", cursor=near) as ear:
        assert [one["data"] for one in ear.events] == [last["post"]]
    return {"posts until the log of the feed was cut": len(writers) * most}


def main() -> None:
    """Run the long form, and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=90)
    parser.add_argument("--kills", type=int, default=9)
    options = vars(parser.parse_args())
    own = {"WEB_PROCESSES": "2", "EVENT_LOG_LENGTH": str(LOG_LENGTH)}
    with Stack("resumes", **own) as stack:
        stack.start()
        for name, figure in (endure(stack, **options) | outgrow(stack)).items():
            print(f"{name}: {figure}")


if __name__ == "__main__":
    main()
