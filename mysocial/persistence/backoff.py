"""What a task does that finds Redis or MongoDB away: it says so in one line, and is asked again.

`patient` is for any task; `pause` keeps all workers from asking a MongoDB that is away.
"""

import functools
import logging
import random
from collections.abc import Callable

from redis.exceptions import OutOfMemoryError

from mysocial.core.errors import Unavailable
from mysocial.core.redis import available, client
from mysocial.store.wakeups import postpone

logger = logging.getLogger(__name__)
MAX_BACKOFF_SECONDS = 3.0
Work = Callable[[], int]


def skip_if_unavailable(work: Work) -> Work:
    """Return `work`, which then answers 0 where a server is away.

    What it has to do stands in Redis and beat asks again, so this is no failure of the task.
    """

    @functools.wraps(work)
    def wait_if_away() -> int:
        try:
            return work()
        except Unavailable as error:
            logger.warning("%s waits: %s", work.__name__, error)
            return 0

    return wait_if_away


def start_backoff() -> float:
    """MongoDB is away: keep every worker from asking for a growing, jittered while; return it.

    The debts stand; there is no limit to the tries. Seconds.
    """
    with available():
        try:
            tries = int(client().incr("pause:tries"))
            seconds = min(2.0**tries / 4, MAX_BACKOFF_SECONDS) * random.uniform(0.5, 1.0)  # noqa: S311
            client().set("pause", "1", px=int(seconds * 1000))
            client().expire("pause:tries", 60)
        except OutOfMemoryError:
            return 0.0  # no room even for this: asking at each beat is not too often
    return seconds


def in_backoff(queue: str) -> bool:
    """Tell whether workers are kept from asking; then the queue is woken as soon as they are not.

    Its message is taken, and its mark would keep others back for longer than the pause.
    """
    with available():
        left = int(client().pttl("pause"))
    if left > 0:
        postpone(queue, left)
    return left > 0
