"""A client's subscription: the events it missed, then live events; in order, each once."""

import asyncio
import enum
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol

from django.conf import settings

from mysocial.core.errors import Conflict, Invalid
from mysocial.core.topics import self_topic, session_topic
from mysocial.realtime.auth import AuthenticatedSession
from mysocial.realtime.dispatcher import Dispatcher
from mysocial.realtime.event_buffer import EventBuffer, is_too_old
from mysocial.realtime.missed_events import MissedEventsReader
from mysocial.realtime.protocol import MAX_TOPICS, RESUME, SIGNED_OUT
from mysocial.realtime.replay import Entry, MissedEvents, parse_cursor

logger = logging.getLogger(__name__)
# Events are held back until the first command or for this long, because a client that resumes must
# not receive new events before those it missed.
GRACE_SECONDS = 1.0
OWN_TOPICS = 2  # of each subscription: the member's own events, and those of the session
SESSION_ENDED = "session.ended"  # the last event that a client receives


class Transport(Protocol):
    """The connection that carries the frames to a client."""

    async def send_event(self, event_type: str, frame: str) -> None:
        """Send one event; return when there is room for another."""

    async def end(self, code: int) -> None:
        """End the connection with `RESUME` or `SIGNED_OUT`."""


class State(enum.Enum):
    """What happens to an event that the dispatcher delivers."""

    WAITING = (
        enum.auto()
    )  # events are buffered until the first command or the end of the grace period
    RESUMING = enum.auto()  # it is buffered, until the missed events are sent
    LIVE = enum.auto()  # it is sent
    CLOSED = enum.auto()  # it is dropped


class Subscription:
    """Receives the events of a session's topics and sends them to the client."""

    def __init__(
        self, dispatcher: Dispatcher, session: AuthenticatedSession, transport: Transport
    ) -> None:
        self.user_id, self.session_id = session
        self.topics: set[str] = set()
        self._dispatcher = dispatcher
        dispatcher.limits.add_member(self.user_id)
        self._transport = transport
        self._state = State.WAITING
        self._delivered = 0  # the offset of the last event that was sent
        self._buffer = EventBuffer()
        self._has_overflowed = False  # while resuming; the events are in the log
        self._writer: asyncio.Task[None] | None = None
        self._ending: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        for topic in self._own_topics:
            self.join(topic)

    def start_grace_period(self) -> None:
        """Start the time within which the client may send `resume` as its first command."""
        self._timer = asyncio.get_running_loop().call_later(GRACE_SECONDS, self._end_grace_period)

    def check_topics(self, topics: Iterable[str], *, replace: bool = False) -> None:
        """Check that the client may join topics.

        Args:
            topics: The topics to join.
            replace: Whether the client leaves all others, except its own.

        Raises:
            Invalid: There would be too many on this connection, or on all of the member's.
        """
        before, wanted = len(self.topics), self._own_topics.union(topics)
        after = len(wanted if replace else wanted | self.topics)
        if after > MAX_TOPICS + OWN_TOPICS:
            raise Invalid(f"At most {MAX_TOPICS} topics.")
        if after > before and not self._dispatcher.limits.may_add_topics(
            self.user_id, after - before
        ):
            maximum = settings.MAX_TOPICS_PER_MEMBER
            raise Invalid(f"At most {maximum} topics on all of your connections.")

    def join_all(self, topics: Iterable[str], *, replace: bool = False) -> set[str]:
        """Subscribe to topics, all or none; see `check_topics`. Return those that are new."""
        wanted = set(topics)
        self.check_topics(wanted, replace=replace)
        added = wanted - self.topics
        if replace:
            for topic in self.topics - self._own_topics - wanted:
                self.leave(topic)
        for topic in wanted:
            self.join(topic)
        return added

    def join(self, topic: str) -> None:
        """Subscribe to a topic."""
        if topic not in self.topics:
            self.topics.add(topic)
            self._dispatcher.limits.add_topic(self.user_id)
        self._dispatcher.subscribe(topic, self)

    def leave(self, topic: str) -> None:
        """Unsubscribe from a topic."""
        if topic in self.topics:
            self.topics.discard(topic)
            self._dispatcher.limits.remove_topic(self.user_id)
            self._dispatcher.unsubscribe(topic, self)

    def close(self) -> None:
        """Unsubscribe from all topics and abandon a replay."""
        if self._state is not State.CLOSED:
            self._dispatcher.limits.remove_member(self.user_id)
        self._state = State.CLOSED
        if self._timer:
            self._timer.cancel()
        if self._writer:
            self._writer.cancel()
        self._dispatcher.session_watcher.remove(self)
        self._buffer.clear()
        for topic in list(self.topics):
            self.leave(topic)

    def deliver(self, event_type: str, offset: int | None, frame: str) -> None:
        """Take one event from the dispatcher, in the order of the log.

        This never waits for the client, because a slow client must not delay the others.

        Args:
            event_type: The type of the event.
            offset: The position in the log; None for an ephemeral event.
            frame: The JSON text for the client.
        """
        if self._buffer.is_full:
            if self._state is not State.RESUMING:
                self.require_resume()
                return
            self._buffer.clear()
            self._has_overflowed = True
        self._buffer.append(offset, event_type, frame)
        if event_type == SESSION_ENDED and self._state is State.WAITING:
            self._state = State.LIVE  # nothing can follow, so there is no reason to wait
        self._start_writer()

    def require_resume(self) -> None:
        """Close; tell the client to reconnect and resume from its cursor."""
        self._end(RESUME)

    def sign_out(self) -> None:
        """Close; tell the client that its session has ended."""
        self._end(SIGNED_OUT)

    async def resume(
        self,
        cursor: str,
        topics: Iterable[str],
        send_resumed: Callable[[MissedEvents], Awaitable[None]],
        send_live: Callable[[str], Awaitable[None]],
    ) -> None:
        """Join topics, send the events that were missed since a cursor, then go live.

        The new cursor is sent last: a client that is cut off earlier continues from the last event
        that it received.

        Args:
            cursor: The position after which the events of all topics are sent.
            topics: Topics to join.
            send_resumed: Tells the client whether its events are recovered.
            send_live: Tells the client the new cursor.

        Raises:
            Invalid: The cursor is invalid.
            Conflict: Newer events were sent already.
        """
        _, after = parse_cursor(cursor)
        if self._delivered > after:
            raise Conflict("Newer events were sent already. Resume on a new connection.")
        if not self._is_closed:
            self._state = State.RESUMING
        try:
            for topic in topics:
                self.join(topic)
            live_cursor = await self._send_missed(cursor, send_resumed)
            if not self._is_closed:
                # The dispatcher may be behind; what it delivers up to here was sent already.
                self._delivered = max(self._delivered, parse_cursor(live_cursor)[1])
                await send_live(live_cursor)
        finally:
            self._has_overflowed = False
            self.go_live()

    async def _send_missed(
        self, cursor: str, send_resumed: Callable[[MissedEvents], Awaitable[None]]
    ) -> str:
        """Send the missed events, including those that arrive meanwhile; return the new cursor."""
        reader = MissedEventsReader(cursor, self.user_id)
        missed = await reader.read(self.topics)
        await send_resumed(missed)
        await self._send_visible(reader, missed.entries)
        while (missed.more or self._must_read_again()) and not self._is_closed:
            missed = await reader.read(self.topics)
            if missed.reason:
                self.require_resume()  # the log was trimmed; a new connection reports the reason
            await self._send_visible(reader, missed.entries)
        return missed.cursor

    async def _send_visible(self, reader: MissedEventsReader, entries: list[Entry]) -> None:
        """Send the missed events that the client may see, until it disconnects.

        The client takes the frames of one step before the next step begins. If it takes long, the
        audiences of the frames that are left are determined again.
        """
        while entries and not self._is_closed:
            before = entries.copy()
            frames = await reader.filter(entries)
            determined_at = time.monotonic()
            for number, (offset, event_type, frame) in enumerate(frames):
                if number and is_too_old(determined_at):
                    entries[:] = [entry for entry in before if entry.offset >= offset]
                    break
                await self._send(offset, event_type, frame)

    def _must_read_again(self) -> bool:
        """Return whether buffered events must be read from the log: too many, or too old."""
        if not (self._has_overflowed or self._buffer.has_expired):
            return False
        self._has_overflowed = False
        self._buffer.clear()
        return True

    def go_live(self) -> None:
        """Send the buffered events, and send later events at once."""
        if not self._is_closed:
            self._state = State.LIVE
        self._start_writer()

    @property
    def _own_topics(self) -> set[str]:
        return {self_topic(self.user_id), session_topic(self.session_id)}

    @property
    def _is_closed(self) -> bool:
        return self._state is State.CLOSED

    def _end_grace_period(self) -> None:
        self._timer = None
        if self._state is State.WAITING:
            self.go_live()

    def _start_writer(self) -> None:
        if self._buffer and self._state is State.LIVE and self._writer is None:
            self._writer = asyncio.create_task(self._write())

    async def _write(self) -> None:
        try:
            while self._buffer and self._state is State.LIVE:
                event = self._buffer.pop()
                if event.has_expired and event.type != SESSION_ENDED:
                    self.require_resume()  # the client reads slowly; replay checks the event again
                    return
                await self._send(event.offset, event.type, event.frame)
        except Exception as error:  # noqa: BLE001 - each server has its own errors for this
            logger.debug("A client disconnected: %s", error)
            self.require_resume()  # if it did not, it has missed an event
        finally:
            self._writer = None

    async def _send(self, offset: int | None, event_type: str, frame: str) -> None:
        if offset is not None:
            if offset <= self._delivered:
                return
            self._delivered = offset
        await self._transport.send_event(event_type, frame)
        if event_type == SESSION_ENDED:
            self.sign_out()

    def _end(self, code: int) -> None:
        if self._ending is None:
            # A task of its own, as `close` may cancel the one that runs this.
            self._ending = asyncio.create_task(self._close_transport(code))
            self.close()

    async def _close_transport(self, code: int) -> None:
        try:
            await self._transport.end(code)
        except Exception as error:  # noqa: BLE001 - as above
            logger.debug("A client disconnected: %s", error)
