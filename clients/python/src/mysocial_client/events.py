"""Events of MySocial: each is delivered once and in order, across reconnections.

    client = EventClient.of(api, cursor=page.cursor, topics=["feed"])
    async for event in client.listen():
        match event:
            case Resync():  # reload the state by REST; later events follow
            case Event(type="post.created", data=post): ...

`cursor` is that of the last REST response. docs/events.md defines the protocol.
"""

import asyncio
import json
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

from mysocial_client.transport import Transport

SUBPROTOCOL = Subprotocol("mysocial")
RESUME_CID, TOPICS_CID = "resume", "topics"  # `cid` of the commands of a connection
MIN_BACKOFF_SECONDS, MAX_BACKOFF_SECONDS = 0.5, 30.0
STATUS_INVALID, STATUS_NOT_AUTHENTICATED = 400, 401
CLOSE_INVALID_FRAMES, CLOSE_NOT_AUTHENTICATED = 4400, 4401


@dataclass(frozen=True)
class Event:
    """An event, as docs/events.md lists it. An ephemeral event, such as typing, has no id."""

    id: str
    type: str
    data: dict[str, Any]


@dataclass(frozen=True)
class Resync:
    """Missed events cannot be replayed. Reload all state; live events follow."""

    reason: str


@dataclass(frozen=True)
class Subscribed:
    """The topics of `set_topics` are subscribed to. Read now what the new ones are about."""

    topics: tuple[str, ...]


Item = Event | Resync | Subscribed


class Rejected(Exception):
    """The server does not accept a command: the cursor or a topic is wrong."""


class TokenRejected(Exception):
    """The server does not accept the access token."""


class SignedOut(Exception):
    """The session has ended. Sign in again."""


class EventClient:
    """Keeps one WebSocket open and remembers the cursor between connections.

    Args:
        url: The address of the WebSocket: `wss://.../ws`.
        get_access_token: Called for each connection.
        refresh_access_token: Called when the server rejects the token. A `ConnectionError` means
            that the token could not be refreshed for now, and the client tries again later. Any
            other exception ends `listen`.
        cursor: The position after which events are wanted.
        topics: The topics to subscribe to.
    """

    def __init__(
        self,
        url: str,
        *,
        get_access_token: Callable[[], str],
        refresh_access_token: Callable[[], Awaitable[object]],
        cursor: str,
        topics: Iterable[str] = (),
    ) -> None:
        self.url = url
        self.cursor = cursor  # all events up to here were delivered; save it to continue later
        self.topics = list(topics)
        self._get_access_token = get_access_token
        self._refresh_access_token = refresh_access_token
        self._backoff_seconds = MIN_BACKOFF_SECONDS
        self._connection: ClientConnection | None = None  # once the server has resumed

    @classmethod
    def of(cls, api: Transport, *, cursor: str, topics: Iterable[str] = ()) -> Self:
        """Return a client that uses the tokens of a REST client."""

        async def refresh() -> None:
            if not await asyncio.to_thread(api.refresh):
                raise SignedOut("The session has ended.")

        return cls(
            api.socket_url,
            get_access_token=api.get_access_token,
            refresh_access_token=refresh,
            cursor=cursor,
            topics=topics,
        )

    async def set_topics(self, topics: Iterable[str]) -> None:
        """Replace the topics, now and on later connections.

        `listen` yields `Subscribed` when the server has joined them.
        """
        self.topics = list(topics)
        if self._connection:
            with suppress(ConnectionClosed):  # the next connection resumes with these topics
                await self._send_topics(self._connection)

    async def listen(self) -> AsyncGenerator[Item, None]:
        """Yield the events after `cursor`, across any number of connections.

        Raises:
            Rejected: The cursor or a topic is wrong.
            SignedOut: The session has ended; for a client of `EventClient.of`.
        """
        while True:
            try:
                subprotocols = [SUBPROTOCOL, Subprotocol(self._get_access_token())]
                async with (
                    connect(self.url, subprotocols=subprotocols) as connection,
                    aclosing(self._receive(connection)) as events,
                ):
                    async for event in events:
                        yield event
            except TokenRejected:
                await self._refresh()
            except ConnectionClosed as closed:
                code = closed.rcvd.code if closed.rcvd else 0
                if code == CLOSE_INVALID_FRAMES:
                    raise Rejected(f"The server closed the connection with {code}.") from closed
                if code == CLOSE_NOT_AUTHENTICATED:
                    await self._refresh()
            except (OSError, InvalidHandshake):
                pass  # the server is not reachable
            finally:
                self._connection = None
            # Random, so that not all clients reconnect at once when the server is back.
            await asyncio.sleep(random.uniform(0, self._backoff_seconds))  # noqa: S311 - no secret
            self._backoff_seconds = min(2 * self._backoff_seconds, MAX_BACKOFF_SECONDS)

    async def _refresh(self) -> None:
        try:
            await self._refresh_access_token()
        except ConnectionError:
            pass  # the next connection is rejected again, and this is repeated

    async def _send_topics(self, connection: ClientConnection) -> None:
        command = {"type": "subscribe", "cid": TOPICS_CID, "topics": self.topics, "replace": True}
        await connection.send(json.dumps(command))

    async def _receive(self, connection: ClientConnection) -> AsyncGenerator[Item, None]:
        """Yield the events of one connection; return when another connection is needed."""
        topics = self.topics
        resume = {"type": "resume", "cid": RESUME_CID, "cursor": self.cursor, "topics": topics}
        await connection.send(json.dumps(resume))
        is_answered, resync_reason = False, ""
        while True:
            frame = json.loads(await connection.recv())
            if frame["type"] == "error":
                self._raise_for(frame["problem"])
                return
            if frame["type"] == "ok" and frame["cid"] == RESUME_CID:
                is_answered, self._backoff_seconds = True, MIN_BACKOFF_SECONDS
                resync_reason = "" if frame["recovered"] else frame["reason"]
            elif frame["type"] == "live":
                self.cursor, self._connection = frame["cursor"], connection
                if self.topics is not topics:  # they were set meanwhile
                    await self._send_topics(connection)
                if resync_reason:  # not earlier: state that is read now misses no later event
                    yield Resync(resync_reason)
            elif frame["type"] == "ok" and frame["cid"] == TOPICS_CID:
                yield Subscribed(tuple(self.topics))
            # An event before the reply would hide those that were missed. It is sent again.
            elif is_answered and "data" in frame and self._is_new(frame):
                self.cursor = frame.get("id", self.cursor)
                yield Event(frame.get("id", ""), frame["type"], frame["data"])

    def _is_new(self, frame: dict[str, Any]) -> bool:
        """Return whether an event comes after the cursor; an ephemeral one has no id."""
        event_epoch, _, event_offset = frame.get("id", "").partition(":")
        epoch, _, offset = self.cursor.partition(":")
        return event_epoch != epoch or int(event_offset) > int(offset)

    @staticmethod
    def _raise_for(problem: dict[str, Any]) -> None:
        """Raise the exception of a problem, unless a new connection may solve it."""
        if problem["status"] == STATUS_INVALID:
            raise Rejected(problem["detail"], problem["errors"])
        if problem["status"] == STATUS_NOT_AUTHENTICATED:
            raise TokenRejected(problem["detail"])
