"""Realtime: WebSocket and server-sent event connections, the dispatcher, replay and presence.

The public modules are imported by name. Importing this package alone loads no model: the server
process (`python -m mysocial.realtime.server`) starts before Django is set up.
"""

__all__ = ["auth", "ephemeral", "presence", "protocol"]
