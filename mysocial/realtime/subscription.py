"""`Receiver`: one client's end of the log: what it missed, then what comes; in order, once."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from mysocial.core.errors import Conflict, NotAuthenticated, Unavailable
from mysocial.core.events import self_topic
from mysocial.realtime.auth import Sessions, SignedIn
from mysocial.realtime.dispatcher import Hub, get_hub
from mysocial.realtime.protocol import RESUME, SIGNED_OUT
from mysocial.realtime.replay import Judge, Missed, missed, offset_of

logger = logging.getLogger(__name__)
START_SECONDS = 4
# Until its first command, or for this long, nothing is sent: a client that resumes must not hear
# what is new before what it missed. Seconds.
HOLD = 1.0
# What may wait for a client that takes nothing; past it the client is told to resume instead.
MOST_WAITING = 1000
SESSION_ENDED = "session.ended"  # the last that a client hears
# Threads of their own, and slice by slice: when all come back at once, with much that they missed,
# nobody's sign-in waits behind somebody else's past.
REPLAYS = ThreadPoolExecutor(2, thread_name_prefix="replay")
T = TypeVar("T")


class Outlet(Protocol):
    """Where a client's frames go."""

    async def take(self, kind: str, frame: str) -> None:
        """Send one event; returns when there is room for another."""

    async def end(self, code: int) -> None:
        """Tell the client why it hears no more: `RESUME` or `SIGNED_OUT`."""


class Receiver:
    """Subscribed to topics of the hub for one session; hands frames to its outlet."""

    def __init__(self, hub: Hub, who: SignedIn, outlet: Outlet) -> None:
        self.user_id, self.session_id = who
        self.topics: set[str] = set()
        self._hub = hub
        self._outlet = outlet
        self._heard = 0
        self._waiting: list[tuple[int | None, str, str]] = []  # a deque takes ten times as much
        self._is_held = True
        self._is_resuming = False
        self._is_closed = False
        self._is_behind = False  # more came while it resumed than may wait: the log has it
        self._writer: asyncio.Task[None] | None = None
        self._ending: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        for topic in (self_topic(who.user_id), f"session:{who.session_id}"):
            self.join(topic)

    def hold(self) -> None:
        """Begin the time within which a client that wants to resume says so."""
        self._timer = asyncio.get_running_loop().call_later(HOLD, self._let_go)

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
        """Hear nothing any more; what the client missed is read no further."""
        self._is_closed = True
        if self._timer:
            self._timer.cancel()
        if self._writer:
            self._writer.cancel()
        self._hub.watch.remove(self)
        self._waiting.clear()
        for topic in list(self.topics):
            self.leave(topic)

    def hear(self, kind: str, offset: int | None, frame: str) -> None:
        """Take one event; called by the hub in the order of the log. What passes has no offset.

        Never waits for the client: one that is slow must not keep an event from the others.
        """
        if len(self._waiting) >= MOST_WAITING:
            if not self._is_resuming:
                self.restart()
                return
            self._waiting.clear()
            self._is_behind = True
        self._waiting.append((offset, kind, frame))
        if kind == SESSION_ENDED and not self._is_resuming:
            self._is_held = False  # who has just signed in is told at once, too
        self._carry_on()

    def restart(self) -> None:
        """Hear nothing more; tell the client to connect again and resume from its cursor."""
        self._end(RESUME)

    def sign_out(self) -> None:
        """Hear nothing more; tell the client that its session has ended."""
        self._end(SIGNED_OUT)

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
        epoch, after = offset_of(cursor)
        if self._heard > after:
            raise Conflict("Newer events were sent already: resume first, on a new connection.")
        self._is_held = self._is_resuming = True
        try:
            for topic in topics:
                self.join(topic)
            found = await replay(missed, cursor, self.topics)
            await answer(found)
            judge = Judge(epoch, self.user_id)
            await self._send_missed(judge, found)
            while (found.more or self._is_behind) and not self._is_closed:
                self._is_behind = False
                found = await replay(missed, found.cursor, self.topics)
                if found.reason:
                    self.restart()  # cut meanwhile: the client asks again, and is told
                await self._send_missed(judge, found)
            if self._is_closed:  # the client is gone, or resumes from what it has
                return
            # The hub may be behind: what it still brings of that time was sent, or is void.
            self._heard = max(self._heard, offset_of(found.cursor)[1])
            await live(found.cursor)
        finally:
            self._is_resuming = self._is_behind = False
            self.release()

    async def _send_missed(self, judge: Judge, found: Missed) -> None:
        """Send what the client may see of what it missed, until it is not there any more."""
        for some in found.slices():
            if self._is_closed:
                return
            for event in await replay(judge.tell, some):
                await self._pass_on(*event)

    def release(self) -> None:
        """Send what was held back, and hold back nothing any more."""
        self._is_held = False
        self._carry_on()

    def _let_go(self) -> None:
        """Let a client that sends no command hear what comes."""
        self._timer = None
        if not self._is_resuming:
            self.release()

    def _carry_on(self) -> None:
        if self._waiting and not self._is_held and self._writer is None:
            self._writer = asyncio.create_task(self._write())

    async def _write(self) -> None:
        try:
            while self._waiting and not self._is_held:
                await self._pass_on(*self._waiting.pop(0))
        except Exception as error:  # noqa: BLE001 - each server has errors of its own for this
            logger.debug("A client is gone: %s", error)
            self.restart()  # if it is not gone, it has missed one
        finally:
            self._writer = None

    async def _pass_on(self, offset: int | None, kind: str, frame: str) -> None:
        if offset is not None:
            if offset <= self._heard:
                return
            self._heard = offset
        await self._outlet.take(kind, frame)
        if kind == SESSION_ENDED:
            self.sign_out()

    def _end(self, code: int) -> None:
        if self._ending is None:
            # Not cancelled by `close`: what it does may be what closes us.
            self._ending = asyncio.create_task(self._say_end(code))
            self.close()

    async def _say_end(self, code: int) -> None:
        try:
            await self._outlet.end(code)
        except Exception as error:  # noqa: BLE001 - as above; then there is nobody to tell
            logger.debug("A client is gone: %s", error)


async def replay(work: Callable[..., T], *args: Any) -> T:
    """Return what `work` says of what a client missed."""
    return await asyncio.get_running_loop().run_in_executor(REPLAYS, work, *args)


async def open_receiver(token: str, sessions: Sessions, outlet: Outlet) -> Receiver:
    """Sign a client in: what is its own is heard, and held, from now on.

    `NotAuthenticated`, `Unavailable`.
    """
    hub = get_hub()
    try:
        async with asyncio.timeout(START_SECONDS):
            await hub.start()
    except TimeoutError:
        raise Unavailable("The event log is not available right now.") from None
    who = await asyncio.to_thread(sessions.authenticate, token)
    receiver = Receiver(hub, who, outlet)
    try:
        # Asked now that its end would be heard: it can't fall between.
        if await asyncio.to_thread(sessions.find_ended, [who.session_id]):
            raise NotAuthenticated("The session has ended.")
    except BaseException:
        receiver.close()
        raise
    hub.watch.add(receiver, sessions)
    return receiver
