"""The check that the channel layer delivers what other modules publish straight to Redis.

Writes and ephemeral events do not use the layer's client: `mysocial.core.keys` and
`mysocial.core.channel_messages` write its channel name and message format themselves. Each
dispatcher checks once, when it starts, that both fit the configured layer.
"""

import logging
import time
from typing import Any

from mysocial.core.channel_messages import WAKEUP_MESSAGE
from mysocial.core.keys import DISPATCHER_CHANNEL

logger = logging.getLogger(__name__)
MAX_SECONDS = 5.0


class DeliveryCheck:
    """Publishes wake-ups until the channel layer delivers one, or logs that it does not."""

    def __init__(self) -> None:
        self._is_done = False
        self._deadline = 0.0

    async def publish(self, redis: Any) -> None:
        """Publish a wake-up unless the check is done; after `MAX_SECONDS`, log a failure instead.

        Call it when the dispatcher has joined its group, and at each poll without a message.
        """
        if self._is_done:
            return
        now = time.monotonic()
        self._deadline = self._deadline or now + MAX_SECONDS
        if now < self._deadline:
            await redis.publish(DISPATCHER_CHANNEL, WAKEUP_MESSAGE)
            return
        self._is_done = True
        logger.critical(
            "The channel layer does not receive what is published to %s. Check the backend, the "
            "prefix and the hosts in CHANNEL_LAYERS. Until then events arrive up to a second late, "
            "and typing and presence events are lost.",
            DISPATCHER_CHANNEL,
        )

    def note_received(self) -> None:
        """End the check: a message was delivered."""
        self._is_done = True
