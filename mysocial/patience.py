"""`patient`: a task that finds Redis or MongoDB away says so in one line, and is asked again."""

import functools
import logging
from collections.abc import Callable

from mysocial.errors import Unavailable

logger = logging.getLogger(__name__)
Work = Callable[[], int]


def patient(work: Work) -> Work:
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
