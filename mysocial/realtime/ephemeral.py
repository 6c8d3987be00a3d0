"""Sending what passes (`mysocial.core.events.Passing`) to the hubs of all processes.

It travels as the hints of the log do, through the group of the channel layer that every hub is in.
"""

import logging

import msgpack

from mysocial.core.errors import Unavailable
from mysocial.core.events import EphemeralEvent
from mysocial.core.redis import available, client

logger = logging.getLogger(__name__)
GROUP = "asgi__group__events"  # the layer's own name of the group, as in `apply.lua`
EPHEMERAL = "event.passing"


def encode_message(event: EphemeralEvent) -> dict[str, str]:
    """Return the message that the hubs are sent."""
    return {"type": EPHEMERAL, **event.message()}


def publish(event: EphemeralEvent) -> None:
    """Tell whoever listens now and may hear it; who can't be told just now never is."""
    try:
        with available():
            client().publish(GROUP, msgpack.packb(encode_message(event)))
    except Unavailable as error:
        logger.warning("Nobody was told of %s: %s", event.type, error)
