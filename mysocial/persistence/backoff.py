"""Backoff of the workers while a server cannot be reached.

All workers wait together. When the backoff ends, one of them makes the next attempt, and the others
wait for its result.
"""

import logging
import random

from redis.exceptions import OutOfMemoryError

from mysocial.core import keys
from mysocial.core.redis import available, client

logger = logging.getLogger(__name__)
MAX_BACKOFF_SECONDS = 3.0
TRIES_TTL_SECONDS = 60


class RetryLater(Exception):
    """Work that cannot be done now; Celery retries its task after `seconds`."""

    def __init__(self, reason: str, seconds: float = 0.0) -> None:
        super().__init__(reason)
        self.seconds = seconds


def start_backoff(reason: object = "") -> float:
    """Keep every worker from flushing for a growing, jittered time, at most three seconds.

    The records stay dirty, and the number of tries is not limited. The first failure is logged.

    Returns:
        The length of the backoff, in seconds.

    Raises:
        Unavailable: Redis cannot be reached.
    """
    with available():
        try:
            tries = int(client().incr(keys.BACKOFF_ATTEMPTS))
            seconds = min(2.0**tries / 4, MAX_BACKOFF_SECONDS) * random.uniform(0.5, 1.0)  # noqa: S311
            client().set(keys.BACKOFF, "1", px=int(seconds * 1000))
            client().expire(keys.BACKOFF_ATTEMPTS, TRIES_TTL_SECONDS)
        except OutOfMemoryError:
            return 0.0  # a full server has no room for the key: a try at each beat is acceptable
    if tries == 1:
        logger.warning("The workers wait, and retry at most every 3 seconds: %s", reason)
    return seconds


def end_backoff() -> None:
    """Forget the failed tries: the next backoff is short again.

    Raises:
        Unavailable: Redis cannot be reached.
    """
    with available():
        tries = client().getdel(keys.BACKOFF_ATTEMPTS)
        client().delete(keys.BACKOFF)
    if tries:
        logger.warning("The workers continue after %s failed attempts.", int(tries))


def check_backoff() -> bool:
    """Return whether the last attempt failed, so that this one is the only one for now.

    Raises:
        RetryLater: The workers back off, or another worker makes the only attempt.
        Unavailable: Redis cannot be reached.
    """
    with available():
        pipe = client().pipeline(transaction=False)
        pipe.pttl(keys.BACKOFF)
        pipe.exists(keys.BACKOFF_ATTEMPTS)
        left_ms, is_outage = pipe.execute()
        attempt_ms = int(MAX_BACKOFF_SECONDS * 1000)
        if is_outage and left_ms <= 0:
            try:
                is_first = client().set(keys.BACKOFF, "1", nx=True, px=attempt_ms)
            except OutOfMemoryError:
                is_first = True
            left_ms = 0 if is_first else attempt_ms
    if left_ms > 0:
        raise RetryLater("The workers wait for a server that cannot be reached.", left_ms / 1000)
    return bool(is_outage)
