"""Ephemeral events: sent to the clients that are connected now, and never stored.

They reach the dispatchers of all processes through the channel layer, like the messages that
announce new entries of the event log.
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
    """Send an event to its audience, among the clients that are connected now.

    The event is lost, without an error, if Redis does not respond.
    """
    try:
        with available():
            client().publish(keys.DISPATCHER_CHANNEL, encode_event(event))
    except Unavailable as error:
        logger.warning("%s was not published: %s", event.type, error)
