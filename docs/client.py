"""A client of MySocial's events, to copy: each event once and in order, whatever breaks.

    client = Client(url, cursor=cursor, access=access, refresh=refresh, topics=["feed"])
    async for said in client.listen():
        match said:
            case ReadAgain():  # read by REST anew; what comes after it follows here
            case Event(type="post.created", data=post): ...

`cursor` is the header `X-Event-Cursor` of the answer that was read last. It needs Python 3.11 and
`websockets`, and nothing of the server's code. The contract is docs/events.md.
"""

import asyncio
import json
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

PROTOCOL = Subprotocol("mysocial")
RESUME = "resume"  # the `cid` of the one command of each connection
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
INVALID, NOT_AUTHENTICATED = 400, 401
BAD_FRAMES, SIGNED_OUT = 4400, 4401


@dataclass(frozen=True)
class Event:
    """Something that happened, as docs/events.md lists it."""

    id: str
    type: str
    data: dict[str, Any]


@dataclass(frozen=True)
class ReadAgain:
    """What was missed can't be told: the state is to be read anew; live events follow."""

    reason: str


class Refused(Exception):
    """The server takes no such command: a wrong cursor or topic. To repeat it is of no use."""


class SignedOut(Exception):
    """The token is not taken, or not any more."""


class Client:
    """Listens with one socket at a time, and knows where it stands between two of them.

    `refresh` is called when the access token is not taken, and returns a new one. A
    `ConnectionError` of it is tried again; whatever else it raises ends `listen`.
    """

    def __init__(
        self,
        url: str,
        *,
        cursor: str,
        access: str,
        refresh: Callable[[], Awaitable[str]],
        topics: list[str] | None = None,
    ) -> None:
        self.url = url
        self.cursor = cursor  # everything up to here was handed over; save it to go on later
        self.topics = topics or []
        self._access = access
        self._refresh = refresh
        self._pause = FIRST_PAUSE

    async def listen(self) -> AsyncGenerator[Event | ReadAgain, None]:
        """Yield what happens after `cursor`, over any number of connections."""
        while True:
            try:
                offered = [PROTOCOL, Subprotocol(self._access)]
                async with (
                    connect(self.url, subprotocols=offered) as socket,
                    aclosing(self._hear(socket)) as heard,
                ):
                    async for said in heard:
                        yield said
            except SignedOut:
                await self._sign_in()
            except ConnectionClosed as closed:
                code = closed.rcvd.code if closed.rcvd else 0
                if code == BAD_FRAMES:
                    raise Refused(f"The server closed the socket with {code}.") from closed
                if code == SIGNED_OUT:
                    await self._sign_in()
            except (OSError, InvalidHandshake):
                pass  # it is away, or not quite there yet
            # Random, so that a server that comes back is not met by all of its clients at once.
            await asyncio.sleep(random.uniform(0, self._pause))  # noqa: S311 - no secret
            self._pause = min(2 * self._pause, LONGEST_PAUSE)

    async def _sign_in(self) -> None:
        try:
            self._access = await self._refresh()
        except ConnectionError:
            pass  # the old token is refused once more, and this is tried again

    async def _hear(self, socket: ClientConnection) -> AsyncGenerator[Event | ReadAgain, None]:
        """Yield what one connection brings; returns when another is needed."""
        resume = {"type": "resume", "cid": RESUME, "cursor": self.cursor, "topics": self.topics}
        await socket.send(json.dumps(resume))
        answered, lost = False, ""
        while True:
            frame = json.loads(await socket.recv())
            if frame["type"] == "error":
                self._check(frame["problem"])
                return
            if frame["type"] == "ok" and frame["cid"] == RESUME:
                answered, self._pause = True, FIRST_PAUSE
                lost = "" if frame["recovered"] else frame["reason"]
            elif frame["type"] == "live":
                self.cursor = frame["cursor"]
                if lost:  # not sooner: what is read from here on lacks nothing of what follows
                    yield ReadAgain(lost)
            # What comes before the answer would hide what was missed, and comes again.
            elif answered and "id" in frame and self._is_new(frame["id"]):
                self.cursor = frame["id"]
                yield Event(frame["id"], frame["type"], frame["data"])

    def _is_new(self, cursor: str) -> bool:
        epoch, _, offset = cursor.partition(":")
        known, _, last = self.cursor.partition(":")
        return epoch != known or int(offset) > int(last)

    @staticmethod
    def _check(problem: dict[str, Any]) -> None:
        """Raise what a problem means, unless a new connection is the cure."""
        if problem["status"] == INVALID:
            raise Refused(problem["detail"], problem["errors"])
        if problem["status"] == NOT_AUTHENTICATED:
            raise SignedOut(problem["detail"])
