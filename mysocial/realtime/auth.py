"""Sessions of what is open: who a token stands for, and whether its session has ended meanwhile."""

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
BATCH = 1000


class AuthenticatedSession(NamedTuple):
    """Who a token stands for."""

    user_id: str
    session_id: str


@dataclass(frozen=True)
class SessionBackend:
    """What the apps know of sessions; given by the composition (`mysocial/asgi.py`)."""

    # Of a token, whose session may have ended all the same; raises NotAuthenticated.
    authenticate: Callable[[str], AuthenticatedSession]
    find_ended: Callable[[Sequence[str]], set[str]]  # those of the ids whose session has ended


class WatchedConnection(Protocol):
    """Something open that ends with its session."""

    session_id: str

    def sign_out(self) -> None: ...


class SessionWatcher:
    """Looks again and again at the sessions of all that is open at one event loop.

    Their end is an event besides; this is for what no event tells, as an expiry.
    """

    def __init__(self) -> None:
        self._open: dict[str, set[WatchedConnection]] = {}
        self._sessions: SessionBackend | None = None
        self._task: asyncio.Task[None] | None = None

    def add(self, one: WatchedConnection, sessions: SessionBackend) -> None:
        """Look after `one` from now on."""
        self._sessions = sessions
        self._open.setdefault(one.session_id, set()).add(one)

    def remove(self, one: WatchedConnection) -> None:
        """Look after it no longer."""
        some = self._open.get(one.session_id, set())
        some.discard(one)
        if not some:
            self._open.pop(one.session_id, None)

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        """End."""
        await aio.cancel_and_wait(self._task)
        self._task = None

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                await self.close_ended_sessions()
            except AppError:
                continue  # Unknown for now: nothing is delivered either while the store is away.
            except Exception:
                logger.exception("A defect in looking after sessions")

    async def close_ended_sessions(self) -> None:
        """Sign out whatever has a session that ended; `Unavailable`."""
        if self._sessions is None:
            return
        ids = iter(list(self._open))
        while some := list(islice(ids, BATCH)):
            for session_id in await asyncio.to_thread(self._sessions.find_ended, some):
                for one in list(self._open.get(session_id, ())):
                    one.sign_out()
