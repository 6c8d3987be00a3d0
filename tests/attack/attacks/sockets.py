"""Attacks by WebSockets: slow ones, many, and those that resume a large log."""

import contextlib
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
from websockets import State
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import ClientConnection, connect

from tests.attack.registry import attack, expect
from tests.attack.target import TIMEOUT_SECONDS, Outsider, Target
from tests.fuzz.frames import raw_frame

MEBIBYTE = 1024 * 1024
SOCKETS = 60
TOO_MANY_CONNECTIONS = 4430  # the close code
MAX_WS_GROWTH = 100 * MEBIBYTE
LONG_TEXT = "\N{MUSICAL SYMBOL G CLEF}" * 4900
CLOSING_WITHIN_SECONDS = 40.0  # 20 s until an idle reader is closed, and 20 s to read the rest


def fill_log(members: list[Outsider], edits: int) -> str:
    """Edit a post of each member; return the cursor from before."""
    cursor = members[0].cursor()
    for member in members:
        post = member.create_post(LONG_TEXT)
        for number in range(edits // len(members)):
            member.call("PATCH", f"posts/{post}", {"text": f"{LONG_TEXT}{number}"})
    return cursor


def resume(member: Outsider, cursor: str) -> ClientConnection:
    """Open a socket with small buffers that asks for everything after a cursor."""
    client = member.websocket(receive_buffer=4096, max_queue=1)
    topics = ["feed", f"user:{member.id}"]
    client.send(json.dumps({"type": "resume", "cid": "1", "cursor": cursor, "topics": topics}))
    return client


@attack(expected="the ws service grows by less than 100 MB", resource=True, local=True, quick=False)
def slow_sockets_that_resume(target: Target) -> str:
    """Resume a large log on 60 sockets, and take one event a second."""
    members = [target.sign_up() for _ in range(4)]
    cursor = fill_log(members, 200)
    before = target.local.process_bytes()["ws"]
    peak, opened = before, 0
    with contextlib.ExitStack() as ends:
        clients = []
        for number in range(SOCKETS):
            with contextlib.suppress(WebSocketException, OSError, AssertionError):
                client = resume(members[number % len(members)], cursor)
                clients.append(ends.enter_context(client))
        opened = len(clients)
        for _ in target.rounds():
            for client in clients:
                with contextlib.suppress(TimeoutError, ConnectionClosed):
                    client.recv(0.01)
            peak = max(peak, target.local.process_bytes()["ws"])
            time.sleep(0.4)
    growth = (peak - before) / MEBIBYTE
    return expect(
        peak - before < MAX_WS_GROWTH and opened >= 20,
        f"{opened} sockets; the ws service grew by {growth:.0f} MB",
    )


@attack(expected="another member resumes within 5 s", resource=True, quick=False)
def resumes_of_a_large_log(target: Target) -> str:
    """Resume a large log on 20 sockets again and again, while others resume."""
    attackers, other = [target.sign_up() for _ in range(2)], target.sign_up()
    cursor = fill_log(attackers, 60)
    is_over, slowest = threading.Event(), 0.0

    def attack_once(attacker: Outsider) -> None:
        while not is_over.is_set():
            with (
                contextlib.suppress(WebSocketException, OSError, AssertionError),
                resume(attacker, cursor) as client,
            ):
                client.recv(1)

    threads = [
        threading.Thread(target=attack_once, args=(attackers[n % 2],), daemon=True)
        for n in range(20)
    ]
    try:
        for thread in threads:
            thread.start()
        for _ in target.rounds():
            begun = time.monotonic()
            other.resumed_events(other.cursor(), "feed")
            slowest = max(slowest, time.monotonic() - begun)
    finally:
        is_over.set()
        for thread in threads:
            thread.join(TIMEOUT_SECONDS)
    return expect(slowest < 5, f"another member resumed within {slowest:.2f} s")


@attack(expected="at most 20 sockets and 500 topics for each process")
def sockets_and_topics_of_a_member(target: Target) -> str:
    """Open 40 sockets of one member, with 30 topics each, and keep what is accepted."""
    member, topics, clients = target.sign_up(), 0, []
    with contextlib.ExitStack() as ends:
        for _ in range(40):
            with contextlib.suppress(WebSocketException, AssertionError, OSError):
                clients.append(ends.enter_context(member.websocket()))
        for client in clients:
            topics += _subscribe(client, 28)
        time.sleep(1)
        opened = sum(client.state is State.OPEN for client in clients)
    processes = 1 if target.site else 8
    held = opened <= 20 * processes and topics <= 500 * processes
    return expect(held and opened, f"{opened} sockets with {topics} topics")


def _subscribe(client: ClientConnection, count: int) -> int:
    """Subscribe to topics until one is refused; return how many were accepted."""
    for number in range(count):
        command = {"type": "subscribe", "cid": str(number), "topic": f"post:{number:024x}"}
        client.send(json.dumps(command))
        if json.loads(client.recv(TIMEOUT_SECONDS))["type"] != "ok":
            return number
    return count


@attack(expected="at most 100 sockets from a /64, signed in or not", local=True)
def sockets_of_an_ipv6_network(target: Target) -> str:
    """Open 150 sockets from the addresses of one IPv6 network, without signing in."""
    url = target.local.ws_url.replace("http", "ws")

    def open_socket(number: int) -> ClientConnection:
        headers = {"X-Forwarded-For": f"2001:db8:77:1::{number + 1:x}"}
        return connect(f"{url}/ws", additional_headers=headers, ping_interval=None, close_timeout=1)

    with ThreadPoolExecutor(30) as pool, contextlib.ExitStack() as ends:
        clients = [ends.enter_context(client) for client in pool.map(open_socket, range(150))]
        codes = list(pool.map(_close_code, clients))
    refused = codes.count(TOO_MANY_CONNECTIONS)
    return expect(refused >= 50, f"{len(codes) - refused} of {len(codes)} sockets")


def _close_code(client: ClientConnection) -> int:
    """Return the code with which the server closes a socket; 0 if it does not at once."""
    try:
        client.recv(3)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 0
    except TimeoutError:
        return 0
    return 0


@attack(expected="the connections are aborted within 40 s", local=True, quick=False)
def closed_sockets_that_are_not_read(target: Target) -> str:
    """Close sockets without reading what is still to be sent, and open more of them."""
    members = [target.sign_up() for _ in range(2)]
    cursor = fill_log(members, 60)
    addresses = set()
    with contextlib.ExitStack() as ends:
        for _ in range(3):
            clients = []
            for _ in range(18):
                with contextlib.suppress(WebSocketException, OSError, AssertionError):
                    clients.append(ends.enter_context(_resume_directly(target, members[0], cursor)))
            time.sleep(2)
            for client in clients:
                addresses.add(client.local_address)
                client.socket.sendall(raw_frame(0x8, b"\x03\xe8"))
        time.sleep(CLOSING_WITHIN_SECONDS)
        left = addresses & _connected_clients(target)
    return expect(addresses and not left, f"{len(left)} of {len(addresses)} are left")


def _resume_directly(target: Target, member: Outsider, cursor: str) -> ClientConnection:
    direct = target.another_client(member, target.local.ws_url)
    return resume(direct, cursor)


def _connected_clients(target: Target) -> set[tuple[str, int]]:
    process = psutil.Process(target.local.pid_of("ws-1"))
    return {tuple(c.raddr) for c in process.net_connections("tcp") if c.raddr}
