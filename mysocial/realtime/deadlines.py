"""Deadlines of connections: a client that is too slow is disconnected."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple


class Timeouts(NamedTuple):
    """How long the server waits for a client, in seconds."""

    headers: float = 10.0  # for all headers of a request
    body: float = 30.0  # for its body, or for as much of it as the minimum rate demands
    reader: float = 20.0  # for the client to read something when the send buffer is full
    closing: float = 10.0  # for the client to read the rest, with the close frame


class DeadlineProtocol(asyncio.Protocol):
    """A connection with one deadline at a time, at which it is aborted."""

    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport
    timeouts = Timeouts()
    _deadline: asyncio.TimerHandle | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        self._clear_deadline()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._set_deadline(self.timeouts.reader, self._abort)

    def resume_writing(self) -> None:
        self._clear_deadline()
        super().resume_writing()

    def _abort(self) -> None:
        self.transport.abort()

    def _set_deadline(self, seconds: float, callback: Callable[[], None]) -> None:
        self._clear_deadline()
        self._deadline = self.loop.call_later(seconds, callback)

    def _clear_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
