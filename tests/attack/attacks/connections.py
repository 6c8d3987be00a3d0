"""Attacks by connections: clients that send or take little, and clients that open many."""

import contextlib
import socket
import time
from collections.abc import Iterator
from dataclasses import replace

import httpx

from tests.attack.registry import attack, expect
from tests.attack.target import (
    OTHERS_WITHIN_SECONDS,
    POLL_SECONDS,
    Outsider,
    Target,
    served_within,
    wait_until,
)
from tests.images.videos import make_mp4
from tests.security.slow_clients import half_a_json, half_an_upload
from tests.support.servers import PASSWORD

MEBIBYTE = 1024 * 1024
CLIENTS = 40
LONG_TEXT = "\N{MUSICAL SYMBOL G CLEF}" * 4900


def media_path(member: Outsider, size: int) -> str:
    """Publish a video of some size and return its path."""
    video = make_mp4() + size.to_bytes(4, "big") + b"free" + bytes(size - 8)
    upload = {"data": {"text": "A video"}, "files": {"video": ("a.mp4", video)}}
    post = member.done("POST", "posts", **upload)["post"]

    def url() -> str:
        media = member.done("GET", f"posts/{post['id']}")["media"]
        return str(media["url"] or "")

    return httpx.URL(wait_until(url, within=90, name="the video is published")).path


@contextlib.contextmanager
def connections(
    outsider: Outsider, request: bytes, count: int = CLIENTS, *, pause: float = 0
) -> Iterator[None]:
    """Send a request, or the beginning of one, on many connections that read nothing."""
    with contextlib.ExitStack() as ends:
        for _ in range(count):
            client = ends.enter_context(outsider.raw_socket(receive_buffer=4096))
            with contextlib.suppress(OSError):  # it was refused, or nobody reads the rest
                client.settimeout(5)
                client.sendall(request)
            time.sleep(pause)
        yield


def hold_and_check(target: Target, attacker: Outsider, request: bytes) -> str:
    """Keep slow connections open, and read as another member meanwhile."""
    other, slowest = target.sign_up(), 0.0

    def check() -> None:
        nonlocal slowest
        slowest = max(slowest, served_within(other, OTHERS_WITHIN_SECONDS))

    with connections(attacker, request):
        target.hold(check)
    return f"others within {slowest:.2f} s"


@attack(expected="others are served within 3 s", resource=True)
def slow_readers_of_media(target: Target) -> str:
    """Request a file on 40 connections, not signed in, and read nothing."""
    path = media_path(target.sign_up(), 10 * MEBIBYTE)
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    return hold_and_check(target, target.outsider(), _with_host(target, request))


@attack(expected="others are served within 3 s", resource=True, quick=False)
def slow_readers_of_exports(target: Target) -> str:
    """Download the own export on 40 connections, and read nothing."""
    member = target.sign_up()
    media_path(member, 10 * MEBIBYTE)
    member.done("POST", "accounts/me/export", {"password": PASSWORD})

    def is_ready() -> bool:
        export = member.done("GET", "accounts/me/export")["export"]
        return bool(export and export["status"] == "ready")

    wait_until(is_ready, within=120, name="the export is ready")
    request = (
        f"GET /api/v1/accounts/me/export/file HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {member.access}\r\n\r\n"
    )
    return hold_and_check(target, member, _with_host(target, request.encode()))


@attack(expected="no service grows by more than 250 MB", resource=True, local=True, quick=False)
def slow_readers_of_pages(target: Target) -> str:
    """Request 200 pages of 2 MB, and read nothing."""
    members, other, slowest = [target.sign_up() for _ in range(4)], target.sign_up(), 0.0
    for member in members:
        for number in range(25):
            member.create_post(f"{LONG_TEXT}{number}")
    before = target.local.process_bytes()
    peak = dict(before)
    with contextlib.ExitStack() as ends:
        for member in members:
            request = (
                f"GET /api/v1/posts?limit=100 HTTP/1.1\r\nHost: localhost\r\n"
                f"Authorization: Bearer {member.access}\r\n\r\n"
            )
            ends.enter_context(
                connections(member, _with_host(target, request.encode()), 50, pause=0.1)
            )
        for _ in target.rounds():
            slowest = max(slowest, served_within(other, OTHERS_WITHIN_SECONDS))
            for name, size in target.local.process_bytes().items():
                peak[name] = max(peak[name], size)
            time.sleep(POLL_SECONDS)
    growth = {name: (peak[name] - before[name]) // MEBIBYTE for name in ("http", "ws", "proxy")}
    return expect(max(growth.values()) < 250, f"grew by MB: {growth}; others {slowest:.2f} s")


@attack(expected="others are served within 3 s", resource=True)
def slow_uploads(target: Target) -> str:
    """Send 3 MB of a video of 50 MB on 40 connections, and then nothing."""
    member = target.sign_up()
    request = half_an_upload(member.access, 50_000_000, 3_000_000)
    return hold_and_check(target, member, _with_host(target, request))


@attack(expected="others are served within 3 s", resource=True, quick=False)
def slow_json_bodies(target: Target) -> str:
    """Send half a JSON body on 40 connections: with an image, of 262 KB, and of 1 KB."""
    member = target.sign_up()
    bodies = [
        half_a_json(member.access, "/api/v1/posts", length, sent)
        for length, sent in ((10_000_000, 1_000_000), (262_999, 262_500), (1000, 10))
    ]
    parts = [replace(target, seconds=target.seconds / len(bodies)) for _ in bodies]
    texts = [
        hold_and_check(part, member, _with_host(target, body))
        for part, body in zip(parts, bodies, strict=True)
    ]
    return "; ".join(texts)


def _with_host(target: Target, request: bytes) -> bytes:
    host = httpx.URL(target.url).netloc
    return request.replace(b"Host: localhost\r\n", b"Host: " + host + b"\r\n", 1)


@attack(expected="the connections are closed within 40 s", quick=False)
def incomplete_headers(target: Target) -> str:
    """Send half a request on 300 connections."""
    outsider, other = target.outsider(), target.sign_up()
    request = _with_host(target, b"GET /api/v1/posts HTTP/1.1\r\nHost: localhost\r\n")
    with contextlib.ExitStack() as ends:
        clients = [ends.enter_context(outsider.raw_socket()) for _ in range(300)]
        for client in clients:
            client.sendall(request)
        slowest = served_within(other, OTHERS_WITHIN_SECONDS)
        deadline = time.monotonic() + 40
        left = [client for client in clients if not _is_closed(client, deadline)]
    return expect(not left, f"{len(left)} open after 40 s; others within {slowest:.2f} s")


def _is_closed(client: socket.socket, deadline: float) -> bool:
    client.settimeout(max(0.01, deadline - time.monotonic()))
    try:
        while client.recv(65536):
            pass
    except TimeoutError:
        return False
    except OSError:
        return True
    return True
