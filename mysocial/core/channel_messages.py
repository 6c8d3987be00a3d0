"""The messages that dispatchers receive, in the form of the channel layer (channels-redis).

The write script and ephemeral events publish them straight to Redis: a write announces its events
in the same step, and needs no event loop.
"""

import msgpack

WAKEUP = "event.wakeup"  # the event log has new entries
EPHEMERAL = "event.ephemeral"  # the message is the event


def encode_message(type_: str, **fields: str) -> bytes:
    """Return a message as the channel layer serializes it."""
    return bytes(msgpack.packb({"type": type_, **fields}))


WAKEUP_MESSAGE = encode_message(WAKEUP)
