"""Clients that come and go while processes die: each must hear what it may see, in order, once.

`python -m tests.resumes` (`make chaos-resume`) runs the long form: 200 clients, 1,000 reconnects,
two web processes and the worker and Valkey killed under a load of writes. The suite runs a short
one.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from mysocial.processes import free_port
from tests.journey import Member, Writer, join
from tests.stack import ROOT, Stack, wait_for

GIVE_UP = 90.0
PRIVACIES = ("public", "followers")


class SecondWeb:
    """Another web process on the same servers, started again by hand."""

    def __init__(self, stack: Stack) -> None:
        self.stack, self.port = stack, free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        env = {**os.environ, "DATA_DIR": str(self.stack.folder / "data"), "RATE_LIMITS": "0"}
        env |= {"DEBUG": "1", "PORT": str(self.stack.port)}
        for name in ("REDIS_URL", "MONGO_URL", "DJANGO_SETTINGS_MODULE", "REDIS_FSYNC"):
            env.pop(name, None)
        command = [sys.executable, "-m", "mysocial.serve", "--port", str(self.port)]
        with self.stack.log.open("ab") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
        wait_for(self._answers, within=30, name="the second web process")

    def _answers(self) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"http://127.0.0.1:{self.port}/health/live", timeout=2).is_success
        return False

    def end(self, number: int = signal.SIGKILL) -> None:
        assert self._process is not None
        self._process.send_signal(number)
        self._process.wait(20)


@dataclass
class Client:
    """One client of a member: keeps its cursor, reconnects at random, resumes."""

    member: Member
    ports: tuple[int, ...]
    cursor: str
    stays: float  # seconds on one connection, about
    heard: list[tuple[int, str]] = field(default_factory=list)  # offset, text of a post
    connections: int = 0
    refused: list[str] = field(default_factory=list)

    async def run(self, done: asyncio.Event) -> None:
        pause = 0.1
        while not done.is_set():
            try:
                await self._once(done)
                pause = 0.1
            except (OSError, WebSocketException, TimeoutError):
                pause = min(pause * 2, 2)
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))

    async def _once(self, done: asyncio.Event) -> None:
        url = f"ws://127.0.0.1:{random.choice(self.ports)}/ws"
        protocols: Any = ["mysocial", self.member.access]
        async with connect(url, subprotocols=protocols, open_timeout=5, close_timeout=1) as socket:
            said = json.loads(await asyncio.wait_for(socket.recv(), 5))
            if said["type"] != "ok":
                return
            self.connections += 1
            command = {"type": "resume", "cid": "r", "cursor": self.cursor, "topics": ["feed"]}
            await socket.send(json.dumps(command))
            until = time.monotonic() + random.uniform(0, 2 * self.stays)
            while time.monotonic() < until and not done.is_set():
                with contextlib.suppress(TimeoutError):
                    self._take(json.loads(await asyncio.wait_for(socket.recv(), 0.5)))

    def _take(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "ok" and not frame.get("recovered", True):
            self.refused.append(frame["reason"])
        if frame["type"] == "live":
            self.cursor = frame["cursor"]
        if "id" in frame:
            self.cursor = frame["id"]
        if frame["type"] == "post.created":
            self.heard.append((int(frame["id"].partition(":")[2]), frame["data"]["text"]))


def wrong_of(client: Client, expected: set[str]) -> list[str]:
    """Return what is wrong with what a client heard, beside what it may see."""
    offsets = [offset for offset, _ in client.heard]
    texts = [text for _, text in client.heard]
    wrong = [f"refused: {reason}" for reason in client.refused]
    if offsets != sorted(set(offsets)):
        wrong.append("out of order, or twice")
    missing, foreign = expected - set(texts), set(texts) - expected
    wrong += [f"{len(missing)} missing: {sorted(missing)[:3]}"] if missing else []
    wrong += [f"{len(foreign)} not to be seen: {sorted(foreign)[:3]}"] if foreign else []
    return wrong


def endure(stack: Stack, *, clients: int, seconds: float, kills: int) -> dict[str, Any]:
    """Let clients come and go under writes and kills; return the figures, or fail."""
    second = SecondWeb(stack)
    second.start()
    try:
        return asyncio.run(_endure(stack, second, clients, seconds, kills))
    finally:
        second.end(signal.SIGTERM)


def _gather(
    stack: Stack, second: SecondWeb, clients: int, seconds: float
) -> tuple[list[Writer], list[Client]]:
    """Return two writers, of public posts and of posts for followers, and a crowd of clients.

    Of the clients, the first and every other follow the writers.
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
    crowd = [
        Client((follower, stranger)[n % 2], (stack.port, second.port), cursor, stays=seconds / 6)
        for n in range(clients)
    ]
    return writers, crowd


async def _endure(
    stack: Stack, second: SecondWeb, clients: int, seconds: float, kills: int
) -> dict[str, Any]:
    writers, crowd = await asyncio.to_thread(_gather, stack, second, clients, seconds)
    follower, stranger = (one.member for one in crowd[:2])
    done = asyncio.Event()
    tasks = [asyncio.create_task(client.run(done)) for client in crowd]
    threads = [threading.Thread(target=writer.run) for writer in writers]
    for thread in threads:
        thread.start()
    await asyncio.to_thread(_kill, stack, second, seconds, kills)
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
    return {
        "clients": clients,
        "connections": sum(client.connections for client in crowd),
        "posts": len(public | followed),
        "events heard": sum(len(client.heard) for client in crowd),
        "seconds until all had all": round(complete, 1),
    }


def _kill(stack: Stack, second: SecondWeb, seconds: float, kills: int) -> None:
    wait = threading.Event().wait
    for turn in range(kills):
        wait(seconds / kills)
        second.end()
        second.start()
        stack.back("web", stack.kill("web"))
        stack.back("worker", stack.kill("worker"))
        if turn % 2 == 0:
            stack.back("valkey", stack.kill("valkey"))
    wait(seconds / kills)


async def _complete(crowd: list[Client], audiences: dict[str, set[str]]) -> float:
    """Return after how many seconds every client had heard as much as it may."""
    began = time.monotonic()
    while time.monotonic() < began + GIVE_UP:
        if all(len(client.heard) >= len(audiences[client.member.id]) for client in crowd):
            break
        await asyncio.sleep(0.2)
    return time.monotonic() - began


def _check(crowd: list[Client], audiences: dict[str, set[str]]) -> None:
    wrong = {n: wrong_of(one, audiences[one.member.id]) for n, one in enumerate(crowd)}
    assert not {n: some for n, some in wrong.items() if some}
    # The checker itself: a planted gap, doubling and leak are found.
    victim = max(crowd, key=lambda client: len(client.heard))
    expected, kept = audiences[victim.member.id], list(victim.heard)
    for planted in (kept[:-1], [*kept, kept[-1]], [*kept, (kept[-1][0] + 1, "foreign")]):
        victim.heard = planted
        assert wrong_of(victim, expected)
    victim.heard = kept


def main() -> None:
    """Run the long form, and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=90)
    parser.add_argument("--kills", type=int, default=9)
    options = vars(parser.parse_args())
    with Stack("resumes").start() as stack:
        for name, figure in endure(stack, **options).items():
            print(f"{name}: {figure}")


if __name__ == "__main__":
    main()
