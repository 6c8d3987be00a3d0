"""The dispatcher: follows the event log and delivers each event to this process's connections.

There is one dispatcher per event loop. Messages of the channel layer only announce that the log has
grown. The log itself is read in order from the last position, so a lost message delays events by a
second and never loses one. Each event is read, checked against its audience and encoded once per
process, whatever the number of connections.
"""

import asyncio
import contextlib
import logging
from typing import Any
from weakref import WeakKeyDictionary

import orjson
from channels.layers import get_channel_layer
from redis.exceptions import RedisError

from mysocial.core import aio, keys
from mysocial.core.channel_messages import EPHEMERAL
from mysocial.core.events import (
    EVENTS,
    SUBTOPICS,
    ephemeral_frame,
    event_frame,
)
from mysocial.core.packed_events import Fields, entry_offset
from mysocial.core.redis import async_client
from mysocial.realtime.auth import SessionWatcher
from mysocial.realtime.channel_layer_check import DeliveryCheck
from mysocial.realtime.connection_limits import ConnectionLimits
from mysocial.realtime.presence import ConnectionRegistry
from mysocial.realtime.recipients import PendingEvent, Subscriber, find_audience, find_deliveries

logger = logging.getLogger(__name__)
BATCH_SIZE = 200
# After this many bytes of frames, the dispatcher lets the clients send, so that no batch overflows
# their buffers.
BURST_BYTES = 64 * 1024
POLL_SECONDS = 1.0
LEAVE_SECONDS = 5.0
MAX_EPHEMERAL = 1000  # queued ephemeral events; the newest are dropped beyond it


class Dispatcher:
    """Follows the event log for all connections of one event loop."""

    def __init__(self) -> None:
        self._topics: dict[str, set[Subscriber]] = {}
        self._position = b""
        self._epoch = ""
        self._channel = ""
        self._redis: Any = async_client()  # redis-py's types allow str everywhere
        self._task: asyncio.Task[None] | None = None
        self._receiving: asyncio.Task[Any] | None = None  # the next message of the channel layer
        self._ephemeral: asyncio.Queue[dict[str, str]] = asyncio.Queue(MAX_EPHEMERAL)
        self._ephemeral_task: asyncio.Task[None] | None = None
        self.presence = ConnectionRegistry()
        self.limits = ConnectionLimits()
        self.session_watcher = SessionWatcher()
        self._delivery_check = DeliveryCheck()
        self._ready = asyncio.Event()

    async def start(self) -> None:
        """Start if necessary; return when every event from now on will be delivered."""
        if self._task is None:
            self._task = asyncio.create_task(self._run())
            self._ephemeral_task = asyncio.create_task(self._send_ephemeral())
            self.presence.start()
            self.session_watcher.start()
        await self._ready.wait()

    async def stop(self) -> None:
        """Stop following the log; called when the server or the event loop ends."""
        await aio.cancel_and_wait(self._task, self._ephemeral_task)
        self._task = self._ephemeral_task = None
        await self.presence.stop()
        await self.session_watcher.stop()
        await self._redis.aclose()

    def subscribe(self, topic: str, subscriber: Subscriber) -> None:
        """Deliver the events of a topic to a subscriber from now on."""
        self._topics.setdefault(topic, set()).add(subscriber)

    def unsubscribe(self, topic: str, subscriber: Subscriber) -> None:
        """Stop delivering the events of a topic to a subscriber."""
        subscribers = self._topics.get(topic, set())
        subscribers.discard(subscriber)
        if not subscribers:
            self._topics.pop(topic, None)

    # The event log -------------------------------------------------------------------------------

    async def _run(self) -> None:
        layer: Any = get_channel_layer()
        while True:
            try:
                await self._connect(layer)
                await self._wait_and_dispatch(layer)
            except asyncio.CancelledError:
                if self._receiving:
                    self._receiving.cancel()
                raise
            except (RedisError, OSError) as error:
                logger.warning("The event log is unavailable: %s", error)
                self._receiving = None
                await asyncio.sleep(POLL_SECONDS / 2)
            except Exception:
                logger.exception("Unexpected error in the delivery of events")
                await asyncio.sleep(POLL_SECONDS / 2)

    async def _connect(self, layer: Any) -> None:
        """Join the group of dispatchers and go to the end of the log, unless this is done."""
        if not self._channel:
            channel = await layer.new_channel()
            await layer.group_add(keys.DISPATCHER_GROUP, channel)
            self._channel = channel
            await self._delivery_check.publish(self._redis)
        if not self._position:
            await self._seek_to_end()
            self._ready.set()

    async def _wait_and_dispatch(self, layer: Any) -> None:
        """Wait for a message or the next poll; queue an ephemeral event, or read the log."""
        message = await self._next_message(layer)
        if message is not None and message["type"] == EPHEMERAL:
            with contextlib.suppress(asyncio.QueueFull):
                self._ephemeral.put_nowait(message)
        else:
            await self._follow()

    async def _next_message(self, layer: Any) -> Any:
        """Return the next message of the channel layer, or None if there is none for a second."""
        self._receiving = self._receiving or asyncio.create_task(layer.receive(self._channel))
        done, _ = await asyncio.wait({self._receiving}, timeout=POLL_SECONDS)
        if not done:
            if await self._delivery_check.publish(self._redis):
                await self._leave(layer)
            return None
        self._delivery_check.note_received()
        received, self._receiving = self._receiving, None
        return received.result()

    async def _leave(self, layer: Any) -> None:
        """Close a connection of the layer that delivers nothing; `_connect` opens another."""
        logger.warning("The channel layer delivers nothing. It gets another connection.")
        receiving, self._receiving, self._channel = self._receiving, None, ""
        async with asyncio.timeout(LEAVE_SECONDS):
            await layer.flush()
        await aio.cancel_and_wait(receiving)

    async def _seek_to_end(self) -> None:
        epoch, clock = await self._redis.mget(keys.EPOCH, keys.CLOCK)
        self._epoch = (epoch or b"").decode()
        self._position = (clock or b"0") + b"-0"

    async def _follow(self) -> None:
        """Deliver the events that were appended since the last position."""
        while True:
            epoch, floor, entries = await self._read()
            # Redis was emptied, or events were packed or trimmed that this process has not read.
            if (self._epoch and epoch != self._epoch) or floor > entry_offset(self._position):
                await self._restart()
                return
            self._epoch = epoch
            await self._deliver(entries)
            if entries:
                self._position = entries[-1][0]
            if len(entries) < BATCH_SIZE:
                return

    async def _read(self) -> tuple[str, int, list[tuple[bytes, Fields]]]:
        """Return the epoch, the offset of the last packed event, and what follows the position."""
        pipe = self._redis.pipeline(transaction=True)
        pipe.mget(keys.EPOCH, keys.RECENT_FLOOR)
        pipe.xrange(keys.EVENT_LOG, b"(" + self._position, "+", count=BATCH_SIZE)
        (epoch, floor), entries = await pipe.execute()
        return (epoch or b"").decode(), int(floor or 0), entries

    async def _restart(self) -> None:
        """Continue at the end of the log and let all clients resume from their cursors."""
        await self._seek_to_end()
        subscribers: set[Subscriber] = set().union(*self._topics.values())
        for subscriber in subscribers:
            subscriber.require_resume()

    # Delivery ------------------------------------------------------------------------------------

    async def _deliver(self, entries: list[tuple[bytes, Fields]]) -> None:
        """Deliver events to the subscribers that may see them now.

        The audiences of all entries are determined together, in one call in a thread.
        """
        events = [
            event
            for entry in entries
            if (event := self._pending_event(*entry)).subscribers_by_topic
        ]
        if not events:
            return
        try:
            deliveries = await asyncio.to_thread(find_deliveries, self._epoch, events)
        except Exception:
            # It is unknown who may see them: deliver to nobody, and let all of them resume.
            logger.exception("The audience of %s is unknown", {event.type for event in events})
            for subscriber in set().union(*(event.subscribers for event in events)):
                subscriber.require_resume()
            return
        burst = 0
        for event, (data, audience) in zip(events, deliveries, strict=True):
            if data is None:
                continue  # nobody may see it, or its records are gone
            frame = event_frame(self._epoch, str(event.offset), event.type, data).decode()
            for subscriber in audience:
                subscriber.deliver(event.type, event.offset, frame)
            burst += len(data)
            if burst >= BURST_BYTES:
                burst = 0
                await asyncio.sleep(0)

    def _pending_event(self, entry_id: bytes, fields: Fields) -> PendingEvent:
        logs = fields[b"topics"].decode().split(" ")
        topics = [*logs, *(topic for topic, parent in SUBTOPICS.items() if parent in logs)]
        subscribers = {topic: self._topics[topic] for topic in topics if topic in self._topics}
        return PendingEvent(
            entry_offset(entry_id),
            fields[b"type"].decode(),
            fields[b"context"],
            fields,
            subscribers,
        )

    async def _send_ephemeral(self) -> None:
        """Deliver queued ephemeral events in order, without delaying those of the log."""
        while True:
            message = await self._ephemeral.get()
            event_type, topic = message["kind"], message["topic"]
            subscribers = set(self._topics.get(topic, ()))
            if not subscribers:
                continue
            context = orjson.loads(message["context"])
            try:
                audience = await asyncio.to_thread(
                    find_audience, EVENTS[event_type], context, {topic: subscribers}
                )
            except Exception as error:  # noqa: BLE001 - deliver to nobody if it is unknown
                logger.warning("The audience of %s is unknown: %s", event_type, error)
                continue
            frame = ephemeral_frame(event_type, message["data"].encode()).decode()
            for subscriber in audience:
                subscriber.deliver(event_type, None, frame)


_dispatchers: "WeakKeyDictionary[asyncio.AbstractEventLoop, Dispatcher]" = WeakKeyDictionary()


def get_dispatcher() -> Dispatcher:
    """Return the dispatcher of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _dispatchers:
        _dispatchers[loop] = Dispatcher()
    return _dispatchers[loop]
