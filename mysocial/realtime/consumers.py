"""`EventConsumer`: the WebSocket at /ws. It signs in, subscribes and hears; it knows no event."""

import asyncio
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import orjson
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

from mysocial.core import metrics, tracing
from mysocial.core.errors import AppError, Invalid, NotAuthenticated, Unavailable
from mysocial.realtime import protocol
from mysocial.realtime.auth import SessionBackend
from mysocial.realtime.dispatcher import get_dispatcher
from mysocial.realtime.protocol import (
    BAD_FRAMES,
    BAD_ORIGIN,
    MAX_TOPICS,
    RESUME,
    SIGNED_OUT,
    TOO_FAST,
    Auth,
    Ping,
    Resume,
    Subscribe,
    Typing,
    Unsubscribe,
    parse_command,
)
from mysocial.realtime.replay import MissedEvents
from mysocial.realtime.subscription import Subscription, open_subscription

PROTOCOL = "mysocial"
AUTH_SECONDS = 5
FRAMES_PER_SECOND = 10
BURST = 30
MAX_OWN_TOPICS = 2  # what is the person's own, and the end of the session
MAX_FRAME_BYTES = 16 * 1024
MAX_ERRORS = 10

SendTyping = Callable[[str, str, bool], None]  # who types, to whom, and whether they do


class EventConsumer(AsyncWebsocketConsumer):
    """One client's socket. What the apps know is given by the composition (`mysocial/asgi.py`)."""

    # Its events come from the hub: a channel of its own would be a subscription in Redis for each.
    channel_layer_alias = ""

    def __init__(self, *, sessions: SessionBackend, send_typing: SendTyping) -> None:
        super().__init__()
        self.sessions = sessions
        self.send_typing = send_typing
        self._subscription: Subscription | None = None
        self._socket_id = ""
        self._errors = 0
        self._allowance, self._last_frame = float(BURST), time.monotonic()
        self._auth_timeout: asyncio.TimerHandle | None = None
        self._closing: asyncio.Task[None] | None = None
        self._is_closed = False
        self._is_open = False

    # Connection ----------------------------------------------------------------------------------

    async def connect(self) -> None:
        """Accept a connection of ours; without a token in its protocols it has 5 s to send one."""
        origin = dict(self.scope["headers"]).get(b"origin")
        if origin is not None and origin.decode("latin-1") not in settings.ALLOWED_ORIGINS:
            await self.close(BAD_ORIGIN)
            return
        offered = self.scope.get("subprotocols", [])
        tracing.start_for_scope(self.scope["headers"])
        named: Any = [tracing.request_id_header()]  # bytes, as ASGI has it
        await self.accept(PROTOCOL if PROTOCOL in offered else None, headers=named)
        self._is_open = True
        metrics.record_connection("socket")
        self._auth_timeout = asyncio.get_running_loop().call_later(
            AUTH_SECONDS, self._close_unauthenticated
        )
        tokens = [one for one in offered if one != PROTOCOL]
        if tokens:
            await self._guarded("", self._sign_in("", tokens[0]))

    async def close(self, code: int | bool | None = None, reason: str | None = None) -> None:
        """Close the socket, once; frames that had come by then are not looked at any more."""
        if not self._is_closed:
            self._is_closed = True
            await super().close(code, reason)

    async def disconnect(self, code: int) -> None:
        """Forget the socket."""
        if self._is_open:
            metrics.record_connection("socket", -1)
        if self._auth_timeout:
            self._auth_timeout.cancel()
        if self._subscription:
            self._subscription.close()
        if self._socket_id:
            get_dispatcher().presence.disconnect(self._socket_id)

    def _close_unauthenticated(self) -> None:
        """Close a socket at which nobody signed in."""
        self._closing = asyncio.create_task(self.close(SIGNED_OUT))

    # Commands ------------------------------------------------------------------------------------

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Carry out one frame and answer it."""
        if self._is_closed:
            return
        now = time.monotonic()
        self._allowance += (now - self._last_frame) * FRAMES_PER_SECOND
        self._allowance, self._last_frame = min(self._allowance, BURST) - 1, now
        if self._allowance < 0:
            await self.close(TOO_FAST)
            return
        await self._guarded(_cid(text_data), self._run_command(text_data))

    async def _guarded(self, cid: str, work: Any) -> None:
        try:
            await work
        except AppError as error:
            problem = protocol.SocketProblem(
                status=error.status,
                code=error.code,
                detail=error.detail,
                errors=[
                    protocol.SocketFieldProblem(field=k, detail=v) for k, v in error.errors.items()
                ],
            )
            await self._send(protocol.ErrorReply(cid=cid, problem=problem))
            self._errors += 1
            if isinstance(error, NotAuthenticated):
                await self.close(SIGNED_OUT)
            elif isinstance(error, Unavailable):
                await self.close(RESUME)
            elif self._errors >= MAX_ERRORS:
                await self.close(BAD_FRAMES)

    async def _run_command(self, text: str | None) -> None:
        if text is None or len(text) > MAX_FRAME_BYTES:
            raise Invalid("Frames are JSON text of at most 16 KiB.")
        command = parse_command(text)
        if isinstance(command, Auth):
            await self._sign_in(command.cid, command.token)
            return
        receiver = self._subscription
        if receiver is None:
            raise NotAuthenticated("Send an auth frame first.")
        if isinstance(command, Resume):
            _check_topic_count(receiver.topics | set(command.topics))
            await receiver.resume(
                command.cursor,
                command.topics,
                partial(self._resumed, command),
                partial(self._live, command),
            )
            return
        if isinstance(command, Subscribe):
            _check_topic_count(receiver.topics | {command.topic})
            receiver.join(command.topic)
        elif isinstance(command, Unsubscribe):
            receiver.leave(command.topic)
        elif isinstance(command, Typing):
            await asyncio.to_thread(self.send_typing, receiver.user_id, command.to, command.on)
        else:
            assert isinstance(command, Ping)  # noqa: S101 - the union has no other member
        await self._send(protocol.Ok(cid=command.cid))
        receiver.release()

    async def _resumed(self, command: Resume, found: MissedEvents) -> None:
        """Answer a resume, before what was missed is sent."""
        if found.reason:
            await self._send(protocol.NotRecovered(cid=command.cid, reason=found.reason))
        else:
            await self._send(protocol.Recovered(cid=command.cid))

    async def _live(self, command: Resume, cursor: str) -> None:
        """Tell where the client stands when it has all that it missed."""
        await self._send(protocol.Live(cid=command.cid, cursor=cursor))

    async def _sign_in(self, cid: str, token: str) -> None:
        if self._subscription:
            raise Invalid("This socket is signed in already.")
        receiver = await open_subscription(token, self.sessions, self)
        self._subscription = receiver
        tracing.set_member(receiver.user_id)
        if self._auth_timeout:
            self._auth_timeout.cancel()
            self._auth_timeout = None
        self._socket_id = get_dispatcher().presence.connect(receiver.user_id)
        await self._send(protocol.SignedIn(cid=cid, user_id=receiver.user_id))
        receiver.start_grace_period()

    # Events --------------------------------------------------------------------------------------

    async def send(self, *args: Any, **named: Any) -> None:
        """Send a frame; nothing once the socket was closed, which the hub may do at any moment.

        Where the client is gone, `disconnect` comes after the command that is being carried out:
        a long one, as a resume, ends here, or it would go on for nobody.
        """
        if not self._is_closed:
            try:
                await super().send(*args, **named)
            except OSError:
                self._is_closed = True
                if self._subscription:
                    self._subscription.close()

    async def send_event(self, kind: str, frame: str) -> None:
        """Send one event; called by the receiver in the order of the log."""
        await self.send(text_data=frame)

    async def end(self, code: int) -> None:
        """Close the socket; called by the receiver, which hears nothing more."""
        await self.close(code)

    async def _send(self, answer: protocol.Reply) -> None:
        await self.send(text_data=answer.model_dump_json())


def _check_topic_count(topics: set[str]) -> None:
    if len(topics) > MAX_TOPICS + MAX_OWN_TOPICS:
        raise Invalid(f"At most {MAX_TOPICS} topics.")


def _cid(text: str | None) -> str:
    """Return the `cid` of a frame that may be anything."""
    try:
        frame = orjson.loads(text or "")
    except orjson.JSONDecodeError:
        return ""
    cid = frame.get("cid") if isinstance(frame, dict) else None
    return cid[: protocol.MAX_CID_LENGTH] if isinstance(cid, str) else ""
