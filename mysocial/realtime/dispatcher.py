"""`Hub`: one per process; follows the event log and hands each event to the sockets it is for.

The channel layer brings hints only. The log itself is read in order from the last position, so a
lost hint costs a second and never an event; whatever the number of sockets, an event is read,
judged and encoded once for each process.
"""

import asyncio
import contextlib
import logging
from typing import Any, NamedTuple, Protocol
from weakref import WeakKeyDictionary

import orjson
from channels.layers import get_channel_layer
from redis.exceptions import RedisError

from mysocial.core import aio, keys, tracing
from mysocial.core.channel_messages import EPHEMERAL
from mysocial.core.events import (
    EVENTS,
    SUBTOPICS,
    AudienceContext,
    Event,
    ephemeral_frame,
    event_frame,
)
from mysocial.core.redis import async_client
from mysocial.core.request_context import cached_queries
from mysocial.realtime.auth import SessionWatcher
from mysocial.realtime.presence import ConnectionRegistry

logger = logging.getLogger(__name__)
BATCH = 200
POLL_SECONDS = 1.0
MAX_EPHEMERAL = 1000  # what waits to be passed on; past it the newest is dropped
Fields = dict[bytes, bytes]


class Subscriber(Protocol):
    """A socket that is signed in."""

    user_id: str

    def deliver(self, kind: str, offset: int | None, frame: str) -> None:
        """Take one event, at once; what passes has no offset."""

    def require_resume(self) -> None: ...


class PendingEvent(NamedTuple):
    """An event, and who listens for it here, by topic."""

    offset: int
    kind: str
    audience_context: bytes
    data: bytes
    subscribers_by_topic: dict[str, set[Subscriber]]

    @property
    def subscribers(self) -> set[Subscriber]:
        """Who listens, on whatever topic."""
        return set().union(*self.subscribers_by_topic.values())


class Dispatcher:
    """Follows the log for all sockets of one event loop."""

    def __init__(self) -> None:
        self._topics: dict[str, set[Subscriber]] = {}
        self._position = b""
        self._epoch = ""
        self._channel = ""
        self._redis: Any = async_client()  # redis-py's types allow str everywhere
        self._task: asyncio.Task[None] | None = None
        self._ephemeral: asyncio.Queue[dict[str, str]] = asyncio.Queue(MAX_EPHEMERAL)
        self._ephemeral_task: asyncio.Task[None] | None = None
        self.presence = ConnectionRegistry()
        self.session_watcher = SessionWatcher()
        self._ready = asyncio.Event()

    async def start(self) -> None:
        """Return when every event from now on will be delivered."""
        if self._task is None:
            self._task = asyncio.create_task(self._run())
            self._ephemeral_task = asyncio.create_task(self._send_ephemeral())
            self.presence.start()
            self.session_watcher.start()
        await self._ready.wait()

    async def stop(self) -> None:
        """Follow the log no longer; a server that ends, or an event loop, calls it."""
        await aio.cancel_and_wait(self._task, self._ephemeral_task)
        self._task = self._ephemeral_task = None
        await self.presence.stop()
        await self.session_watcher.stop()
        await self._redis.aclose()

    def subscribe(self, topic: str, listener: Subscriber) -> None:
        """Deliver the events of `topic` to `listener` from now on."""
        self._topics.setdefault(topic, set()).add(listener)

    def unsubscribe(self, topic: str, listener: Subscriber) -> None:
        """Deliver them no longer."""
        listeners = self._topics.get(topic, set())
        listeners.discard(listener)
        if not listeners:
            self._topics.pop(topic, None)

    async def _run(self) -> None:
        layer: Any = get_channel_layer()
        hints: asyncio.Task[Any] | None = None
        while True:
            try:
                self._channel = self._channel or await self._join(layer)
                if not self._position:
                    await self._locate()
                    self._ready.set()
                hints = hints or asyncio.create_task(layer.receive(self._channel))
                done, _ = await asyncio.wait({hints}, timeout=POLL_SECONDS)
                if done:
                    message, hints = hints.result(), None
                    if message["type"] == EPHEMERAL:
                        with contextlib.suppress(asyncio.QueueFull):
                            self._ephemeral.put_nowait(message)
                        continue
                await self._follow()
            except asyncio.CancelledError:
                if hints:
                    hints.cancel()
                raise
            except (RedisError, OSError) as error:
                logger.warning("The event log is away: %s", error)
                hints = None
                await asyncio.sleep(POLL_SECONDS / 2)
            except Exception:
                logger.exception("A defect in the delivery of events")
                await asyncio.sleep(POLL_SECONDS / 2)

    @staticmethod
    async def _join(layer: Any) -> str:
        channel: str = await layer.new_channel()
        await layer.group_add(keys.DISPATCHER_GROUP, channel)
        return channel

    async def _locate(self) -> None:
        """Begin at the end of the log."""
        epoch, clock = await self._redis.mget(keys.EPOCH, keys.CLOCK)
        self._epoch = (epoch or b"").decode()
        self._position = (clock or b"0") + b"-0"

    async def _follow(self) -> None:
        """Deliver what has been appended since the last position."""
        while True:
            epoch, entries = await self._read()
            if self._epoch and epoch != self._epoch:
                await self._restart()  # Redis was emptied: nothing that was missed can be told.
                return
            self._epoch = epoch
            if len(entries) == BATCH and await self._lost_position():
                await self._restart()
                return
            await self._deliver(entries)
            if entries:
                self._position = entries[-1][0]
            if len(entries) < BATCH:
                return

    async def _read(self) -> tuple[str, list[tuple[bytes, Fields]]]:
        """Return the log's epoch and what follows our position in it, in one round trip."""
        pipe = self._redis.pipeline(transaction=True)
        pipe.get(keys.EPOCH)
        pipe.xrange(keys.EVENT_LOG, b"(" + self._position, "+", count=BATCH)
        epoch, entries = await pipe.execute()
        return (epoch or b"").decode(), entries

    async def _lost_position(self) -> bool:
        """Tell whether the log was cut past our position: we were too far behind to catch up."""
        log = await self._redis.xinfo_stream(keys.EVENT_LOG)
        was_cut = log["entries-added"] > log["length"]
        return was_cut and _offset(log["first-entry"][0]) > _offset(self._position)

    async def _restart(self) -> None:
        await self._locate()
        for listener in {one for some in self._topics.values() for one in some}:
            listener.require_resume()

    async def _deliver(self, entries: list[tuple[bytes, Fields]]) -> None:
        """Hand out events to the sockets that may hear them as things stand now.

        All are judged at one moment, later than each of them, and in one turn of a thread.
        """
        due = [
            one for entry in entries if (one := self._pending_event(*entry)).subscribers_by_topic
        ]
        if not due:
            return
        try:
            audiences = await asyncio.to_thread(_audiences, self._epoch, due)
        except Exception:
            # Whether they may see it is unknown: nobody hears it, and all are told to resume.
            logger.exception("The audience of %s is unknown", {one.kind for one in due})
            for listener in set().union(*(one.subscribers for one in due)):
                listener.require_resume()
            return
        for one, listeners in zip(due, audiences, strict=True):
            text = event_frame(self._epoch, str(one.offset), one.kind, one.data).decode()
            for listener in listeners:
                listener.deliver(one.kind, one.offset, text)

    def _pending_event(self, entry_id: bytes, fields: Fields) -> PendingEvent:
        logs = fields[b"topics"].decode().split(" ")
        topics = [*logs, *(part for part, whole in SUBTOPICS.items() if whole in logs)]
        heard_on = {topic: self._topics[topic] for topic in topics if topic in self._topics}
        kind = fields[b"type"].decode()
        return PendingEvent(_offset(entry_id), kind, fields[b"context"], fields[b"data"], heard_on)

    async def _send_ephemeral(self) -> None:
        """Deliver what passes, in the order in which it came; the log does not wait for it."""
        while True:
            message = await self._ephemeral.get()
            kind, topic = message["kind"], message["topic"]
            listeners = set(self._topics.get(topic, ()))
            if not listeners:
                continue
            about = orjson.loads(message["context"])
            try:
                allowed = await asyncio.to_thread(
                    _audience, EVENTS[kind], about, {topic: listeners}
                )
            except Exception as error:  # noqa: BLE001 - who hears is unknown: then nobody does
                logger.warning("The audience of %s is unknown: %s", kind, error)
                continue
            text = ephemeral_frame(kind, message["data"].encode()).decode()
            for listener in allowed:
                listener.deliver(kind, None, text)


def _audiences(epoch: str, due: list[PendingEvent]) -> list[set[Subscriber]]:
    """Return for each event the sockets that may hear it; what several ask is asked once."""
    found = []
    with cached_queries():
        for one in due:
            about = orjson.loads(one.audience_context)
            parent = about.pop(tracing.TRACEPARENT, "")
            with tracing.span(f"deliver {one.kind}", "consumer", parent) as told:
                told.set_attributes(event=f"{epoch}:{one.offset}", listeners=len(one.subscribers))
                found.append(_audience(EVENTS[one.kind], about, one.subscribers_by_topic))
    return found


def _audience(
    event: type[Event], about: AudienceContext, heard_on: dict[str, set[Subscriber]]
) -> set[Subscriber]:
    """Return the sockets that may hear an event, each by a topic that it listens on.

    Topics with a log of their own are judged alike, so they are judged at once.
    """
    groups: dict[str, set[Subscriber]] = {}
    for topic, some in heard_on.items():
        groups.setdefault(topic if topic in SUBTOPICS else "", set()).update(some)
    allowed: set[Subscriber] = set()
    for topic, some in groups.items():
        viewers = event.audience_on(topic, about, {one.user_id for one in some})
        allowed |= {one for one in some if one.user_id in viewers}
    return allowed


def _offset(entry_id: bytes) -> int:
    return int(entry_id.partition(b"-")[0])


_dispatchers: "WeakKeyDictionary[asyncio.AbstractEventLoop, Dispatcher]" = WeakKeyDictionary()


def get_dispatcher() -> Dispatcher:
    """Return the hub of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _dispatchers:
        _dispatchers[loop] = Dispatcher()
    return _dispatchers[loop]
