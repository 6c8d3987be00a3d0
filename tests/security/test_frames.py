"""A6: attacks on a WebSocket of a real server, below the application."""

import json
import os
import socket
import struct
import time
from collections.abc import Callable, Iterator

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.frames import OP_BINARY, OP_CONT, OP_PING, OP_PONG, OP_TEXT
from websockets.sync.client import ClientConnection, connect

from tests.support.people import Person
from tests.support.socket_clients import wait_for_new_event_log
from tests.support.web_process import WebProcess

pytestmark = pytest.mark.timeout(120)
WITHIN = 20.0
HEADERS = (
    "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
)


@pytest.fixture(scope="module")
def site(_servers: None) -> Iterator[WebProcess]:
    with WebProcess() as running:
        yield running


@pytest.fixture(autouse=True)
def _site_follows_new_event_log(site: WebProcess, alice: Person) -> None:
    wait_for_new_event_log(site.url, alice)


class RawSocket:
    """A WebSocket client that controls each byte."""

    def __init__(self, site: WebProcess, person: Person) -> None:
        self.tcp = socket.create_connection(("127.0.0.1", site.port), timeout=WITHIN)
        offer = f"Sec-WebSocket-Protocol: mysocial, {person.access}\r\n\r\n"
        self.tcp.sendall((HEADERS + offer).encode())
        self._read = b""
        while b"\r\n\r\n" not in self._read:
            self._read += self.tcp.recv(4096)
        head, _, self._read = self._read.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101")
        assert json.loads(self.next()[1])["user_id"] == person.id

    def send(self, opcode: int, body: bytes = b"", *, fin: bool = True, reserved: int = 0) -> None:
        """Send a frame, masked as a client must."""
        self.tcp.sendall(frame(opcode, body, fin=fin, reserved=reserved))

    def next(self) -> tuple[int, bytes]:
        """Return the opcode and the body of the next frame."""
        head = self._take(2)
        size = head[1] & 0x7F
        if size == 126:
            (size,) = struct.unpack(">H", self._take(2))
        return head[0] & 0x0F, self._take(size)

    def code(self) -> int:
        """Return the close code."""
        while True:
            opcode, body = self.next()
            if opcode == 8:
                return int.from_bytes(body[:2])

    def _take(self, size: int) -> bytes:
        while len(self._read) < size:
            more = self.tcp.recv(65536)
            assert more, "The connection was closed without a close frame."
            self._read += more
        taken, self._read = self._read[:size], self._read[size:]
        return taken


def frame(opcode: int, body: bytes = b"", *, fin: bool = True, reserved: int = 0) -> bytes:
    """Return the bytes of a frame."""
    mask = os.urandom(4)
    length = len(body)
    size = bytes([0x80 | length]) if length < 126 else b"\xfe" + struct.pack(">H", length)
    masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(body))
    return bytes([(0x80 if fin else 0) | reserved | opcode]) + size + mask + masked


@pytest.fixture
def raw(site: WebProcess) -> Iterator[Callable[[Person], RawSocket]]:
    """Open raw sockets, and close them after the test."""
    opened: list[RawSocket] = []

    def open_for(person: Person) -> RawSocket:
        opened.append(RawSocket(site, person))
        return opened[-1]

    yield open_for
    for client in opened:
        client.tcp.close()


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        ([(OP_TEXT, b'{"type": "ping", "cid": "\xff\xfe"}')], 1007),
        ([(OP_TEXT, b"\xed\xa0\x80")], 1007),
        ([(3, b"x")], 1002),
        ([(OP_CONT, b"x")], 1002),
        ([(OP_PING, b"x" * 126)], 1002),
        ([(8, b"x")], 1002),
    ],
    ids=["bad UTF-8", "a surrogate", "an unknown opcode", "a continuation of nothing",
         "a long ping", "half a close code"],
)  # fmt: skip
def test_an_invalid_frame_closes_the_socket(raw, alice, capfd, frames, code):
    client = raw(alice)
    for opcode, body in frames:
        client.send(opcode, body)
    assert client.code() == code
    assert "Traceback" not in capfd.readouterr().err


def test_reserved_bits_close_the_socket(raw, alice):
    client = raw(alice)
    client.send(OP_TEXT, b"{}", reserved=0x40)
    assert client.code() == 1002


def test_a_message_can_have_two_fragments(raw, alice):
    client = raw(alice)
    client.send(OP_TEXT, b'{"type": "ping", ', fin=False)
    client.send(OP_PING, b"between")
    client.send(OP_CONT, b'"cid": "1"}')
    assert client.next() == (OP_PONG, b"between")
    assert client.next() == (OP_TEXT, b'{"type":"ok","cid":"1"}')


@pytest.mark.parametrize("body", [b"", b"x"])
def test_endless_fragments_close_the_socket(raw, alice, body):
    client = raw(alice)
    client.send(OP_TEXT, b"x", fin=False)
    client.tcp.sendall(frame(OP_CONT, body, fin=False) * 1000)
    assert client.code() == 1009


def test_an_oversized_fragmented_message_closes_the_socket(raw, alice):
    client = raw(alice)
    client.send(OP_TEXT, b"x" * 60_000, fin=False)
    client.send(OP_CONT, b"x" * 60_000)
    assert client.code() == 1009


@pytest.mark.parametrize("opcode", [OP_PING, OP_PONG])
def test_a_flood_of_pings_closes_the_socket(raw, alice, bob, opcode):
    other = raw(bob)
    client = raw(alice)
    client.tcp.sendall(frame(opcode, b"x") * 1000)
    assert client.code() == 4429
    other.send(OP_PING, b"still here")
    assert other.next() == (OP_PONG, b"still here")


def test_pings_at_a_normal_rate_are_always_answered(raw, alice):
    client = raw(alice)
    for number in range(150):
        client.send(OP_PING, str(number).encode())
        assert client.next() == (OP_PONG, str(number).encode())
    time.sleep(0.2)
    client.send(OP_TEXT, b'{"type": "ping", "cid": "1"}')
    assert client.next() == (OP_TEXT, b'{"type":"ok","cid":"1"}')


POISON = {
    "20,000 levels": "[" * 20_000,
    "an object of 4,000 levels": '{"a":' * 3000,
    "an infinite number": '{"type": "ping", "cid": 1e999}',
    "5,000 digits": '{"type": "ping", "cid": ' + "9" * 5000 + "}",
    "NaN": '{"type": "ping", "cid": NaN}',
    "NUL in a topic": '{"type": "subscribe", "cid": "1", "topic": "feed\\u0000"}',
    "a lone surrogate": '{"type": "subscribe", "cid": "1", "topic": "\\ud800"}',
    "an operator": '{"type": "subscribe", "cid": "1", "topic": {"$ne": ""}}',
    "null": '{"type": "resume", "cid": "1", "cursor": null}',
    "a list": '{"type": "typing", "cid": "1", "to": [], "on": true}',
    "a number for a boolean": '{"type": "typing", "cid": "1", "to": "' + "0" * 24 + '", "on": 1}',
    "a line break after a topic": '{"type": "subscribe", "cid": "1", "topic": "feed\\n"}',
    "a very long cursor": '{"type": "resume", "cid": "1", "cursor": "' + "9" * 10_000 + '"}',
    "17 KiB": '{"type": "ping", "cid": "' + "x" * 17_000 + '"}',
}


@pytest.fixture
def client(site: WebProcess, alice: Person) -> Iterator[ClientConnection]:
    offered: list[str] = ["mysocial", alice.access]
    with connect(site.url, subprotocols=offered, ping_interval=None) as opened:  # type: ignore[arg-type]
        assert json.loads(opened.recv(WITHIN))["user_id"] == alice.id
        yield opened


@pytest.mark.parametrize("text", POISON.values(), ids=list(POISON))
def test_a_malicious_command_gets_an_error_and_the_socket_stays_open(client, capfd, text):
    client.send(text)
    response = json.loads(client.recv(WITHIN))
    assert (response["type"], response["problem"]["status"]) == ("error", 400)
    client.send('{"type": "ping", "cid": "after"}')
    assert json.loads(client.recv(WITHIN)) == {"type": "ok", "cid": "after"}
    assert "Traceback" not in capfd.readouterr().err


def test_more_than_ten_commands_a_second_close_the_socket(client):
    for number in range(100):
        client.send(json.dumps({"type": "ping", "cid": str(number)}))
    responses = []
    with pytest.raises(ConnectionClosed) as closed:
        responses.extend(iter(lambda: client.recv(WITHIN), None))
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4429
    assert 30 <= len(responses) < 60


def test_a_binary_frame_is_not_a_command(raw, alice):
    client = raw(alice)
    client.send(OP_BINARY, b'{"type": "ping", "cid": "1"}')
    assert json.loads(client.next()[1])["problem"]["status"] == 400
