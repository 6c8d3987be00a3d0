"""The server of events, and of all HTTP where there is one port: `python -m mysocial.serve`.

Uvicorn, with what a server that is reached by strangers needs besides: a client that sends its
request drop by drop, or takes nothing of what it is sent, is cut, so that none holds memory or a
thread for long. docs/architecture.md says why it is not Daphne.
"""

import argparse
import asyncio
import socket
from typing import Any, NamedTuple

import httptools
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from mysocial.frames import RESUME

APPLICATION = "mysocial.asgi:application"
CUT_SECONDS = 10.0  # for a client that was cut to take the close frame
MOST_HEADERS = 64 * 1024
MOST_MESSAGE = 64 * 1024  # of a socket: past it, close code 1009
UNSENT = 128 * 1024  # what the kernel holds of a connection, which else is up to 4 MiB
PING_SECONDS = 25.0
GRACE_SECONDS = 3


class Patience(NamedTuple):
    """How long clients are waited for, in seconds."""

    headers: float = 10.0  # until all headers of a request are there
    body: float = 60.0  # from then until all of its body is
    reader: float = 20.0  # until some of what waits to be sent is taken


class HttpProtocol(HttpToolsProtocol):
    """HTTP that waits neither for a request nor for a reader without end."""

    patience = Patience()
    _deadline: asyncio.TimerHandle | None = None
    _size = 0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._expect(self.patience.headers)

    def connection_lost(self, exc: Exception | None) -> None:
        self._settle()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._size = 0
        self._expect(self.patience.headers)

    def on_url(self, url: bytes) -> None:
        self._count(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(name + value)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._expect(self.patience.body)

    def on_message_complete(self) -> None:
        self._settle()
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        self._settle()
        super().handle_websocket_upgrade()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._expect(self.patience.reader)

    def resume_writing(self) -> None:
        self._settle()
        super().resume_writing()

    def _count(self, part: bytes) -> None:
        self._size += len(part)
        if self._size > MOST_HEADERS:
            raise httptools.HttpParserError("The headers are too large.")  # answered 400

    def _expect(self, seconds: float) -> None:
        self._settle()
        self._deadline = self.loop.call_later(seconds, self.transport.abort)

    def _settle(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class SocketProtocol(WebSocketsSansIOProtocol):
    """WebSockets that cut a client which takes nothing, with the code that means "resume"."""

    patience = Patience()
    _deadline: asyncio.TimerHandle | None = None

    def start_keepalive(self) -> None:
        super().start_keepalive()
        del self.request, self.response  # the handshake is over, and its headers are in the scope

    def pause_writing(self) -> None:
        super().pause_writing()
        self._deadline = self.loop.call_later(self.patience.reader, self._cut)

    def resume_writing(self) -> None:
        self._settle()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._settle()
        super().connection_lost(exc)

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self._abort_later()  # what waits to be sent would keep it open

    def _cut(self) -> None:
        self.stop_keepalive()
        self.disconnected = True  # whoever waits to send is told that the client is gone
        self.queue.put_nowait({"type": "websocket.disconnect", "code": RESUME})
        if not self.close_sent:
            self.conn.send_close(RESUME)
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
        self.writable.set()
        self.transport.close()
        self._abort_later()

    def _abort_later(self) -> None:
        self._settle()
        self._deadline = self.loop.call_later(CUT_SECONDS, self.transport.abort)

    def _settle(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def serve(
    application: str, sockets: list[socket.socket], patience: Patience, name: str = ""
) -> None:
    """Serve at listening sockets until SIGINT or SIGTERM; open sockets are closed with 1012."""
    HttpProtocol.patience = SocketProtocol.patience = patience
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
        ws_max_size=MOST_MESSAGE,
        ws_ping_interval=PING_SECONDS,
        ws_per_message_deflate=False,  # memory for each socket, and CRIME
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=20,
    )
    uvicorn.Server(config).run(sockets=sockets)


def main() -> None:
    """Listen, or take a socket that listens already, and serve."""
    parser = argparse.ArgumentParser(prog="mysocial.serve", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--fd", type=int, help="a socket that listens, instead of host and port")
    for name, seconds in Patience()._asdict().items():
        parser.add_argument(f"--{name}-seconds", type=float, default=seconds)
    parser.add_argument("--name", default="", help="sent as `Server`, to tell replicas apart")
    parser.add_argument("application", nargs="?", default=APPLICATION)
    options = parser.parse_args()
    if options.fd is not None:
        listening = socket.socket(fileno=options.fd)
    else:
        listening = socket.create_server((options.host, options.port), backlog=2048)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, UNSENT)  # connections inherit it
    waits = [getattr(options, f"{name}_seconds") for name in Patience._fields]
    serve(options.application, [listening], Patience(*waits), options.name)


if __name__ == "__main__":
    main()
