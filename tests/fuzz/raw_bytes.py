"""Raw requests that no HTTP library would send."""

import http.client
import io
import random
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from tests.fuzz import response_checks
from tests.fuzz.site import Endpoint

TIMEOUT_SECONDS = 5.0
IDLE_SECONDS = 0.2  # without bytes for so long, the server waits for more input
MAX_RESPONSE_BYTES = 1_000_000
SERVER_STATUSES = {400, 404, 405, 408, 411, 413, 414, 415, 417, 426, 431, 501, 505}
POST = "POST /api/v1/posts HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {access}\r\n"
JSON = POST + "Content-Type: application/json\r\n"
FORM = POST + "Content-Type: multipart/form-data; boundary=b\r\n"
GET = "GET /api/v1/posts HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {access}\r\n"

# The head of a request and its body, after which the client sends nothing more.
CASES: tuple[tuple[str, bytes], ...] = (
    (JSON + "Content-Length: 100\r\n\r\n", b'{"text": "x'),
    (JSON + "Content-Length: 5\r\n\r\n", b'{"text": "x"}'),
    (JSON + "Content-Length: 0\r\n\r\n", b'{"text": "x"}'),
    (JSON + "Content-Length: -1\r\n\r\n", b"{}"),
    (JSON + "Content-Length: +2\r\n\r\n", b"{}"),
    (JSON + "Content-Length: abc\r\n\r\n", b"{}"),
    (JSON + "Content-Length: 2, 2\r\n\r\n", b"{}"),
    (JSON + "Content-Length: 99999999999999999999\r\n\r\n", b"{}"),
    (JSON + "Content-Length: 314572800\r\n\r\n", b"{}"),
    (JSON + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n", b"{}"),
    (JSON + "Content-Length: 13\r\nTransfer-Encoding: chunked\r\n\r\n", b"0\r\n\r\n"),
    (JSON + "Transfer-Encoding: chunked\r\n\r\n", b"5\r\n{}"),
    (JSON + "Transfer-Encoding: chunked\r\n\r\n", b"zz\r\n{}\r\n0\r\n\r\n"),
    (JSON + "Transfer-Encoding: chunked\r\n\r\n", b"-1\r\n{}\r\n0\r\n\r\n"),
    (JSON + "Transfer-Encoding: chunked\r\n\r\n", b"ffffffffffffffff\r\n{}\r\n0\r\n\r\n"),
    (JSON + "Transfer-Encoding: gzip, chunked\r\n\r\n", b"2\r\n{}\r\n0\r\n\r\n"),
    (JSON + "Transfer-Encoding: nothing\r\n\r\n", b"{}"),
    (JSON + "\r\n", b'{"text": "x"}'),
    (JSON + "Expect: 100-continue\r\nContent-Length: 13\r\n\r\n", b""),
    (FORM + "Content-Length: 400\r\n\r\n", b"--b\r\nContent-Disposition: form-data; name"),
    (
        FORM + "Content-Length: 9000\r\n\r\n",
        b'--b\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n\x89PNG',
    ),
    (FORM + "Content-Length: 209715200\r\n\r\n", b"--b\r\n"),
    (GET + "X: a\0b\r\n\r\n", b""),
    (GET + "X\r\n\r\n", b""),
    (GET + ": x\r\n\r\n", b""),
    (GET + " folded\r\n\r\n", b""),
    (GET + "X: " + "a" * 100_000 + "\r\n\r\n", b""),
    (GET + "X: a\r\n" * 5000 + "\r\n", b""),
    (GET + "Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n", b""),
    (GET + "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n\r\n", b""),
    (GET.replace("1.1", "9.9") + "\r\n", b""),
    (GET.replace("1.1", "1.0") + "\r\n", b""),
    (GET.replace("GET", "G\xffT") + "\r\n", b""),
    (GET.replace("GET", "A" * 5000) + "\r\n", b""),
    (GET.replace("/api/v1/posts", "/api/v1/p\xff\xfe\x00") + "\r\n", b""),
    (GET.replace("/api/v1/posts", "/api/v1/posts?" + "a" * 100_000) + "\r\n", b""),
    (GET.replace("/api/v1/posts", "//api//posts") + "\r\n", b""),
    (GET.replace("/api/v1/posts", "http://evil.example/api/v1/posts") + "\r\n", b""),
    (GET.replace("/api/v1/posts", "*") + "\r\n", b""),
    (GET.replace("/api/v1/posts", "api/posts") + "\r\n", b""),
    (GET.replace("Host: localhost\r\n", "") + "\r\n", b""),
    (GET + "Host: localhost\r\n\r\n", b""),
    (GET.replace("\r\n", "\n") + "\n", b""),
    ("GET /api/v1/posts\r\n\r\n", b""),
    ("\r\n" * 100, b""),
    ("", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 500),
    ("", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0" * 100),
    ("", b"\xff" * 10_000),
    ("", b"GET " + b"/" * 200_000),
    ("", b""),
)


def run(endpoint: Endpoint, random_cases: int, seed: int) -> tuple[int, list[str]]:
    """Send each case; return the number of cases and the faults of the responses."""
    faults, sent = [], 0
    for case in _all_cases(endpoint.member.access, random_cases, seed):
        sent += 1
        if fault := _check(_send(endpoint.url, case)):
            faults.append(f"{case[:160]!r}…{case[-60:]!r}: {fault}")
    return sent, faults


def _all_cases(access: str, random_cases: int, seed: int) -> Iterator[bytes]:
    for head, body in CASES:
        yield head.replace("{access}", access).encode("latin-1") + body
    chance = random.Random(seed)
    for _ in range(random_cases):
        head, body = chance.choice(CASES)
        yield _mutated(head.replace("{access}", access).encode("latin-1") + body, chance)


def _mutated(case: bytes, chance: random.Random) -> bytes:
    """Return the case with a few bytes changed, removed or repeated."""
    changed = bytearray(case[:20_000])
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(changed) + 1)
        changed[at : at + chance.randint(0, 3)] = chance.choice(
            (b"", b"\0", b"\xff", b"\r\n", b":", chance.randbytes(4), bytes(changed[at : at + 9]))
        )
    return bytes(changed)


def _send(url: str, case: bytes) -> bytes | str:
    """Return what the server sends until it closes the connection or stops sending."""
    address, response = urlsplit(url), b""
    with socket.create_connection(
        (address.hostname or "", address.port or 0), TIMEOUT_SECONDS
    ) as client:
        try:
            client.sendall(case)
            client.settimeout(IDLE_SECONDS)
            response = _read(client)
            client.shutdown(socket.SHUT_WR)
            client.settimeout(TIMEOUT_SECONDS)
            response += _read(client, is_required=not response)
        except TimeoutError:
            return f"no response and no close within {TIMEOUT_SECONDS} s"
        except OSError:
            pass  # closed before everything was sent
    return response


def _read(client: socket.socket, *, is_required: bool = False) -> bytes:
    """Return what the server sends until it closes the connection or stops sending.

    Raises:
        TimeoutError: nothing came although a response or a close `is_required`.
    """
    response = b""
    try:
        while len(response) < MAX_RESPONSE_BYTES and (part := client.recv(65536)):
            response += part
            client.settimeout(IDLE_SECONDS)
    except TimeoutError:
        if is_required and not response:
            raise
    return response


class _ResponseSocket(io.BytesIO):
    """The received bytes in the form of a socket."""

    def makefile(self, *_: object) -> io.BytesIO:
        return self

    def close(self) -> None:
        """Stay open, because more responses may follow."""


def _check(received: bytes | str) -> str:
    if isinstance(received, str):
        return received
    stream: Any = _ResponseSocket(received)
    if not received.startswith(b"HTTP/"):
        return ""  # HTTP/2
    while stream.tell() < len(received):  # bytes after a body are another request
        response = http.client.HTTPResponse(stream)
        try:
            response.begin()
            body = response.read()
        except http.client.RemoteDisconnected:
            return ""  # a 100 Continue without a further response
        except http.client.HTTPException as error:
            return f"{error!r}: {received[:300]!r}"
        headers = {name.lower(): value for name, value in response.getheaders()}
        is_ours = "json" in headers.get("content-type", "")
        if is_ours and (fault := response_checks.response_fault(response.status, headers, body)):
            return fault
        if not is_ours and response.status >= 400 and response.status not in SERVER_STATUSES:
            return f"it is a {response.status}: {body[:200]!r}"
    return ""
