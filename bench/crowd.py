"""A crowd of sockets on one server, as cheap for the machine as a client can be."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect

AT_ONCE = 50
OPENS_WITHIN = 30


class Crowd:
    """Sockets that are open until the block ends; counts the frames that hold a word."""

    def __init__(self, port: int, path: str, protocols: Sequence[Sequence[str]]) -> None:
        self._url = f"ws://127.0.0.1:{port}{path}"
        self._protocols = protocols
        self._tasks: list[asyncio.Task[None]] = []
        self.sockets: list[ClientConnection] = []
        self.heard: dict[str, int] = {}

    async def __aenter__(self) -> Self:
        """Return when all of them are open and signed in."""
        gate = asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(*(self._open(gate, list(one)) for one in self._protocols))
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for socket in self.sockets:
            socket.transport.abort()

    async def _open(self, gate: asyncio.Semaphore, protocols: Any) -> None:
        async with gate:
            socket = await connect(
                self._url, subprotocols=protocols or None, open_timeout=OPENS_WITHIN,
                ping_interval=None, compression=None, max_queue=None,
            )  # fmt: skip
            if protocols:
                await socket.recv()  # signed in
        self.sockets.append(socket)

    async def say(self, text: str) -> None:
        """Let each of them send a frame."""
        for socket in self.sockets:
            await socket.send(text)

    def listen(self, *words: str) -> None:
        """Count from now on the frames that hold one of these words."""
        self.heard = dict.fromkeys(words, 0)
        self._tasks = [asyncio.create_task(self._listen(socket)) for socket in self.sockets]

    async def _listen(self, socket: ClientConnection) -> None:
        async for frame in socket:
            for word in self.heard:
                if word in str(frame):
                    self.heard[word] += 1

    async def until(self, count: int, *, within: float = 60) -> None:
        """Return when so many frames have been heard; `TimeoutError`."""
        deadline = time.monotonic() + within
        while sum(self.heard.values()) < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{sum(self.heard.values())} of {count} frames")
            await asyncio.sleep(0.05)
