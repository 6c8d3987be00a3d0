"""The ASGI server: `python -m mysocial.realtime.server`.

Uvicorn with deadlines for slow clients and limits for WebSocket control frames. A client that
sends its request too slowly, or reads nothing, is disconnected, so that it cannot hold memory or a
thread. With `SERVER=daphne`, it is Daphne; docs/deploy.md says what Daphne lacks.
"""

import argparse
import contextlib
import os
import socket
import sys
from importlib import import_module
from typing import Any

import httptools
import uvicorn
from django.conf import settings
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame
from websockets.protocol import State

from mysocial.realtime.close_deadline import Server
from mysocial.realtime.deadlines import DeadlineProtocol, Timeouts
from mysocial.realtime.protocol import RESUME, TOO_FAST

APPLICATION = "mysocial.asgi:application"
MAX_HEADER_BYTES = 64 * 1024
MAX_MESSAGE_BYTES = 64 * 1024  # of a WebSocket; beyond it, close code 1009
# Of a WebSocket: pings and pongs, which the application neither sees nor counts.
MAX_CONTROL_FRAMES_PER_SECOND, MAX_CONTROL_FRAME_BURST = 20, 200
MAX_MESSAGE_FRAMES = 128  # of a fragmented message; empty frames take memory too
SEND_BUFFER_BYTES = 128 * 1024  # of the kernel, per connection; it would use up to 4 MiB
# Of a request's body, on average of a deadline: 100 MB may take three hours.
MIN_BODY_BYTES_PER_SECOND = 8 * 1024
PING_SECONDS = 25.0
GRACE_SECONDS = 3
# How long a running thread keeps the others waiting. Python's default of 5 ms adds up: the audience
# of an event is determined in several steps, and each would wait for the threads of requests.
SWITCH_INTERVAL_SECONDS = 0.0005


class HttpProtocol(DeadlineProtocol, HttpToolsProtocol):
    """HTTP with deadlines for the headers, the body and the reader, and a limit for the headers."""

    _header_bytes = _body_bytes = 0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._set_deadline(self.timeouts.headers, self._abort)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._header_bytes = 0
        self._set_deadline(self.timeouts.headers, self._abort)

    def on_url(self, url: bytes) -> None:
        self._count_header_bytes(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count_header_bytes(name + value)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._body_bytes = 0
        self._set_deadline(self.timeouts.body, self._check_body_rate)

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._clear_deadline()
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        self._clear_deadline()
        super().handle_websocket_upgrade()

    def _check_body_rate(self) -> None:
        """Abort a request whose body arrives too slowly; else set the next deadline."""
        if self._body_bytes < self.timeouts.body * MIN_BODY_BYTES_PER_SECOND:
            self._abort()
        else:
            self._body_bytes = 0
            self._set_deadline(self.timeouts.body, self._check_body_rate)

    def _count_header_bytes(self, part: bytes) -> None:
        self._header_bytes += len(part)
        if self._header_bytes > MAX_HEADER_BYTES:
            raise httptools.HttpParserError("The headers are too large.")  # status 400


class SocketProtocol(DeadlineProtocol, WebSocketsSansIOProtocol):
    """A WebSocket that is closed when the client reads nothing or floods it with control frames.

    A client that reads nothing gets the close code `RESUME`.
    """

    _control_allowance, _control_counted_at = float(MAX_CONTROL_FRAME_BURST), 0.0

    def start_keepalive(self) -> None:
        super().start_keepalive()
        del self.request, self.response  # used by the handshake only; saves memory

    async def send(self, message: Any) -> None:
        """Send a message, or raise `ClientDisconnected` for a frame to a client that is gone.

        Other messages, such as a close, are then ignored, and the application learns of the
        disconnect from `receive`. Uvicorn would raise for them too, and an application that fails
        never gets the disconnect: its member would stay online.
        """
        await self.writable.wait()
        if not (self.close_sent or self.disconnected):
            with contextlib.suppress(ClientDisconnected):  # the client closed the connection
                await super().send(message)
                return
        if message["type"] == "websocket.send":
            raise ClientDisconnected

    def handle_cont(self, event: Frame) -> None:
        if len(self.frames) < MAX_MESSAGE_FRAMES:
            super().handle_cont(event)
        elif not self.close_sent:
            self._end(CloseCode.MESSAGE_TOO_BIG)

    def send_receive_event_to_app(self) -> None:
        if self.curr_msg_data_type == "text":
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:  # Uvicorn would log a traceback for each
                self._end(CloseCode.INVALID_DATA)
                return
        super().send_receive_event_to_app()

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        # Unsent data would keep the connection open.
        self._set_deadline(self.timeouts.closing, self.transport.abort)

    def handle_ping(self) -> None:
        if self._control_frame_allowed():
            super().handle_ping()

    def handle_pong(self, event: Frame) -> None:
        if self._control_frame_allowed():
            super().handle_pong(event)

    def _control_frame_allowed(self) -> bool:
        """Count a control frame (a token bucket); close the connection beyond the limit."""
        if self.disconnected:
            return False
        elapsed = self.loop.time() - self._control_counted_at
        allowance = self._control_allowance + elapsed * MAX_CONTROL_FRAMES_PER_SECOND
        self._control_allowance = min(allowance, MAX_CONTROL_FRAME_BURST) - 1
        self._control_counted_at += elapsed
        if self._control_allowance < 0:
            self._end(TOO_FAST)
        return self._control_allowance >= 0

    def _abort(self) -> None:
        self._end(RESUME)

    def _end(self, code: int) -> None:
        """Close the connection without waiting for the client; tell the application."""
        self.stop_keepalive()
        self.disconnected = True  # pending and further sends raise ClientDisconnected
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code})
        self.frames = []
        if (
            not self.close_sent and self.conn.state is State.OPEN
        ):  # else the client has sent a close
            self.conn.send_close(code)
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
        self.writable.set()
        self.transport.close()
        self._set_deadline(self.timeouts.closing, self.transport.abort)


def serve(
    application: str, sockets: list[socket.socket], timeouts: Timeouts, name: str = ""
) -> None:
    """Serve on listening sockets until SIGINT or SIGTERM; then close WebSockets with code 1012.

    Args:
        application: The import path of the ASGI application.
        sockets: The listening sockets.
        timeouts: The deadlines for clients.
        name: The value of the `Server` header; none by default.
    """
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
        proxy_headers=False,  # settings.TRUSTED_PROXIES is used instead
        ws_max_size=MAX_MESSAGE_BYTES,
        ws_ping_interval=PING_SECONDS,
        ws_per_message_deflate=False,  # it takes memory per connection, and allows CRIME
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=20,
    )
    Server(config, timeouts.closing).run(sockets=sockets)


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket whose protocol is set to TCP.

    `create_server` leaves the protocol unset. asyncio then does not set TCP_NODELAY, and small
    responses wait up to 40 ms for the client to acknowledge earlier ones (Nagle's algorithm).
    """
    listener = socket.create_server((host, port), backlog=2048)
    return socket.socket(fileno=listener.detach())


def main() -> None:
    """Listen, or use a given listening socket, and serve."""
    parser = argparse.ArgumentParser(prog="mysocial.realtime.server", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument(
        "--fd", type=int, help="file descriptor of a listening socket, instead of host and port"
    )
    for name, default in Timeouts()._asdict().items():
        parser.add_argument(f"--{name}-seconds", type=float, default=default)
    parser.add_argument(
        "--name", default="", help="value of the `Server` header, to identify a replica"
    )
    parser.add_argument("application", nargs="?", default=APPLICATION)
    options = parser.parse_args()
    if options.fd is not None:
        listening = socket.socket(fileno=options.fd)
    else:
        listening = listen(options.host, options.port)
    # Connections inherit it.
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysocial.settings")
    if settings.SERVER == "daphne":
        daphne = import_module("mysocial.realtime.daphne_server")  # it installs Twisted's reactor
        daphne.serve(options.application, listening, MAX_MESSAGE_BYTES, options.name)
        return
    seconds = [getattr(options, f"{name}_seconds") for name in Timeouts._fields]
    serve(options.application, [listening], Timeouts(*seconds), options.name)


if __name__ == "__main__":
    main()
