"""A deadline for connections that are closing.

A transport that is closed first sends what it has buffered. A client that reads nothing would keep
it forever, although limits no longer count the connection.
"""

from typing import Any

import uvicorn

TICKS_PER_SECOND = 10  # of `uvicorn.Server.on_tick`


class Server(uvicorn.Server):
    """A server that aborts connections which have been closing for too long."""

    def __init__(self, config: uvicorn.Config, closing_seconds: float) -> None:
        super().__init__(config)
        self._ticks = max(1, round(closing_seconds * TICKS_PER_SECOND))
        self._closing: set[Any] = set()

    async def on_tick(self, counter: int) -> bool:
        """Abort connections from time to time; return whether the server shall end."""
        if counter % self._ticks == 0:
            self._abort_overdue()
        return await super().on_tick(counter)

    def _abort_overdue(self) -> None:
        """Abort the connections that were closing at the last call, and still are."""
        closing = {
            connection
            for connection in self.server_state.connections
            if connection.transport.is_closing()
        }
        for connection in closing & self._closing:
            connection.transport.abort()
        self._closing = closing
