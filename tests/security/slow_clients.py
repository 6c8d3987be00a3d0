"""Clients that read or send almost nothing, on many connections."""

import contextlib
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
from django.core.files.storage import storages

CLIENTS = 40
MEBIBYTE = 1024 * 1024


@contextlib.contextmanager
def media_file(size: int) -> Iterator[Path]:
    """Store a file as a worker would; delete it when the block ends."""
    path = Path(storages["default"].path(f"{uuid4().hex}.mp4"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(range(256)) * (size // 256))
    try:
        yield path
    finally:
        path.unlink()


def slow_connection(port: int, request: bytes) -> socket.socket:
    """Send a request, or the beginning of one, on a connection that reads little."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(10)
    client.connect(("127.0.0.1", port))
    client.sendall(request)
    return client


def half_an_upload(access: str, length: int, sent: int) -> bytes:
    """Return the beginning of a request with a video."""
    head = (
        f"POST /api/v1/posts HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {access}\r\n"
        f"Content-Type: multipart/form-data; boundary=B\r\nContent-Length: {length}\r\n\r\n"
        '--B\r\nContent-Disposition: form-data; name="video"; filename="a.mp4"\r\n\r\n'
    )
    return head.encode() + bytes(sent)


def half_a_json(access: str, path: str, length: int, sent: int) -> bytes:
    """Return the beginning of a request with a JSON body."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {access}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    )
    return head.encode() + b'{"text":"' + b"x" * sent


def assert_responsive(url: str, access: str) -> None:
    """Assert that the site responds to others, for a while.

    A client that the attack keeps from being served waits until the timeout. Attackers, servers and
    tests share two cores, so a response may take seconds.
    """
    headers = {"Authorization": f"Bearer {access}"}
    for _ in range(5):
        for path in ("/health/live", "/api/v1/posts"):
            assert httpx.get(url + path, headers=headers, timeout=10).status_code == 200
        time.sleep(0.2)
