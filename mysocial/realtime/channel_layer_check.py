"""The check that the channel layer delivers what other modules publish straight to Redis.

Writes and ephemeral events do not use the layer's client: `mysocial.core.keys` and
`mysocial.core.channel_messages` write its channel name and message format themselves. Each
dispatcher checks when it starts that both fit the configured layer, and later that the connection
of the layer still delivers: one that has become silent (a firewall, a host that lost power) is
never closed, and the layer has no timeout.
"""

import logging
import time
from typing import Any

from mysocial.core.channel_messages import WAKEUP_MESSAGE
from mysocial.core.keys import DISPATCHER_CHANNEL

logger = logging.getLogger(__name__)
MAX_SECONDS = 5.0


class DeliveryCheck:
    """Publishes wake-ups, and notices that the channel layer delivers none of them."""

    def __init__(self) -> None:
        self._is_done = False
        self._has_received = False
        self._deadline = 0.0  # when a wake-up must have been delivered; 0 before the next one

    async def publish(self, redis: Any) -> bool:
        """Publish a wake-up. If none was delivered for `MAX_SECONDS`, report this instead.

        Call it when the dispatcher has joined its group, and at each poll without a message.

        Returns:
            Whether the layer delivers nothing any more, although it did before. If it never did,
            this is logged once.
        """
        if self._is_done and not self._has_received:
            return False
        now = time.monotonic()
        self._deadline = self._deadline or now + MAX_SECONDS
        if now < self._deadline:
            await redis.publish(DISPATCHER_CHANNEL, WAKEUP_MESSAGE)
            return False
        self._deadline = 0.0
        if self._has_received:
            return True
        self._is_done = True
        logger.critical(
            "The channel layer does not receive what is published to %s. Check the backend, the "
            "prefix and the hosts in CHANNEL_LAYERS. Until then events arrive up to a second late, "
            "and typing and presence events are lost.",
            DISPATCHER_CHANNEL,
        )
        return False

    def note_received(self) -> None:
        """Note that a message was delivered."""
        self._is_done = self._has_received = True
        self._deadline = 0.0
