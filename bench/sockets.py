"""Cost of sockets: `python -m bench.sockets` (`make bench-sockets`).

The figures are the memory and CPU of idle sockets; the memory of slow sockets that resume; the
deliveries of an event to many sockets for each CPU second, compared with a group of stock Channels;
and the time from the request of a chat message to its receiver's socket, compared with a bare echo.
One process is pinned to a core; Valkey
runs with `appendfsync always`.
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

from bench.columns import HTTP_SERVER, accepts_connections
from bench.crowd import SocketCrowd
from bench.people import Member, create_members, write_long_log, write_posts
from bench.stage import ServerProcess, Servers, Usage, start_servers
from tests.support.stack import wait_for

SOCKET_SERVER = ("mysocial.realtime.server", "--port", "{port}")
OURS, STOCK, ECHO = "mysocial.asgi:application", "bench.peers:stock", "bench.peers:echo"
SUBSCRIBE = '{"type":"subscribe","cid":"1","topic":"feed"}'
TEXT = "Hello everybody"
LAST_TEXT = "Still here"
EVENTS = 50
FRAME_LENGTH = 560  # Characters; about the length of the frame of a post.
SETTLE_SECONDS = 5.0
PAUSE_SECONDS = 0.1  # Between two events.
MESSAGE_INTERVAL_SECONDS = 0.05
RECEIVE_TIMEOUT_SECONDS = 10.0
SLOW_EVENTS, SLOW_TEXT = 300, "😀" * 4900  # 6 MB that each slow socket missed.
SOCKETS_PER_MEMBER = 20
SLOW_SECONDS = 10.0  # Less than the server's deadline for a client that reads nothing.


async def measure_idle(server: ServerProcess, members: list[Member], seconds: float) -> None:
    """Print the cost of sockets that send nothing and receive one event at the end."""
    async with SocketCrowd(server.port, "/ws", [members[0].protocols]):
        before = server.usage()  # What is loaded once, on the first socket, does not count.
    start = time.monotonic()
    async with SocketCrowd(server.port, "/ws", [member.protocols for member in members]) as crowd:
        count = len(crowd.sockets)
        await crowd.send_all(SUBSCRIBE)
        cost = 1000 * (server.usage().web - before.web) / count
        opened_after = time.monotonic() - start
        print(f"idle: {count} opened in {opened_after:.0f} s, {cost:.2f} ms CPU each")
        await asyncio.sleep(SETTLE_SECONDS)  # Until all replies to the subscriptions are sent.
        first, start = server.usage(), time.monotonic()
        await asyncio.sleep(seconds)
        last, passed = server.usage(), time.monotonic() - start
        memory = (last.memory - before.memory) / count / 1024
        web, valkey = last.web - first.web, last.valkey - first.valkey
        print(f"idle: {memory:.1f} KiB each, {last.memory / 2**20:.0f} MiB in total")
        print(f"idle: {100 * web / passed:.2f} % of a core, Valkey {100 * valkey / passed:.2f} %")
        crowd.start_counting(LAST_TEXT)
        await asyncio.to_thread(write_posts, members[0], [LAST_TEXT])
        await crowd.wait_for_frames(count)
        print(f"idle: all sockets received a post after {passed:.0f} s")


async def measure_slow(server: ServerProcess, members: list[Member]) -> None:
    """Print the growth of the process while sockets resume and stop reading."""
    protocols = [member.protocols for member in members for _ in range(SOCKETS_PER_MEMBER)]
    async with SocketCrowd(server.port, "/ws", [members[0].protocols]):
        before = server.usage()
    async with SocketCrowd(server.port, "/ws", protocols, is_slow=True) as crowd:
        opened = server.usage()
        cursor = await asyncio.to_thread(write_long_log, members[0], SLOW_TEXT, SLOW_EVENTS)
        resume = {"type": "resume", "cid": "1", "cursor": cursor, "topics": ["feed"]}
        await crowd.send_all(json.dumps(resume))
        await asyncio.sleep(SLOW_SECONDS)
        stopped = server.usage()
    await asyncio.sleep(SETTLE_SECONDS)
    idle, slow, left = (
        (usage.memory - before.memory) / 2**20 for usage in (opened, stopped, server.usage())
    )
    count = len(protocols)
    print(
        f"slow: {count} sockets: {idle:.0f} MiB before they resume, {slow:.0f} MiB while they wait"
    )
    print(f"slow: {(slow - idle) * 1024 / count:.0f} KiB each, {left:.0f} MiB after all are gone")


async def measure_fan_out(server: ServerProcess, members: list[Member]) -> float:
    """Print and return the deliveries of events for each CPU second."""
    async with SocketCrowd(server.port, "/ws", [member.protocols for member in members]) as crowd:
        await crowd.send_all(SUBSCRIBE)
        await asyncio.sleep(SETTLE_SECONDS)
        crowd.start_counting(TEXT)
        before = server.usage()
        for _ in range(EVENTS):
            await asyncio.to_thread(write_posts, members[0], [TEXT])
            await asyncio.sleep(PAUSE_SECONDS)
        await crowd.wait_for_frames(EVENTS * len(members))
        return _print_deliveries("ours", before, server.usage(), sum(crowd.frame_counts.values()))


async def measure_stock_fan_out(server: ServerProcess, count: int) -> float:
    """Print and return the same for a group of Channels, with texts of the same length."""
    layer: Any = get_channel_layer()
    message = {"type": "forward", "text": TEXT + "." * FRAME_LENGTH}
    async with SocketCrowd(server.port, "/", [[]] * count) as crowd:
        await asyncio.sleep(SETTLE_SECONDS)
        crowd.start_counting(TEXT)
        before = server.usage()
        for _ in range(EVENTS):
            await layer.group_send("bench", message)
            await asyncio.sleep(PAUSE_SECONDS)
        await crowd.wait_for_frames(EVENTS * count)
        return _print_deliveries("stock", before, server.usage(), sum(crowd.frame_counts.values()))


def _print_deliveries(name: str, before: Usage, after: Usage, count: int) -> float:
    web, valkey = after.web - before.web, after.valkey - before.valkey
    print(
        f"fan-out, {name}: {count} deliveries, {count / web:.0f} a CPU second "
        f"({1e6 * web / count:.1f} µs each; Valkey {1e6 * valkey / count:.2f} µs)"
    )
    return count / web


async def measure_latency(
    http_port: int, server: ServerProcess, members: list[Member], count: int
) -> None:
    """Print the time from the request of a chat message to its receiver's socket."""
    sender, receiver = members[:2]
    client = http.client.HTTPConnection("127.0.0.1", http_port, timeout=10)
    times = []

    def send(number: int) -> None:
        body = json.dumps({"receiver_id": receiver.id, "text": f"{TEXT} {number}"})
        client.request("POST", "/api/v1/chat/messages", body, sender.headers)
        response = client.getresponse()
        data = response.read()
        if response.status != http.client.CREATED:
            raise RuntimeError(f"{response.status} {data!r}")

    async with SocketCrowd(server.port, "/ws", [receiver.protocols]) as crowd:
        await crowd.send_all(SUBSCRIBE)
        (socket,) = crowd.sockets
        for number in range(count):
            start = time.perf_counter()
            sending = asyncio.create_task(asyncio.to_thread(send, number))
            while f'"{TEXT} {number}"' not in str(
                await asyncio.wait_for(socket.recv(), RECEIVE_TIMEOUT_SECONDS)
            ):
                pass
            times.append(time.perf_counter() - start)
            await sending
            await asyncio.sleep(MESSAGE_INTERVAL_SECONDS)
    _print_latency("chat message, from request to receiver's socket", times)


async def measure_echo_latency(server: ServerProcess, count: int) -> None:
    """Print the round-trip time of a frame with a bare echo."""
    times = []
    async with SocketCrowd(server.port, "/", [[]]) as crowd:
        (socket,) = crowd.sockets
        for _ in range(count):
            start = time.perf_counter()
            await socket.send("." * FRAME_LENGTH)
            await socket.recv()
            times.append(time.perf_counter() - start)
            await asyncio.sleep(MESSAGE_INTERVAL_SECONDS)
    _print_latency("bare ASGI echo, round trip", times)


def _print_latency(name: str, times: list[float]) -> None:
    percentiles = statistics.quantiles((1000 * seconds for seconds in times), n=100)
    print(f"{name}: p50 {percentiles[49]:.1f} ms, p99 {percentiles[98]:.1f} ms ({len(times)})")


@contextlib.contextmanager
def serving_sockets(servers: Servers, application: str) -> Iterator[ServerProcess]:
    """Run a WebSocket server of an ASGI application until the block ends."""
    with servers.run(*SOCKET_SERVER, application) as server:
        wait_for(lambda: accepts_connections(server.port), within=30, name=application)
        yield server


def run(servers: Servers, options: argparse.Namespace) -> None:
    """Run all measurements."""
    members = create_members(max(options.idle, options.fan, options.slow // SOCKETS_PER_MEMBER, 2))
    if options.idle:
        with serving_sockets(servers, OURS) as server:
            asyncio.run(measure_idle(server, members[: options.idle], options.seconds))
    if options.slow:
        with serving_sockets(servers, OURS) as server:
            asyncio.run(measure_slow(server, members[: options.slow // SOCKETS_PER_MEMBER]))
    with serving_sockets(servers, OURS) as server:
        if options.messages:
            with servers.run(*HTTP_SERVER) as http_server:
                wait_for(lambda: accepts_connections(http_server.port), within=30, name="granian")
                asyncio.run(measure_latency(http_server.port, server, members, options.messages))
        if options.fan:
            ours = asyncio.run(measure_fan_out(server, members[: options.fan]))
    if options.fan:
        with serving_sockets(servers, STOCK) as server:
            stock = asyncio.run(measure_stock_fan_out(server, options.fan))
            print(f"fan-out: {ours / stock:.1f} x the deliveries of stock group_send")
    if options.messages:
        with serving_sockets(servers, ECHO) as server:
            asyncio.run(measure_echo_latency(server, options.messages))


def main() -> None:
    """Measure and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--idle", type=int, default=5000, help="number of idle sockets")
    parser.add_argument(
        "--seconds", type=float, default=60, help="duration of the idle measurement"
    )
    parser.add_argument(
        "--slow", type=int, default=1000, help="number of sockets that resume and stop reading"
    )
    parser.add_argument(
        "--fan", type=int, default=1000, help="number of sockets that receive each event"
    )
    parser.add_argument("--messages", type=int, default=500, help="number of chat messages")
    options = parser.parse_args()
    with start_servers() as servers:
        django.setup()
        run(servers, options)


if __name__ == "__main__":
    main()
