"""Realtime: WebSocket and server-sent event connections, the dispatcher, replay and presence.

Import the public modules by name. This package itself imports nothing, because the server process
(`python -m mysocial.realtime.server`) starts before Django is set up.
"""

__all__ = ["auth", "ephemeral", "presence", "protocol"]
