"""`Receiver`: one client's end of the log: what it missed, then what comes; in order, once."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from mysocial.errors import Conflict
from mysocial.hub import Hub
from mysocial.replay import Missed, missed, offset_of

# Until its first command, or for this long, nothing is sent: a client that resumes must not hear
# what is new before what it missed. Seconds.
HOLD = 1.0
Send = Callable[[str, bytes], Awaitable[None]]  # type, frame


class Receiver:
    """Subscribed to topics of the hub for one member; sends frames by `send`."""

    def __init__(
        self, hub: Hub, user_id: str, send: Send, restart: Callable[[], Awaitable[None]]
    ) -> None:
        self.user_id = user_id
        self.topics: set[str] = set()
        self._hub = hub
        self._send = send
        self._restart = restart
        self._heard = 0
        self._held: list[tuple[int | None, str, bytes]] | None = []
        self._resuming = False
        self._timer: asyncio.Task[None] | None = None

    def hold(self) -> None:
        """Begin the time within which a client that wants to resume says so."""
        self._timer = asyncio.create_task(self._let_go())

    def join(self, topic: str) -> None:
        """Hear the events of a topic from now on."""
        self.topics.add(topic)
        self._hub.subscribe(topic, self)

    def leave(self, topic: str) -> None:
        """Hear them no longer."""
        if topic in self.topics:
            self.topics.discard(topic)
            self._hub.unsubscribe(topic, self)

    def close(self) -> None:
        """Hear nothing any more."""
        if self._timer:
            self._timer.cancel()
        for topic in list(self.topics):
            self.leave(topic)

    async def hear(self, kind: str, offset: int | None, data: bytes) -> None:
        """Take one event; called by the hub in the order of the log. What passes has no offset."""
        if self._held is not None:
            self._held.append((offset, kind, data))
        else:
            await self._pass_on(offset, kind, data)

    async def restart(self) -> None:
        """Tell the client to connect again and resume from its cursor."""
        await self._restart()

    async def resume(
        self,
        cursor: str,
        topics: Iterable[str],
        answer: Callable[[Missed], Awaitable[None]],
        live: Callable[[str], Awaitable[None]],
    ) -> None:
        """Join `topics`; answer; send what was missed since `cursor` of all topics; then go live.

        Only then the client is told the new cursor: cut off before, it is where its last event is.
        `Invalid` for a cursor that is none of ours; `Conflict` when newer events were sent already.
        """
        _, after = offset_of(cursor)
        if self._heard > after:
            raise Conflict("Newer events were sent already: resume first, on a new connection.")
        if self._held is None:
            self._held = []
        self._resuming = True
        try:
            for topic in topics:
                self.join(topic)
            found = await asyncio.to_thread(missed, cursor, self.topics, self.user_id)
            await answer(found)
            for offset, kind, data in found.events:
                await self._pass_on(offset, kind, data)
            # The hub may be behind: what it still brings of that time was sent, or is void.
            self._heard = max(self._heard, offset_of(found.cursor)[1])
            await live(found.cursor)
        finally:
            self._resuming = False
            await self.release()

    async def release(self) -> None:
        """Send what was held back, and hold back nothing any more."""
        while self._held:
            await self._pass_on(*self._held.pop(0))
        self._held = None

    async def _pass_on(self, offset: int | None, kind: str, data: bytes) -> None:
        if offset is None:
            await self._send(kind, data)
        elif offset > self._heard:
            self._heard = offset
            await self._send(kind, data)

    async def _let_go(self) -> None:
        """Let a client that sends no command hear what comes."""
        await asyncio.sleep(HOLD)
        if not self._resuming:
            await self.release()
