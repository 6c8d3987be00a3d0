"""Many WebSockets to one server, at the lowest cost for the client."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect

MAX_CONCURRENT_OPENS = 50
OPEN_TIMEOUT_SECONDS = 30
POLL_SECONDS = 0.05


class SocketCrowd:
    """Sockets that are open until the block ends; counts the frames that contain a word."""

    def __init__(
        self, port: int, path: str, protocols: Sequence[Sequence[str]], *, is_slow: bool = False
    ) -> None:
        """Describe the crowd; slow sockets stop to read after a frame, until it is taken."""
        self._url = f"ws://127.0.0.1:{port}{path}"
        self._protocols = protocols
        self._max_queue = 1 if is_slow else None
        self._tasks: list[asyncio.Task[None]] = []
        self.sockets: list[ClientConnection] = []
        self.frame_counts: dict[str, int] = {}  # By word.

    async def __aenter__(self) -> Self:
        """Open and sign in all sockets."""
        semaphore = asyncio.Semaphore(MAX_CONCURRENT_OPENS)
        await asyncio.gather(
            *(self._open(semaphore, list(protocols)) for protocols in self._protocols)
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for socket in self.sockets:
            socket.transport.abort()

    async def _open(self, semaphore: asyncio.Semaphore, protocols: Any) -> None:
        async with semaphore:
            socket = await connect(
                self._url, subprotocols=protocols or None, open_timeout=OPEN_TIMEOUT_SECONDS,
                ping_interval=None, compression=None, max_queue=self._max_queue,
            )  # fmt: skip
            if protocols:
                await socket.recv()  # The message that the session is signed in.
        self.sockets.append(socket)

    async def send_all(self, text: str) -> None:
        """Send a frame on each socket."""
        for socket in self.sockets:
            await socket.send(text)

    def start_counting(self, *words: str) -> None:
        """Start to count the received frames that contain one of these words."""
        self.frame_counts = dict.fromkeys(words, 0)
        self._tasks = [asyncio.create_task(self._count(socket)) for socket in self.sockets]

    async def _count(self, socket: ClientConnection) -> None:
        async for frame in socket:
            for word in self.frame_counts:
                if word in str(frame):
                    self.frame_counts[word] += 1

    async def wait_for_frames(self, count: int, *, timeout_seconds: float = 60) -> None:
        """Wait until `count` frames have been counted.

        Raises:
            TimeoutError: They were not received in time.
        """
        deadline = time.monotonic() + timeout_seconds
        while sum(self.frame_counts.values()) < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{sum(self.frame_counts.values())} of {count} frames")
            await asyncio.sleep(POLL_SECONDS)
