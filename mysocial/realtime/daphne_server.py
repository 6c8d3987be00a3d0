"""Daphne as the ASGI server, with `SERVER=daphne`.

It has none of the deadlines and few of the limits of `server.py`: docs/deploy.md lists them.
"""

import socket

PING_SECONDS = 25
PONG_SECONDS = 20
HANDSHAKE_SECONDS = 10
CLOSE_SECONDS = 3  # for the application, after its client is gone
NEVER = -1


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
    # Not at module level: Daphne installs Twisted's reactor when it is imported.
    from daphne.endpoints import build_endpoint_description_strings  # noqa: PLC0415
    from daphne.server import Server  # noqa: PLC0415
    from daphne.utils import import_by_path  # noqa: PLC0415

    Server(
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
