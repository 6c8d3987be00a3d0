"""A TCP proxy whose open connections can be made silent: nothing arrives, and nothing is closed."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path


class SilentProxy:
    """A proxy on a loopback port to a unix socket."""

    def __init__(self, socket_path: Path) -> None:
        self._socket_path = socket_path
        self._generation = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self.port = 0

    def silence(self) -> None:
        """Drop everything that the open connections send and receive; new ones work."""
        self._generation += 1

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Accept connections during the block."""
        server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            for writer in self._writers:
                writer.close()
            closed = [writer.wait_closed() for writer in self._writers]
            await asyncio.gather(*closed, return_exceptions=True)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_unix_connection(self._socket_path)
        self._writers |= {writer, server_writer}
        generation = self._generation
        for source, target in ((reader, server_writer), (server_reader, writer)):
            self._tasks.add(asyncio.create_task(self._forward(source, target, generation)))

    async def _forward(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, generation: int
    ) -> None:
        with contextlib.suppress(OSError):
            while content := await source.read(65536):
                if generation == self._generation:
                    target.write(content)
                    await target.drain()
            target.close()
