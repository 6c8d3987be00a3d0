"""The WebSocket at `/ws`: authentication, commands and the delivery of events."""

import asyncio
import time
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import parse_qs

from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

from mysocial.core import metrics, tracing
from mysocial.core.errors import (
    AppError,
    Invalid,
    NotAuthenticated,
    TooManyConnections,
    Unavailable,
)
from mysocial.realtime import protocol
from mysocial.realtime.auth import SessionBackend
from mysocial.realtime.changed_topics import find_changed_topics
from mysocial.realtime.connect import open_subscription
from mysocial.realtime.connection_limits import log_reached_limit, scope_address
from mysocial.realtime.dispatcher import get_dispatcher
from mysocial.realtime.protocol import (
    BAD_FRAMES,
    BAD_ORIGIN,
    RESUME,
    SIGNED_OUT,
    TOO_FAST,
    TOO_MANY_CONNECTIONS,
    Auth,
    Ping,
    Resume,
    Subscribe,
    Typing,
    Unsubscribe,
    parse_command,
)
from mysocial.realtime.replay import MissedEvents, parse_cursor
from mysocial.realtime.subscription import Subscription

PROTOCOL = "mysocial"
AUTH_SECONDS = 5
FRAMES_PER_SECOND = 10
BURST = 30
MAX_FRAME_CHARS = 16 * 1024
MAX_ERRORS = 10

SendTyping = Callable[[str, str, bool], None]  # sender id, receiver id, whether the sender types


class EventConsumer(AsyncWebsocketConsumer):
    """One client's WebSocket. `mysocial/asgi.py` passes in the functions of the apps."""

    # Events come from the dispatcher. A channel per connection would be a Redis subscription each.
    channel_layer_alias = ""

    def __init__(self, *, sessions: SessionBackend, send_typing: SendTyping) -> None:
        super().__init__()
        self.sessions = sessions
        self.send_typing = send_typing
        self._subscription: Subscription | None = None
        self._connection_id = ""
        self._address: str | None = None  # once it is counted
        self._first_topics: list[str] = []  # of the address, until the client is authenticated
        self._errors = 0
        self._allowance, self._last_frame = float(BURST), time.monotonic()
        self._auth_timeout: asyncio.TimerHandle | None = None
        self._closing: asyncio.Task[None] | None = None
        self._is_closed = False
        self._is_open = False

    # Connection ----------------------------------------------------------------------------------

    async def connect(self) -> None:
        """Accept a connection from an allowed origin.

        Authenticate with the token in `Sec-WebSocket-Protocol`, or give the client 5 s to send one.
        """
        origin = dict(self.scope["headers"]).get(b"origin")
        if origin is not None and origin.decode("latin-1") not in settings.ALLOWED_ORIGINS:
            await self.close(BAD_ORIGIN)
            return
        subprotocols = self.scope.get("subprotocols", [])
        tracing.start_for_scope(self.scope["headers"])
        headers: Any = [tracing.request_id_header()]  # bytes, as in ASGI
        await self.accept(PROTOCOL if PROTOCOL in subprotocols else None, headers=headers)
        self._is_open = True
        metrics.record_connection("socket")
        address = scope_address(self.scope)
        try:
            get_dispatcher().limits.add_address(address)
        except TooManyConnections:
            await self.close(TOO_MANY_CONNECTIONS)
            await log_reached_limit(self.scope, "connections of a network")
            return
        self._address = address
        self._auth_timeout = asyncio.get_running_loop().call_later(
            AUTH_SECONDS, self._close_unauthenticated
        )
        try:
            query = parse_qs(self.scope["query_string"].decode("latin-1"))
            self._first_topics = protocol.parse_topics(query.get("topics", []))
        except Invalid as error:
            await self._send_error("", error)
            await self.close(BAD_FRAMES)
            return
        tokens = [name for name in subprotocols if name != PROTOCOL]
        if tokens:
            await self._report_errors("", self._authenticate("", tokens[0]))

    async def close(self, code: int | bool | None = None, reason: str | None = None) -> None:
        """Close the connection once, and ignore frames that arrived before."""
        if not self._is_closed:
            self._is_closed = True
            await super().close(code, reason)

    async def disconnect(self, code: int) -> None:
        """Release everything that belongs to the connection."""
        if self._is_open:
            metrics.record_connection("socket", -1)
        if self._auth_timeout:
            self._auth_timeout.cancel()
        if self._address is not None:
            get_dispatcher().limits.remove_address(self._address)
        if self._subscription:
            self._subscription.close()
        if self._connection_id:
            get_dispatcher().presence.disconnect(self._connection_id)

    def _close_unauthenticated(self) -> None:
        self._closing = asyncio.create_task(self.close(SIGNED_OUT))

    # Commands ------------------------------------------------------------------------------------

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Run the command in a frame and reply to it."""
        if self._is_closed:
            return
        if not self._is_within_rate():
            await self.close(TOO_FAST)
            user_id = self._subscription.user_id if self._subscription else ""
            await log_reached_limit(self.scope, "frames of a connection", user_id=user_id)
            return
        await self._report_errors(protocol.read_cid(text_data), self._run_command(text_data))

    def _is_within_rate(self) -> bool:
        """Count a frame; return whether it is within the rate limit (a token bucket)."""
        now = time.monotonic()
        self._allowance += (now - self._last_frame) * FRAMES_PER_SECOND
        self._allowance, self._last_frame = min(self._allowance, BURST) - 1, now
        return self._allowance >= 0

    async def _report_errors(self, cid: str, command: Any) -> None:
        """Await a command; reply with its error, and close the connection where that is due."""
        try:
            await command
        except AppError as error:
            await self._send_error(cid, error)
            self._errors += 1
            if isinstance(error, NotAuthenticated):
                await self.close(SIGNED_OUT)
            elif isinstance(error, TooManyConnections):
                await self.close(TOO_MANY_CONNECTIONS)
            elif isinstance(error, Unavailable):
                await self.close(RESUME)
            elif self._errors >= MAX_ERRORS:
                await self.close(BAD_FRAMES)

    async def _send_error(self, cid: str, error: AppError) -> None:
        problem = protocol.SocketProblem(
            status=error.status,
            code=error.code,
            detail=error.detail,
            errors=[
                protocol.SocketFieldProblem(field=name, detail=detail)
                for name, detail in error.errors.items()
            ],
        )
        await self._send(protocol.ErrorReply(cid=cid, problem=problem))

    async def _run_command(self, text: str | None) -> None:
        if text is None or len(text) > MAX_FRAME_CHARS:
            raise Invalid("A frame must be JSON text of at most 16,384 characters.")
        command = parse_command(text)
        if isinstance(command, Auth):
            await self._authenticate(command.cid, command.token)
            return
        subscription = self._subscription
        if subscription is None:
            raise NotAuthenticated("Send an auth command first.")
        if isinstance(command, Resume):
            await self._resume(subscription, command)
            return
        if isinstance(command, Subscribe):
            await self._subscribe(subscription, command)
            return
        if isinstance(command, Unsubscribe):
            for topic in command.all_topics:
                subscription.leave(topic)
        elif isinstance(command, Typing):
            await asyncio.to_thread(self.send_typing, subscription.user_id, command.to, command.on)
        else:
            assert isinstance(command, Ping)  # noqa: S101 - the union has no other member
        await self._send(protocol.Ok(cid=command.cid))
        subscription.go_live()

    async def _subscribe(self, subscription: Subscription, command: Subscribe) -> None:
        if command.cursor is not None:
            parse_cursor(command.cursor)  # an invalid one changes nothing
        added = subscription.join_all(command.all_topics, replace=command.replace)
        if command.cursor is None:
            await self._send(protocol.Ok(cid=command.cid))
        else:
            changed = await find_changed_topics(command.cursor, added, subscription.user_id)
            await self._send(protocol.Subscribed(cid=command.cid, changed=changed))
        subscription.go_live()

    async def _resume(self, subscription: Subscription, command: Resume) -> None:
        subscription.check_topics(command.topics)
        await subscription.resume(
            command.cursor,
            command.topics,
            partial(self._send_resumed, command),
            partial(self._send_live, command),
        )

    async def _send_resumed(self, command: Resume, missed: MissedEvents) -> None:
        """Reply to `resume`, before the missed events are sent."""
        if missed.reason:
            await self._send(protocol.NotRecovered(cid=command.cid, reason=missed.reason))
        else:
            await self._send(protocol.Recovered(cid=command.cid))

    async def _send_live(self, command: Resume, cursor: str) -> None:
        """Send the new cursor, after the missed events."""
        await self._send(protocol.Live(cid=command.cid, cursor=cursor))

    async def _authenticate(self, cid: str, token: str) -> None:
        if self._subscription:
            raise Invalid("This connection is already authenticated.")
        subscription = await open_subscription(self.scope, token, self.sessions, self)
        self._subscription = subscription
        tracing.set_member(subscription.user_id)
        if self._auth_timeout:
            self._auth_timeout.cancel()
            self._auth_timeout = None
        self._connection_id = get_dispatcher().presence.connect(subscription.user_id)
        refusal = self._join_first_topics(subscription)
        await self._send(protocol.SignedIn(cid=cid, user_id=subscription.user_id))
        subscription.start_grace_period()
        if refusal:
            raise refusal

    def _join_first_topics(self, subscription: Subscription) -> Invalid | None:
        """Subscribe to the topics of the address; return the error if they are too many."""
        try:
            subscription.join_all(self._first_topics)
        except Invalid as error:
            return error
        return None

    # Events --------------------------------------------------------------------------------------

    async def send(self, *args: Any, **kwargs: Any) -> None:
        """Send a frame, unless the connection is closed, which may happen at any time.

        When the client is gone, `disconnect` runs only after the current command. The subscription
        closes here, so that a replay stops at once.
        """
        if not self._is_closed:
            try:
                await super().send(*args, **kwargs)
            except OSError:
                self._is_closed = True
                if self._subscription:
                    self._subscription.close()

    async def send_event(self, event_type: str, frame: str) -> None:
        """Send one event; see `Transport`."""
        await self.send(text_data=frame)

    async def end(self, code: int) -> None:
        """Close the connection; see `Transport`."""
        await self.close(code)

    async def _send(self, reply: protocol.Reply) -> None:
        await self.send(text_data=reply.model_dump_json())
