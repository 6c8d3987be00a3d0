"""Attacks by single requests: large, deep and ambiguous bodies."""

import re
import threading
import time
from collections import Counter

import httpx

from tests.attack.registry import attack, expect
from tests.attack.target import OTHERS_WITHIN_SECONDS, Outsider, Target, served_within

MEBIBYTE = 1024 * 1024
MAX_GROWTH = 300 * MEBIBYTE  # less than a third of the memory of a service
BRACKETS = b'{"text":[' + b"[]," * 4_500_000 + b"[]]}"
DEEP = b'{"text":' + b"[" * 120_000 + b"]" * 120_000 + b"}"
NAMES = b"{" + b",".join(b'"%x":0' % number for number in range(25_000)) + b"}"
NUMBERS = b'{"text":' + b"9" * 250_000 + b"}"
JSON = {"Content-Type": "application/json"}
SERVICES = ("http", "ws")
REFUSED = {b"400", b"401", b"501"}


def send_bodies(target: Target, senders: list[Outsider], path: str, bodies: list[bytes]) -> str:
    """Send bodies at the same time until the time is over; measure the services and others."""
    other, slowest = target.sign_up(), 0.0
    before = target.site.process_bytes() if target.site else {}
    peak, statuses, is_over = dict(before), Counter[int](), threading.Event()

    def send(sender: Outsider) -> None:
        for number in range(10**9):
            if is_over.is_set():
                return
            try:
                body = bodies[number % len(bodies)]
                response = sender.call("POST", path, content=body, headers=JSON)
                statuses[response.status_code] += 1
            except httpx.HTTPError:  # the server closed the connection without reading
                statuses[0] += 1

    threads = [threading.Thread(target=send, args=(s,), daemon=True) for s in senders]
    for thread in threads:
        thread.start()
    try:
        for _ in target.rounds():
            slowest = max(slowest, served_within(other, OTHERS_WITHIN_SECONDS))
            for name, size in (target.site.process_bytes() if target.site else {}).items():
                peak[name] = max(peak[name], size)
            time.sleep(0.1)
    finally:
        is_over.set()
        for thread in threads:
            thread.join(30)
    growth = max([peak[name] - before[name] for name in SERVICES if name in before], default=0)
    text = f"{dict(statuses)}; grew by {growth / MEBIBYTE:.0f} MB; others {slowest:.2f} s"
    accepted = [status for status in statuses if 200 <= status < 300 or status >= 500]
    return expect(not accepted and growth < MAX_GROWTH, text)


@attack(expected="refused; the services grow by less than 300 MB", resource=True)
def large_json_where_pictures_are_taken(target: Target) -> str:
    """Send JSON of 13.5 MB with 4.5 million brackets, on 4 connections."""
    senders = [target.sign_up() for _ in range(4)]
    return send_bodies(target, senders, "posts", [BRACKETS])


@attack(expected="refused; the services grow by less than 300 MB", resource=True, quick=False)
def large_json_at_sign_up(target: Target) -> str:
    """Send the same at sign-up, without an account."""
    return send_bodies(target, [target.outsider() for _ in range(4)], "signup", [BRACKETS])


@attack(expected="refused; the services grow by less than 300 MB", resource=True)
def deep_and_wide_json(target: Target) -> str:
    """Send JSON with 120,000 levels, 25,000 names, or a number of 250,000 digits."""
    senders = [target.sign_up() for _ in range(4)]
    return send_bodies(target, senders, "posts", [DEEP, NAMES, NUMBERS])


@attack(expected="others are served within 3 s, without a 503", resource=True)
def bodies_that_are_refused_unread(target: Target) -> str:
    """Send bodies of 250 KB that nobody reads, so that the proxy gives up the servers."""
    other, slowest, is_over = target.sign_up(), 0.0, threading.Event()
    statuses: Counter[int] = Counter()

    def send(sender: Outsider) -> None:
        while not is_over.is_set():
            for path in ("comments/" + "0" * 24, "posts"):
                try:
                    response = sender.call("POST", path, content=bytes(250_000), headers=JSON)
                    statuses[response.status_code] += 1
                except httpx.HTTPError:
                    statuses[0] += 1

    senders = [target.outsider() for _ in range(4)]
    threads = [threading.Thread(target=send, args=(s,), daemon=True) for s in senders]
    try:
        for thread in threads:
            thread.start()
        for _ in target.rounds():
            slowest = max(slowest, served_within(other, OTHERS_WITHIN_SECONDS))
            time.sleep(0.1)
    finally:
        is_over.set()
        for thread in threads:
            thread.join(30)
    return expect(statuses.total() > 20, f"{dict(statuses)}; others within {slowest:.2f} s")


@attack(expected="refused, or read by all servers alike")
def ambiguous_requests(target: Target) -> str:
    """Send requests whose length two servers may read differently."""
    member = target.sign_up()
    host = httpx.URL(target.url).netloc
    start = b"POST /api/v1/posts HTTP/1.1\r\nHost: " + host + b"\r\n"
    hidden = b"GET /api/v1/users/me HTTP/1.1\r\nHost: " + host + b"\r\n\r\n"
    endings = {
        "two lengths": b"Content-Length: 0\r\nContent-Length: 5\r\n\r\n",
        "length and chunks": b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "chunked twice": b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "a signed length": b"Content-Length: +0\r\n\r\n",
        "a space before the colon": b"Content-Length : 0\r\n\r\n",
    }
    responses = {name: _statuses(member, start + end + hidden) for name, end in endings.items()}
    smuggled = [name for name, codes in responses.items() if {b"200", b"500"} & set(codes)]
    if target.site:  # without the proxy, which corrects what it passes on
        for url in (target.site.http_url, target.site.ws_url):
            direct = target.another_client(member, url)
            for name, ending in endings.items():
                codes = _statuses(direct, start + ending + hidden)
                if len(codes) > 1 or not set(codes) <= REFUSED:
                    smuggled.append(f"{name} at {url}: {codes}")
    return expect(not smuggled, f"{responses}; read differently: {smuggled}")


def _statuses(member: Outsider, request: bytes) -> list[bytes]:
    """Send bytes and return the statuses of all responses."""
    received = b""
    with member.raw_socket() as client:
        client.sendall(request)
        client.settimeout(2)
        try:
            while chunk := client.recv(65536):
                received += chunk
        except OSError:  # it is open or reset
            pass
    return re.findall(rb"HTTP/1.1 (\d{3})", received)
