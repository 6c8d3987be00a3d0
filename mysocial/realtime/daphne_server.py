"""Daphne as the ASGI server, with `SERVER=daphne`.

It has none of the deadlines and few of the limits of `server.py`: docs/deploy.md lists them.
Importing it installs Twisted's reactor.
"""

import socket
from typing import Any

from autobahn.exception import Disconnected
from daphne.endpoints import build_endpoint_description_strings
from daphne.server import Server
from daphne.utils import import_by_path

PING_SECONDS = 25
PONG_SECONDS = 20
HANDSHAKE_SECONDS = 10
CLOSE_SECONDS = 3  # for the application, after its client is gone
NEVER = -1


class DaphneServer(Server):  # type: ignore[misc] # untyped
    """Daphne, which closes with a code and tells the application that a client is gone."""

    def listen_success(self, port: Any) -> None:
        """Let Autobahn close a connection with a code; by default, it drops it."""
        super().listen_success(port)
        self.ws_factory.setProtocolOptions(failByDrop=False)

    async def handle_reply(self, protocol: Any, message: dict[str, Any]) -> None:
        """Send a message of the application.

        Raises:
            ConnectionResetError: The client is gone, as ASGI demands. Daphne ignores the message,
                or raises an error that is no `OSError`.
        """
        connection = self.connections.get(protocol, {"disconnected": True})
        if message["type"] == "websocket.send" and connection.get("disconnected"):
            raise ConnectionResetError("The client is gone.")
        try:
            await super().handle_reply(protocol, message)
        except Disconnected as error:  # it has closed the connection, or broken the protocol
            raise ConnectionResetError("The client is gone.") from error


def serve(
    application: str, listener: socket.socket, max_message_bytes: int, name: str = ""
) -> None:
    """Serve on a listening socket until SIGINT or SIGTERM.

    Args:
        application: The import path of the ASGI application.
        listener: The listening socket.
        max_message_bytes: Of a WebSocket; beyond it, close code 1009.
        name: The value of the `Server` header; none by default.
    """
    DaphneServer(
        application=import_by_path(application),
        endpoints=build_endpoint_description_strings(file_descriptor=listener.fileno()),
        ping_interval=PING_SECONDS,
        ping_timeout=PONG_SECONDS,
        websocket_timeout=NEVER,
        websocket_connect_timeout=HANDSHAKE_SECONDS,
        websocket_handshake_timeout=HANDSHAKE_SECONDS,
        websocket_max_message_size=max_message_bytes,
        websocket_max_frame_size=max_message_bytes,
        application_close_timeout=CLOSE_SECONDS,
        server_name=name,
    ).run()
