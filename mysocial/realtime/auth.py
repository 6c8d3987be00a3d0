"""Authentication of connections, and a watcher that closes those whose session has ended."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple, Protocol

from mysocial.core import aio
from mysocial.core.errors import AppError

logger = logging.getLogger(__name__)
CHECK_SECONDS = 30
BATCH_SIZE = 1000


class AuthenticatedSession(NamedTuple):
    """The member and the session that an access token belongs to."""

    user_id: str
    session_id: str


@dataclass(frozen=True)
class SessionBackend:
    """Functions of the app that stores sessions; `mysocial/asgi.py` passes them in."""

    # Returns the session of an access token, even if it has ended; raises NotAuthenticated.
    authenticate: Callable[[str], AuthenticatedSession]
    find_ended: Callable[[Sequence[str]], set[str]]  # returns the sessions that have ended


class WatchedConnection(Protocol):
    """A connection that closes when its session ends."""

    session_id: str

    def sign_out(self) -> None:
        """Close the connection."""


class SessionWatcher:
    """Periodically checks the sessions of all connections of one event loop.

    An event closes connections when a member signs out. The watcher notices what no event
    announces, such as expired sessions.
    """

    def __init__(self) -> None:
        self._connections: dict[str, set[WatchedConnection]] = {}
        self._sessions: SessionBackend | None = None
        self._task: asyncio.Task[None] | None = None

    def add(self, connection: WatchedConnection, sessions: SessionBackend) -> None:
        """Watch a connection."""
        self._sessions = sessions
        self._connections.setdefault(connection.session_id, set()).add(connection)

    def remove(self, connection: WatchedConnection) -> None:
        """Stop watching a connection."""
        connections = self._connections.get(connection.session_id, set())
        connections.discard(connection)
        if not connections:
            self._connections.pop(connection.session_id, None)

    def start(self) -> None:
        """Start the periodic checks."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop the periodic checks."""
        await aio.cancel_and_wait(self._task)
        self._task = None

    async def close_ended_sessions(self) -> None:
        """Close the connections whose session has ended.

        Raises:
            Unavailable: The session store does not respond.
        """
        if self._sessions is None:
            return
        ids = iter(list(self._connections))
        while batch := list(islice(ids, BATCH_SIZE)):
            for session_id in await asyncio.to_thread(self._sessions.find_ended, batch):
                for connection in list(self._connections.get(session_id, ())):
                    connection.sign_out()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                await self.close_ended_sessions()
            except AppError:
                continue  # Redis does not respond, so no events are delivered either
            except Exception:
                logger.exception("Unexpected error in the check of sessions")
