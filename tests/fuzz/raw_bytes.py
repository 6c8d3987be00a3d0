"""Bytes that no HTTP library would send."""

import http.client
import io
import random
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from tests.fuzz import response_checks
from tests.fuzz.site import Door

WITHIN = 5.0
PATIENCE = 0.2  # after that it is taken that a door waits for more
MOST = 1_000_000
BY_THE_SERVER = {400, 404, 405, 408, 411, 413, 414, 415, 417, 426, 431, 501, 505}
POST = "POST /api/posts HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {access}\r\n"
JSON = POST + "Content-Type: application/json\r\n"
FORM = POST + "Content-Type: multipart/form-data; boundary=b\r\n"
GET = "GET /api/posts HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {access}\r\n"

# The head of a request, and what follows it; then the client sends nothing more.
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
    (GET.replace("/api/posts", "/api/p\xff\xfe\x00") + "\r\n", b""),
    (GET.replace("/api/posts", "/api/posts?" + "a" * 100_000) + "\r\n", b""),
    (GET.replace("/api/posts", "//api//posts") + "\r\n", b""),
    (GET.replace("/api/posts", "http://evil.example/api/posts") + "\r\n", b""),
    (GET.replace("/api/posts", "*") + "\r\n", b""),
    (GET.replace("/api/posts", "api/posts") + "\r\n", b""),
    (GET.replace("Host: localhost\r\n", "") + "\r\n", b""),
    (GET + "Host: localhost\r\n\r\n", b""),
    (GET.replace("\r\n", "\n") + "\n", b""),
    ("GET /api/posts\r\n\r\n", b""),
    ("\r\n" * 100, b""),
    ("", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 500),
    ("", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0" * 100),
    ("", b"\xff" * 10_000),
    ("", b"GET " + b"/" * 200_000),
    ("", b""),
)


def run(door: Door, random_cases: int, seed: int) -> tuple[int, list[str]]:
    """Send each case; return how many, and what was wrong with the answers."""
    found, sent = [], 0
    for case in _all(door.member.access, random_cases, seed):
        sent += 1
        if wrong := _judge(_ask(door.url, case)):
            found.append(f"{case[:160]!r}…{case[-60:]!r}: {wrong}")
    return sent, found


def _all(access: str, random_cases: int, seed: int) -> Iterator[bytes]:
    for head, body in CASES:
        yield head.replace("{access}", access).encode("latin-1") + body
    chance = random.Random(seed)
    for _ in range(random_cases):
        head, body = chance.choice(CASES)
        yield _mutated(head.replace("{access}", access).encode("latin-1") + body, chance)


def _mutated(case: bytes, chance: random.Random) -> bytes:
    """Return the case with a few bytes changed, dropped or doubled."""
    changed = bytearray(case[:20_000])
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(changed) + 1)
        changed[at : at + chance.randint(0, 3)] = chance.choice(
            (b"", b"\0", b"\xff", b"\r\n", b":", chance.randbytes(4), bytes(changed[at : at + 9]))
        )
    return bytes(changed)


def _ask(url: str, case: bytes) -> bytes | str:
    """Return what is answered until the door closes or says no more."""
    where, answer = urlsplit(url), b""
    with socket.create_connection((where.hostname or "", where.port or 0), WITHIN) as one:
        try:
            one.sendall(case)
            one.settimeout(PATIENCE)
            answer = _read(one)
            one.shutdown(socket.SHUT_WR)
            one.settimeout(WITHIN)
            answer += _read(one, needed=not answer)
        except TimeoutError:
            return f"neither an answer nor an end within {WITHIN} s"
        except OSError:
            pass  # it was closed before all was sent
    return answer


def _read(one: socket.socket, *, needed: bool = False) -> bytes:
    """Return what comes until the door closes or says no more; `needed` is one of the two."""
    answer = b""
    try:
        while len(answer) < MOST and (some := one.recv(65536)):
            answer += some
            one.settimeout(PATIENCE)
    except TimeoutError:
        if needed and not answer:
            raise
    return answer


class _Said(io.BytesIO):
    """What was answered, as a socket that may be read."""

    def makefile(self, *_: object) -> io.BytesIO:
        return self

    def close(self) -> None:
        """Stay open: more answers may follow."""


def _judge(answer: bytes | str) -> str:
    if isinstance(answer, str):
        return answer
    said: Any = _Said(answer)
    if not answer.startswith(b"HTTP/"):
        return ""  # HTTP/2
    while said.tell() < len(answer):  # what follows the end of a body is a request, too
        one = http.client.HTTPResponse(said)
        try:
            one.begin()
            body = one.read()
        except http.client.RemoteDisconnected:
            return ""  # it was told to go on, and did not
        except http.client.HTTPException as error:
            return f"{error!r}: {answer[:300]!r}"
        headers = {name.lower(): value for name, value in one.getheaders()}
        is_ours = "json" in headers.get("content-type", "")
        if wrong := response_checks.fault(one.status, headers, body) if is_ours else "":
            return wrong
        if not is_ours and one.status >= 400 and one.status not in BY_THE_SERVER:
            return f"it is a {one.status}: {body[:200]!r}"
    return ""
