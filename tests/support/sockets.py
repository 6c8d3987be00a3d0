"""The WebSocket of a client, which `mysocial.testing` offers."""

from mysocial.testing.sockets import Socket

__all__ = ["Socket"]
