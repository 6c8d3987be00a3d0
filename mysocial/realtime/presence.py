"""Presence: a member is online while a process has a WebSocket of theirs.

Each process refreshes its connections periodically; those of a killed process expire. Presence is
kept in Redis only: it is never stored in MongoDB and is in no log.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from django.conf import settings

from mysocial.core import aio, keys
from mysocial.core.events import EphemeralEvent
from mysocial.core.ids import ID_LENGTH, new_id
from mysocial.core.redis import Script, available, client
from mysocial.realtime.ephemeral import encode_event

logger = logging.getLogger(__name__)
PRESENCE = Script("common", "presence")
PLACEHOLDER = "@" * ID_LENGTH  # in the messages, where the script puts the id of the member
TICK_SECONDS = 1.0
BATCH_SIZE = 1000
Connections = Iterable[tuple[str, str]]  # connection id, member id
_status_events: dict[str, bytes] = {}


def set_status_events(event_class: Callable[[str, bool], EphemeralEvent]) -> None:
    """Set the event of a status change; it takes a member's id and whether they are online."""
    for name, is_online in (("online_message", True), ("offline_message", False)):
        _status_events[name] = encode_event(event_class(PLACEHOLDER, is_online))


def update_presence(present: Connections = (), closed: Connections = ()) -> None:
    """Refresh open connections and remove closed ones; publish the changes of status.

    Raises:
        Unavailable: Redis does not respond.
    """
    refreshed, removed = iter(present), list(closed)
    while True:
        batch = list(islice(refreshed, BATCH_SIZE))
        PRESENCE({
            "connected": batch,
            "disconnected": removed,
            "ttl_ms": settings.PRESENCE_SECONDS * 1000,
            "grace_ms": settings.PRESENCE_GRACE_SECONDS * 1000,
            "placeholder": PLACEHOLDER,
            **_status_events,
        })  # fmt: skip
        removed = []
        if len(batch) < BATCH_SIZE:
            return


def filter_online(member_ids: Sequence[str]) -> set[str]:
    """Return the members who are online, without checking who may see it.

    Raises:
        Unavailable: Redis does not respond.
    """
    if not member_ids:
        return set()
    with available():
        pipe = client().pipeline(transaction=False)
        pipe.time()
        pipe.zmscore(keys.ONLINE_MEMBERS, list(member_ids))
        (seconds, microseconds), expiries = pipe.execute()
    now_ms = seconds * 1000 + microseconds // 1000
    return {
        pk
        for pk, expires_ms in zip(member_ids, expiries, strict=True)
        if expires_ms is not None and expires_ms > now_ms
    }


class ConnectionRegistry:
    """The connections of one event loop, whose members it keeps online."""

    def __init__(self) -> None:
        self._open: dict[str, str] = {}  # connection id -> member id
        self._new: set[str] = set()
        self._closed: dict[str, str] = {}
        self._changed = asyncio.Event()
        self._refresh_at = 0.0
        self._task: asyncio.Task[None] | None = None

    def connect(self, member_id: str) -> str:
        """Register a connection of a member; return its id."""
        connection_id = new_id()
        self._open[connection_id] = member_id
        self._new.add(connection_id)
        self._changed.set()
        return connection_id

    def disconnect(self, connection_id: str) -> None:
        """Remove a connection; ignore an unknown one."""
        member_id = self._open.pop(connection_id, None)
        if member_id is not None:
            self._new.discard(connection_id)
            self._closed[connection_id] = member_id
            self._changed.set()

    def start(self) -> None:
        """Start to publish changes, and those of members whose connections expired anywhere."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Remove all connections and publish it."""
        await aio.cancel_and_wait(self._task)
        self._task = None
        for connection_id in list(self._open):
            self.disconnect(connection_id)
        if self._closed:
            await self.flush()

    async def flush(self) -> None:
        """Send the changes to Redis and, when it is time, refresh all open connections.

        A failure is logged; the changes are sent again with the next flush.
        """
        now, closed = time.monotonic(), self._closed
        is_due = now >= self._refresh_at
        present = [(key, pk) for key, pk in self._open.items() if is_due or key in self._new]
        self._closed, self._new = {}, set()
        if is_due:
            self._refresh_at = now + settings.PRESENCE_SECONDS / 2
        try:
            await asyncio.to_thread(update_presence, present, closed.items())
        except Exception as error:  # noqa: BLE001 - retried, whatever it was
            logger.warning("The presence of members was not updated: %s", error)
            self._closed |= closed
            self._refresh_at = 0.0

    async def _run(self) -> None:
        while True:
            # Not `wait_for`: until Python 3.12 it loses a cancellation that comes with the result.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK_SECONDS):
                    await self._changed.wait()
            self._changed.clear()
            await self.flush()
