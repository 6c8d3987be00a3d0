"""Fuzzing of WebSockets: invalid commands, and frames that are not messages."""

import asyncio
import json
import random
import struct
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from mysocial.realtime.protocol import COMMANDS
from tests.fuzz.site import Endpoint

# The close codes of docs/events.md; 1002, 1007 and 1009 are those of RFC 6455.
CODES = {1000, 1001, 1002, 1005, 1006, 1007, 1009, 4400, 4401, 4408, 4429, 4430}
MAX_CONCURRENT = 8
FRAMES_PER_SOCKET = 28  # two fewer than the rate limit allows at once
TIMEOUT_SECONDS = 10.0
PINGS = 10_000
VALUES: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    2**63,
    2**70,
    1e308,
    "",
    " ",
    "feed",
    "home",
    "\0",
    "\ud800",
    "user:",
    "a" * 65,
    "a" * 5000,
    [],
    {},
    [[]],
    {"$ne": 1},
    ["feed"] * 101,
    "post:" + "0" * 24,
    "0:0",
    "\u202e",
    "é" * 64,
)
TEXTS = (
    b"",
    b"{",
    b"null",
    b"[]",
    b"1",
    b'"a"',
    b"NaN",
    b"[" * 5000,
    b'{"type":"ping","type":"auth"}',
    b'{"type":"ping","cid":"\\ud800"}',
    b'{"type":"ping","cid":"1"}{"type":"ping","cid":"1"}',
    b'{"type":"ping","cid":"' + b"a" * 16_000 + b'"}',
    b'{"type":"ping","cid":"' + b"a" * 40_000 + b'"}',
    b'{"type":"auth","cid":"1","token":"' + b"a" * 4000 + b'"}',
    "\ufeff{}".encode(),
)


@dataclass
class FrameRun:
    """The number of frames, the close codes and the faults of a run."""

    sent: int = 0
    codes: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def run(endpoint: Endpoint, frames: int, seed: int) -> FrameRun:
    """Send a number of frames over sockets of a member, up to the rate limit on each."""
    return asyncio.run(_run(endpoint, frames, random.Random(seed)))


async def _run(endpoint: Endpoint, frames: int, chance: random.Random) -> FrameRun:
    result = FrameRun()
    for ending in ENDINGS:
        await _send_ending(endpoint, ending, result)
    chances = [random.Random(chance.random()) for _ in range(-(-frames // FRAMES_PER_SOCKET))]
    for at in range(0, len(chances), MAX_CONCURRENT):
        batch = chances[at : at + MAX_CONCURRENT]
        await asyncio.gather(*(_send_frames(endpoint, chance, result) for chance in batch))
        if len(result.faults) > 20:
            break
    async with _connect(endpoint) as socket:
        await socket.send('{"type":"ping","cid":"last"}')
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while '"cid":"last"' not in str(await socket.recv()):
                pass
    return result


def _connect(endpoint: Endpoint, *, signed_in: bool = True) -> connect:
    offered: list[Any] = ["mysocial", *([endpoint.member.access] if signed_in else [])]
    url = f"{endpoint.url.replace('http', 'ws', 1)}/ws"
    return connect(url, subprotocols=offered, open_timeout=TIMEOUT_SECONDS, max_queue=None)


async def _send_frames(endpoint: Endpoint, chance: random.Random, result: FrameRun) -> None:
    """Send frames until the socket closes; responses and close code must be as documented."""
    frames = [_frame(chance) for _ in range(FRAMES_PER_SOCKET)]
    try:
        async with _connect(endpoint, signed_in=chance.random() < 0.9) as socket:
            try:
                for frame in frames:
                    result.sent += 1
                    await socket.send(frame, text=chance.random() < 0.97)
                await socket.send('{"type":"ping","cid":"end"}')
                async with asyncio.timeout(TIMEOUT_SECONDS):
                    while (raw := await socket.recv()) and '"cid":"end"' not in str(raw):
                        _check_message(str(raw), result)
            except ConnectionClosed:
                pass
            while not socket.close_code and await _receive_more(socket, result):
                pass
        _check_close(socket.close_code, frames, result)
    except (TimeoutError, OSError, InvalidHandshake) as error:
        result.faults.append(f"{error!r} after {frames}"[:400])


async def _receive_more(socket: ClientConnection, result: FrameRun) -> bool:
    try:
        _check_message(str(await asyncio.wait_for(socket.recv(), 0.01)), result)
    except (TimeoutError, ConnectionClosed):
        return False
    return True


def _check_close(code: int | None, frames: Any, result: FrameRun) -> None:
    result.codes[code or 0] += 1
    if code not in CODES:
        result.faults.append(f"closed with {code} after {frames}"[:400])


def _check_message(raw: str, result: FrameRun) -> None:
    message = json.loads(raw)
    problem = message.get("problem")
    if message["type"] == "error" and (
        set(problem) != {"status", "code", "detail", "errors"} or problem["status"] >= 500
    ):
        result.faults.append(f"responded {raw[:300]}")


def _frame(chance: random.Random) -> bytes:
    """Return an invalid command, a valid one, or a text that is not a command."""
    if chance.random() < 0.15:
        return chance.choice(TEXTS)
    kind = chance.choice(COMMANDS)
    command = {name: _valid_value(name, chance) for name in kind.model_fields}
    for _ in range(chance.choice((0, 1, 1, 2))):
        name = chance.choice((*command, "x", "$ne", ""))
        command[name] = chance.choice(VALUES)
        if chance.random() < 0.2:
            del command[name]
    command.setdefault("type", kind.model_fields["type"].annotation.__args__[0])
    text = json.dumps(command, ensure_ascii=chance.random() < 0.8).encode(errors="surrogatepass")
    if chance.random() < 0.1:
        at = chance.randrange(len(text))
        text = text[:at] + chance.choice((b"", b"\0", b'"', b"{", b"\xff")) + text[at + 1 :]
    return text if _is_text(text) else text.decode(errors="replace").encode()


def _is_text(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _valid_value(name: str, chance: random.Random) -> Any:
    return {
        "cid": str(chance.randrange(100)),
        "topic": chance.choice(("feed", "home", "presence", "post:" + "a" * 24)),
        "topics": chance.choice((["feed", "home"], [], ["presence"])),
        "cursor": chance.choice(
            ("0:0", "5a0c11fe:1795377658624429", "x", "-1:-1", "a:" + "9" * 30)
        ),
        "token": "a.b.c",
        "to": "0" * 24,
        "on": True,
        "replace": True,
        "type": "ping",
    }[name]


# Frames below messages ---------------------------------------------------------------------------


def raw_frame(opcode: int, body: bytes, *, final: bool = True, masked: bool = True) -> bytes:
    """Return the bytes of a frame, with a zero mask."""
    head = bytes([(0x80 if final else 0) | opcode])
    mask = 0x80 if masked else 0
    if len(body) < 126:
        head += bytes([mask | len(body)])
    elif len(body) < 65536:
        head += bytes([mask | 126]) + struct.pack(">H", len(body))
    else:
        head += bytes([mask | 127]) + struct.pack(">Q", len(body))
    return head + (b"\0" * 4 if masked else b"") + body


ENDINGS: tuple[tuple[str, bytes, set[int]], ...] = (
    ("binary", raw_frame(2, b"\0\1") * 12, {4400}),
    ("bad UTF-8", raw_frame(1, b"\xff\xfe"), {1007}),
    (
        "bad UTF-8 in the second part",
        raw_frame(1, b"a", final=False) + raw_frame(0, b"\xff"),
        {1007},
    ),
    *((f"opcode {n}", raw_frame(n, b""), {1002}) for n in (3, 7, 11, 15)),
    ("a reserved bit", b"\xc1\x80\0\0\0\0", {1002}),
    ("without a mask", raw_frame(1, b"{}", masked=False), {1002}),
    ("a ping in parts", raw_frame(9, b"", final=False), {1002}),
    ("a ping too long", raw_frame(9, b"a" * 126), {1002}),
    ("a part of nothing", raw_frame(0, b"a"), {1002}),
    ("a text within a text", raw_frame(1, b"a", final=False) * 2, {1002}),
    ("a close with half a code", raw_frame(8, b"\x03"), {1002}),
    ("a close with a code that is none", raw_frame(8, struct.pack(">H", 5)), {1002}),
    ("a close with bad UTF-8", raw_frame(8, struct.pack(">H", 1000) + b"\xff"), {1007}),
    ("1.5 MB", raw_frame(1, b"a" * 1_500_000), {1009}),
    ("a length of 2**62", b"\x81\xff" + struct.pack(">Q", 2**62) + b"\0" * 4, {1009}),
    (
        "parts without end",
        raw_frame(1, b"", final=False) + raw_frame(0, b"a" * 999, final=False) * 99,
        {1009},
    ),
    (
        "empty parts",
        raw_frame(1, b"", final=False) + raw_frame(0, b"", final=False) * 9999 + raw_frame(8, b""),
        {1002, 1009},
    ),
    ("pings", raw_frame(9, b"a") * PINGS + raw_frame(8, struct.pack(">H", 1000)), {4429}),
    ("commands", raw_frame(1, b'{"type":"ping","cid":"1"}') * PINGS, {4429}),
)


async def _send_ending(
    endpoint: Endpoint, ending: tuple[str, bytes, set[int]], result: FrameRun
) -> None:
    """Send bytes below the library; the socket must be closed with the right code."""
    name, sent, expected_codes = ending
    socket = await _connect(endpoint)
    result.sent += 1
    socket.transport.write(sent)
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while True:
                await socket.recv()
    except ConnectionClosed:
        code = socket.protocol.close_rcvd.code if socket.protocol.close_rcvd else 1006
        result.codes[code] += 1
        if code not in expected_codes:
            result.faults.append(f"{name}: closed with {code}, not {expected_codes}")
    except TimeoutError:
        result.faults.append(f"{name}: still open")
        socket.transport.abort()
