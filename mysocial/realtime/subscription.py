"""`Receiver`: one client's end of the log: what it missed, then what comes; in order, once."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from mysocial.core.errors import Conflict, NotAuthenticated, Unavailable
from mysocial.core.keys import self_topic, session_topic
from mysocial.realtime.auth import AuthenticatedSession, SessionBackend
from mysocial.realtime.dispatcher import Dispatcher, get_dispatcher
from mysocial.realtime.protocol import RESUME, SIGNED_OUT
from mysocial.realtime.replay import AudienceFilter, MissedEvents, events_since, offset_of

logger = logging.getLogger(__name__)
MAX_START_SECONDS = 4
# Until its first command, or for this long, nothing is sent: a client that resumes must not hear
# what is new before what it missed. Seconds.
GRACE_SECONDS = 1.0
# What may wait for a client that takes nothing; past it the client is told to resume instead.
MAX_BUFFERED = 1000
SESSION_ENDED = "session.ended"  # the last that a client hears
# Threads of their own, and slice by slice: when all come back at once, with much that they missed,
# nobody's sign-in waits behind somebody else's past.
REPLAYS = ThreadPoolExecutor(2, thread_name_prefix="replay")
T = TypeVar("T")


class Transport(Protocol):
    """Where a client's frames go."""

    async def send_event(self, kind: str, frame: str) -> None:
        """Send one event; returns when there is room for another."""

    async def end(self, code: int) -> None:
        """Tell the client why it hears no more: `RESUME` or `SIGNED_OUT`."""


class Subscription:
    """Subscribed to topics of the hub for one session; hands frames to its outlet."""

    def __init__(self, hub: Dispatcher, who: AuthenticatedSession, outlet: Transport) -> None:
        self.user_id, self.session_id = who
        self.topics: set[str] = set()
        self._dispatcher = hub
        self._transport = outlet
        self._delivered = 0
        self._buffer: list[tuple[int | None, str, str]] = []  # a deque takes ten times as much
        self._is_held = True
        self._is_resuming = False
        self._is_closed = False
        self._is_behind = False  # more came while it resumed than may wait: the log has it
        self._writer: asyncio.Task[None] | None = None
        self._ending: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        for topic in (self_topic(who.user_id), session_topic(who.session_id)):
            self.join(topic)

    def start_grace_period(self) -> None:
        """Begin the time within which a client that wants to resume says so."""
        self._timer = asyncio.get_running_loop().call_later(GRACE_SECONDS, self._end_grace_period)

    def join(self, topic: str) -> None:
        """Hear the events of a topic from now on."""
        self.topics.add(topic)
        self._dispatcher.subscribe(topic, self)

    def leave(self, topic: str) -> None:
        """Hear them no longer."""
        if topic in self.topics:
            self.topics.discard(topic)
            self._dispatcher.unsubscribe(topic, self)

    def close(self) -> None:
        """Hear nothing any more; what the client missed is read no further."""
        self._is_closed = True
        if self._timer:
            self._timer.cancel()
        if self._writer:
            self._writer.cancel()
        self._dispatcher.session_watcher.remove(self)
        self._buffer.clear()
        for topic in list(self.topics):
            self.leave(topic)

    def deliver(self, kind: str, offset: int | None, frame: str) -> None:
        """Take one event; called by the hub in the order of the log. What passes has no offset.

        Never waits for the client: one that is slow must not keep an event from the others.
        """
        if len(self._buffer) >= MAX_BUFFERED:
            if not self._is_resuming:
                self.require_resume()
                return
            self._buffer.clear()
            self._is_behind = True
        self._buffer.append((offset, kind, frame))
        if kind == SESSION_ENDED and not self._is_resuming:
            self._is_held = False  # who has just signed in is told at once, too
        self._start_writer()

    def require_resume(self) -> None:
        """Hear nothing more; tell the client to connect again and resume from its cursor."""
        self._end(RESUME)

    def sign_out(self) -> None:
        """Hear nothing more; tell the client that its session has ended."""
        self._end(SIGNED_OUT)

    async def resume(
        self,
        cursor: str,
        topics: Iterable[str],
        answer: Callable[[MissedEvents], Awaitable[None]],
        live: Callable[[str], Awaitable[None]],
    ) -> None:
        """Join `topics`; answer; send what was missed since `cursor` of all topics; then go live.

        Only then the client is told the new cursor: cut off before, it is where its last event is.
        `Invalid` for a cursor that is none of ours; `Conflict` when newer events were sent already.
        """
        epoch, after = offset_of(cursor)
        if self._delivered > after:
            raise Conflict("Newer events were sent already: resume first, on a new connection.")
        self._is_held = self._is_resuming = True
        try:
            for topic in topics:
                self.join(topic)
            found = await replay(events_since, cursor, self.topics)
            await answer(found)
            judge = AudienceFilter(epoch, self.user_id)
            await self._send_missed(judge, found)
            while (found.more or self._is_behind) and not self._is_closed:
                self._is_behind = False
                found = await replay(events_since, found.cursor, self.topics)
                if found.reason:
                    self.require_resume()  # cut meanwhile: the client asks again, and is told
                await self._send_missed(judge, found)
            if self._is_closed:  # the client is gone, or resumes from what it has
                return
            # The hub may be behind: what it still brings of that time was sent, or is void.
            self._delivered = max(self._delivered, offset_of(found.cursor)[1])
            await live(found.cursor)
        finally:
            self._is_resuming = self._is_behind = False
            self.release()

    async def _send_missed(self, judge: AudienceFilter, found: MissedEvents) -> None:
        """Send what the client may see of what it missed, until it is not there any more."""
        for some in found.slices():
            if self._is_closed:
                return
            for event in await replay(judge.filter, some):
                await self._send(*event)

    def release(self) -> None:
        """Send what was held back, and hold back nothing any more."""
        self._is_held = False
        self._start_writer()

    def _end_grace_period(self) -> None:
        """Let a client that sends no command hear what comes."""
        self._timer = None
        if not self._is_resuming:
            self.release()

    def _start_writer(self) -> None:
        if self._buffer and not self._is_held and self._writer is None:
            self._writer = asyncio.create_task(self._write())

    async def _write(self) -> None:
        try:
            while self._buffer and not self._is_held:
                await self._send(*self._buffer.pop(0))
        except Exception as error:  # noqa: BLE001 - each server has errors of its own for this
            logger.debug("A client is gone: %s", error)
            self.require_resume()  # if it is not gone, it has missed one
        finally:
            self._writer = None

    async def _send(self, offset: int | None, kind: str, frame: str) -> None:
        if offset is not None:
            if offset <= self._delivered:
                return
            self._delivered = offset
        await self._transport.send_event(kind, frame)
        if kind == SESSION_ENDED:
            self.sign_out()

    def _end(self, code: int) -> None:
        if self._ending is None:
            # Not cancelled by `close`: what it does may be what closes us.
            self._ending = asyncio.create_task(self._close_transport(code))
            self.close()

    async def _close_transport(self, code: int) -> None:
        try:
            await self._transport.end(code)
        except Exception as error:  # noqa: BLE001 - as above; then there is nobody to tell
            logger.debug("A client is gone: %s", error)


async def replay(work: Callable[..., T], *args: Any) -> T:
    """Return what `work` says of what a client missed."""
    return await asyncio.get_running_loop().run_in_executor(REPLAYS, work, *args)


async def open_subscription(
    token: str, sessions: SessionBackend, outlet: Transport
) -> Subscription:
    """Sign a client in: what is its own is heard, and held, from now on.

    `NotAuthenticated`, `Unavailable`.
    """
    hub = get_dispatcher()
    try:
        async with asyncio.timeout(MAX_START_SECONDS):
            await hub.start()
    except TimeoutError:
        raise Unavailable("The event log is not available right now.") from None
    who = await asyncio.to_thread(sessions.authenticate, token)
    receiver = Subscription(hub, who, outlet)
    try:
        # Asked now that its end would be heard: it can't fall between.
        if await asyncio.to_thread(sessions.find_ended, [who.session_id]):
            raise NotAuthenticated("The session has ended.")
    except BaseException:
        receiver.close()
        raise
    hub.session_watcher.add(receiver, sessions)
    return receiver
