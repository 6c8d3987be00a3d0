"""Sending what passes (`mysocial.core.events.Passing`) to the hubs of all processes.

It travels as the hints of the log do, through the group of the channel layer that every hub is in.
"""

import logging

from mysocial.core import keys
from mysocial.core.channel_messages import EPHEMERAL, encode_message
from mysocial.core.errors import Unavailable
from mysocial.core.events import EphemeralEvent
from mysocial.core.redis import available, client

logger = logging.getLogger(__name__)


def encode_event(event: EphemeralEvent) -> bytes:
    """Return the message that the dispatchers receive."""
    return encode_message(EPHEMERAL, **event.message())


def publish(event: EphemeralEvent) -> None:
    """Tell whoever listens now and may hear it; who can't be told just now never is."""
    try:
        with available():
            client().publish(keys.DISPATCHER_CHANNEL, encode_event(event))
    except Unavailable as error:
        logger.warning("Nobody was told of %s: %s", event.type, error)
