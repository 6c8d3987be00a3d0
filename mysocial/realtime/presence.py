"""Who is online: whoever has a socket open, in whatever process.

Each process says again and again which sockets it has; those of one that was killed run out by
themselves. None of it is a record: it is never stored in MongoDB and no log has it.
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
TICK = 1.0
BATCH = 1000
Sockets = Iterable[tuple[str, str]]  # socket, member
_status_events: dict[str, bytes] = {}


def set_status_events(news: Callable[[str, bool], EphemeralEvent]) -> None:
    """Set what is told of a member who came online (True), or is no longer (False)."""
    for name, online in (("online_message", True), ("offline_message", False)):
        _status_events[name] = encode_event(news(PLACEHOLDER, online))


def update_presence(here: Sockets = (), left: Sockets = ()) -> None:
    """Note which sockets are here and which left; tell who came online, and who no longer is.

    `Unavailable` when Redis is away.
    """
    coming, going = iter(here), list(left)
    while True:
        some = list(islice(coming, BATCH))
        PRESENCE({
            "connected": some,
            "disconnected": going,
            "ttl_ms": settings.PRESENCE_SECONDS * 1000,
            "grace_ms": settings.PRESENCE_GRACE_SECONDS * 1000,
            "placeholder": PLACEHOLDER,
            **_status_events,
        })  # fmt: skip
        going = []
        if len(some) < BATCH:
            return


def online(member_ids: Sequence[str]) -> set[str]:
    """Return those of the members who are online, whoever may know; `Unavailable`."""
    if not member_ids:
        return set()
    with available():
        pipe = client().pipeline(transaction=False)
        pipe.time()
        pipe.zmscore(keys.ONLINE_MEMBERS, list(member_ids))
        (seconds, microseconds), ends = pipe.execute()
    now = seconds * 1000 + microseconds // 1000
    return {pk for pk, end in zip(member_ids, ends, strict=True) if end is not None and end > now}


class ConnectionRegistry:
    """The sockets of one event loop; their members are online while it keeps saying so."""

    def __init__(self) -> None:
        self._here: dict[str, str] = {}  # socket -> member
        self._new: set[str] = set()
        self._left: dict[str, str] = {}
        self._wake = asyncio.Event()
        self._again = 0.0
        self._task: asyncio.Task[None] | None = None

    def connect(self, member_id: str) -> str:
        """Note a member's new socket; return the name by which it leaves."""
        socket = new_id()
        self._here[socket] = member_id
        self._new.add(socket)
        self._wake.set()
        return socket

    def disconnect(self, socket: str) -> None:
        """Note that a socket is gone; one that is unknown is passed over."""
        member_id = self._here.pop(socket, None)
        if member_id is not None:
            self._new.discard(socket)
            self._left[socket] = member_id
            self._wake.set()

    def start(self) -> None:
        """Say from now on who is here, and notice who is no longer, wherever they were."""
        self._task = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        """Let all sockets leave, and say it."""
        await aio.cancel_and_wait(self._task)
        self._task = None
        for socket in list(self._here):
            self.disconnect(socket)
        if self._left:
            await self.flush()

    async def flush(self) -> None:
        """Say what changed, and when it is time all who are here; what failed is said again."""
        now, left = time.monotonic(), self._left
        is_due = now >= self._again
        here = [(s, m) for s, m in self._here.items() if is_due or s in self._new]
        self._left, self._new = {}, set()
        if is_due:
            self._again = now + settings.PRESENCE_SECONDS / 2
        try:
            await asyncio.to_thread(update_presence, here, left.items())
        except Exception as error:  # noqa: BLE001 - it is said again, whatever it was
            logger.warning("Who is online could not be said: %s", error)
            self._left |= left
            self._again = 0.0

    async def _keep(self) -> None:
        while True:
            # Not `wait_for`: until Python 3.12 it loses a cancellation that comes with the wake.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK):
                    await self._wake.wait()
            self._wake.clear()
            await self.flush()
