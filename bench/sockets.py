"""What sockets cost: `python -m bench.sockets` (`make bench-sockets`).

Memory and CPU of idle sockets; deliveries of one event to many sockets for each CPU second, beside
the group of Channels as it comes; the time from a chat message's request to its receiver's socket,
beside a bare echo. One process pinned to one core, Valkey with `appendfsync always`.
"""

import argparse
import asyncio
import contextlib
import http.client
import json
import statistics
import time
from collections.abc import Iterator
from typing import Any

import django
from channels.layers import get_channel_layer

from bench.columns import DOOR, listens
from bench.crowd import Crowd
from bench.people import Member, people, write_posts
from bench.stage import Serving, Stage, Usage, stage
from tests.support.stack import wait_for

SERVE = ("mysocial.realtime.server", "--port", "{port}")
OURS, STOCK, ECHO = "mysocial.asgi:application", "bench.peers:stock", "bench.peers:echo"
SUBSCRIBE = '{"type":"subscribe","cid":"1","topic":"feed"}'
WORD = "Tell everybody"
EVENTS = 50
FRAME = 560  # characters, about what a post's frame has
QUIET, PAUSE, RATE, WITHIN = 5.0, 0.1, 0.05, 10.0  # seconds


async def idle(serving: Serving, members: list[Member], seconds: float) -> None:
    """Print what a crowd costs that says nothing."""
    async with Crowd(serving.port, "/ws", [members[0].protocols]):
        before = serving.usage()  # what is loaded late, and once, is loaded
    began = time.monotonic()
    async with Crowd(serving.port, "/ws", [one.protocols for one in members]) as crowd:
        count = len(crowd.sockets)
        await crowd.say(SUBSCRIBE)
        cost = 1000 * (serving.usage().web - before.web) / count
        print(f"idle: {count} opened in {time.monotonic() - began:.0f} s, {cost:.2f} ms CPU each")
        await asyncio.sleep(QUIET)  # what is said at the beginning has been said
        first, start = serving.usage(), time.monotonic()
        await asyncio.sleep(seconds)
        last, passed = serving.usage(), time.monotonic() - start
        memory = (last.memory - before.memory) / count / 1024
        web, valkey = last.web - first.web, last.valkey - first.valkey
        print(f"idle: {memory:.1f} KiB each, {last.memory / 2**20:.0f} MiB in all")
        print(f"idle: {100 * web / passed:.2f} % of a core, Valkey {100 * valkey / passed:.2f} %")
        crowd.listen("Still here")
        await asyncio.to_thread(write_posts, members[0], ["Still here"])
        await crowd.until(count)
        print(f"idle: all of them heard a post after {passed:.0f} s")


async def fan(serving: Serving, members: list[Member]) -> float:
    """Print and return how many deliveries a CPU second buys."""
    async with Crowd(serving.port, "/ws", [one.protocols for one in members]) as crowd:
        await crowd.say(SUBSCRIBE)
        await asyncio.sleep(QUIET)
        crowd.listen(WORD)
        before = serving.usage()
        for _ in range(EVENTS):
            await asyncio.to_thread(write_posts, members[0], [WORD])
            await asyncio.sleep(PAUSE)
        await crowd.until(EVENTS * len(members))
        return _deliveries("ours", before, serving.usage(), sum(crowd.heard.values()))


async def fan_stock(serving: Serving, count: int) -> float:
    """The same by the group of Channels, with text of the same length."""
    layer: Any = get_channel_layer()
    message = {"type": "tell", "text": WORD + "." * FRAME}
    async with Crowd(serving.port, "/", [[]] * count) as crowd:
        await asyncio.sleep(QUIET)
        crowd.listen(WORD)
        before = serving.usage()
        for _ in range(EVENTS):
            await layer.group_send("bench", message)
            await asyncio.sleep(PAUSE)
        await crowd.until(EVENTS * count)
        return _deliveries("stock", before, serving.usage(), sum(crowd.heard.values()))


def _deliveries(name: str, before: Usage, after: Usage, count: int) -> float:
    web, valkey = after.web - before.web, after.valkey - before.valkey
    print(
        f"fan-out, {name}: {count} deliveries, {count / web:.0f} a CPU second "
        f"({1e6 * web / count:.1f} µs each; Valkey {1e6 * valkey / count:.2f} µs)"
    )
    return count / web


async def latency(http_port: int, serving: Serving, members: list[Member], count: int) -> None:
    """Print how long a chat message takes from its request to its receiver's socket."""
    sender, receiver = members[:2]
    client = http.client.HTTPConnection("127.0.0.1", http_port, timeout=10)
    taken = []

    def send(number: int) -> None:
        body = json.dumps({"receiver_id": receiver.id, "text": f"{WORD} {number}"})
        client.request("POST", "/api/chat/message", body, sender.headers)
        answer = client.getresponse()
        data = answer.read()
        if answer.status != http.client.CREATED:
            raise RuntimeError(f"{answer.status} {data!r}")

    async with Crowd(serving.port, "/ws", [receiver.protocols]) as crowd:
        await crowd.say(SUBSCRIBE)
        (receiving,) = crowd.sockets
        for number in range(count):
            began = time.perf_counter()
            sending = asyncio.create_task(asyncio.to_thread(send, number))
            while f'"{WORD} {number}"' not in str(await asyncio.wait_for(receiving.recv(), WITHIN)):
                pass
            taken.append(time.perf_counter() - began)
            await sending
            await asyncio.sleep(RATE)
    _times("chat message, request to receiver's socket", taken)


async def latency_echo(serving: Serving, count: int) -> None:
    """The same way for a bare echo: a frame there and back."""
    taken = []
    async with Crowd(serving.port, "/", [[]]) as crowd:
        (receiving,) = crowd.sockets
        for _ in range(count):
            began = time.perf_counter()
            await receiving.send("." * FRAME)
            await receiving.recv()
            taken.append(time.perf_counter() - began)
            await asyncio.sleep(RATE)
    _times("bare ASGI echo, there and back", taken)


def _times(name: str, taken: list[float]) -> None:
    hundredths = statistics.quantiles((1000 * one for one in taken), n=100)
    print(f"{name}: p50 {hundredths[49]:.1f} ms, p99 {hundredths[98]:.1f} ms ({len(taken)})")


@contextlib.contextmanager
def serving_sockets(servers: Stage, application: str) -> Iterator[Serving]:
    """Serve an ASGI application."""
    with servers.serving(*SERVE, application) as serving:
        wait_for(lambda: listens(serving.port), within=30, name=application)
        yield serving


def run(servers: Stage, options: argparse.Namespace) -> None:
    """Measure one thing after the other."""
    members = people(max(options.idle, options.fan, 2))
    if options.idle:
        with serving_sockets(servers, OURS) as serving:
            asyncio.run(idle(serving, members[: options.idle], options.seconds))
    with serving_sockets(servers, OURS) as serving:
        if options.messages:
            with servers.serving(*DOOR) as door:
                wait_for(lambda: listens(door.port), within=30, name="granian")
                asyncio.run(latency(door.port, serving, members, options.messages))
        if options.fan:
            ours = asyncio.run(fan(serving, members[: options.fan]))
    if options.fan:
        with serving_sockets(servers, STOCK) as serving:
            stock = asyncio.run(fan_stock(serving, options.fan))
            print(f"fan-out: {ours / stock:.1f} x the deliveries of stock group_send")
    if options.messages:
        with serving_sockets(servers, ECHO) as serving:
            asyncio.run(latency_echo(serving, options.messages))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--idle", type=int, default=5000, help="sockets that are idle")
    parser.add_argument("--seconds", type=float, default=60, help="how long they are")
    parser.add_argument("--fan", type=int, default=1000, help="sockets that hear one event")
    parser.add_argument("--messages", type=int, default=500, help="chat messages")
    options = parser.parse_args()
    with stage() as servers:
        django.setup()
        run(servers, options)


if __name__ == "__main__":
    main()
