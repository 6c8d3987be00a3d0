"""The ASGI server of WebSockets and server-sent events: `python -m mysocial.realtime.server`.

Uvicorn, with what a server that is reached by strangers needs besides: a client that sends its
request drop by drop, or takes nothing of what it is sent, is cut, so that none holds memory or a
thread for long. docs/architecture.md says why it is not Daphne.
"""

import argparse
import asyncio
import contextlib
import socket
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import httptools
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame

from mysocial.realtime.protocol import RESUME, TOO_FAST

APPLICATION = "mysocial.asgi:application"
CLOSE_SECONDS = 10.0  # for a client that was cut to take the close frame
MAX_HEADER_BYTES = 64 * 1024
MAX_MESSAGE_BYTES = 64 * 1024  # of a socket: past it, close code 1009
# Of a socket: pings and pongs, which the application does not see, nor count.
MAX_CONTROL_FRAMES_PER_SECOND, MAX_CONTROL_FRAME_BURST = 20, 200
MAX_MESSAGE_PARTS = 128  # of a message: empty ones cost memory, too
SEND_BUFFER_BYTES = 128 * 1024  # what the kernel holds of a connection, which else is up to 4 MiB
PING_SECONDS = 25.0
GRACE_SECONDS = 3
# How long a thread that is not done keeps the others waiting, where Python's own 5 ms add up: who
# may hear an event is found out in several steps, each of which would wait behind requests.
SWITCH_INTERVAL_SECONDS = 0.0005


class Timeouts(NamedTuple):
    """How long clients are waited for, in seconds."""

    headers: float = 10.0  # until all headers of a request are there
    body: float = 60.0  # from then until all of its body is
    reader: float = 20.0  # until some of what waits to be sent is taken


class DeadlineProtocol(asyncio.Protocol):
    """A connection that waits for its client until a deadline, one at a time, and then cuts it."""

    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport
    timeouts = Timeouts()
    _deadline: asyncio.TimerHandle | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        self._clear_deadline()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._set_deadline(self.timeouts.reader, self._abort)

    def resume_writing(self) -> None:
        self._clear_deadline()
        super().resume_writing()

    def _abort(self) -> None:
        self.transport.abort()

    def _set_deadline(self, seconds: float, missed: Callable[[], None]) -> None:
        self._clear_deadline()
        self._deadline = self.loop.call_later(seconds, missed)

    def _clear_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class HttpProtocol(DeadlineProtocol, HttpToolsProtocol):
    """HTTP that waits neither for a request nor for a reader without end."""

    _size = 0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._set_deadline(self.timeouts.headers, self._abort)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._size = 0
        self._set_deadline(self.timeouts.headers, self._abort)

    def on_url(self, url: bytes) -> None:
        self._count(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(name + value)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._set_deadline(self.timeouts.body, self._abort)

    def on_message_complete(self) -> None:
        self._clear_deadline()
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        self._clear_deadline()
        super().handle_websocket_upgrade()

    def _count(self, part: bytes) -> None:
        self._size += len(part)
        if self._size > MAX_HEADER_BYTES:
            raise httptools.HttpParserError("The headers are too large.")  # answered 400


class SocketProtocol(DeadlineProtocol, WebSocketsSansIOProtocol):
    """WebSockets that cut a client which takes nothing, with the code that means "resume"; and one
    that sends without end what the application never sees."""

    _unseen, _unseen_at = float(MAX_CONTROL_FRAME_BURST), 0.0

    def start_keepalive(self) -> None:
        super().start_keepalive()
        del self.request, self.response  # the handshake is over, and its headers are in the scope

    async def send(self, message: Any) -> None:
        """Send; `ClientDisconnected` for a frame to who is gone.

        Of anything else the application hears by `receive`. Uvicorn would raise then, too, and an
        application that raises hears of no end: who was signed in would stay online.
        """
        await self.writable.wait()
        if not (self.close_sent or self.disconnected):
            with contextlib.suppress(ClientDisconnected):  # the client has closed it
                await super().send(message)
                return
        if message["type"] == "websocket.send":
            raise ClientDisconnected

    def handle_cont(self, event: Frame) -> None:
        if len(self.frames) < MAX_MESSAGE_PARTS:
            super().handle_cont(event)
        elif not self.close_sent:
            self._end(CloseCode.MESSAGE_TOO_BIG)

    def send_receive_event_to_app(self) -> None:
        if self.curr_msg_data_type == "text":
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:  # Uvicorn would log each with its trace
                self._end(CloseCode.INVALID_DATA)
                return
        super().send_receive_event_to_app()

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self._set_deadline(
            CLOSE_SECONDS, self.transport.abort
        )  # what waits to be sent would keep it open

    def handle_ping(self) -> None:
        if self._control_frame_allowed():
            super().handle_ping()

    def handle_pong(self, event: Frame) -> None:
        if self._control_frame_allowed():
            super().handle_pong(event)

    def _control_frame_allowed(self) -> bool:
        """Count a frame that the application does not see; past the limit the socket is closed."""
        if self.disconnected:
            return False
        passed = self.loop.time() - self._unseen_at
        self._unseen = (
            min(self._unseen + passed * MAX_CONTROL_FRAMES_PER_SECOND, MAX_CONTROL_FRAME_BURST) - 1
        )
        self._unseen_at += passed
        if self._unseen < 0:
            self._end(TOO_FAST)
        return self._unseen >= 0

    def _abort(self) -> None:
        self._end(RESUME)

    def _end(self, code: int) -> None:
        self.stop_keepalive()
        self.disconnected = True  # whoever waits to send is told that the client is gone
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code})
        self.frames = []
        if not self.close_sent:
            self.conn.send_close(code)
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
        self.writable.set()
        self.transport.close()
        self._set_deadline(CLOSE_SECONDS, self.transport.abort)


def serve(
    application: str, sockets: list[socket.socket], timeouts: Timeouts, name: str = ""
) -> None:
    """Serve at listening sockets until SIGINT or SIGTERM; open sockets are closed with 1012."""
    DeadlineProtocol.timeouts = timeouts
    sys.setswitchinterval(SWITCH_INTERVAL_SECONDS)
    config = uvicorn.Config(
        application,
        http=HttpProtocol,
        ws=SocketProtocol,
        lifespan="auto",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        headers=[("Server", name)] if name else [],
        proxy_headers=False,  # settings.TRUSTED_PROXIES says whom to believe
        ws_max_size=MAX_MESSAGE_BYTES,
        ws_ping_interval=PING_SECONDS,
        ws_per_message_deflate=False,  # memory for each socket, and CRIME
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=20,
    )
    uvicorn.Server(config).run(sockets=sockets)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens, and knows that it is TCP.

    `create_server` leaves that open; asyncio then lets the kernel wait with small answers for the
    client to acknowledge those before, which takes it 40 ms.
    """
    made = socket.create_server((host, port), backlog=2048)
    return socket.socket(fileno=made.detach())


def main() -> None:
    """Listen, or take a socket that listens already, and serve."""
    parser = argparse.ArgumentParser(prog="mysocial.realtime.server", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--fd", type=int, help="a socket that listens, instead of host and port")
    for name, seconds in Timeouts()._asdict().items():
        parser.add_argument(f"--{name}-seconds", type=float, default=seconds)
    parser.add_argument("--name", default="", help="sent as `Server`, to tell replicas apart")
    parser.add_argument("application", nargs="?", default=APPLICATION)
    options = parser.parse_args()
    if options.fd is not None:
        listening = socket.socket(fileno=options.fd)
    else:
        listening = listen(options.host, options.port)
    listening.setsockopt(
        socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES
    )  # connections inherit it
    waits = [getattr(options, f"{name}_seconds") for name in Timeouts._fields]
    serve(options.application, [listening], Timeouts(*waits), options.name)


if __name__ == "__main__":
    main()
