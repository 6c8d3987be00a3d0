"""What is owed to MongoDB, sampled while a run goes on."""

import threading
import time
from typing import NamedTuple

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

EVERY = 0.2  # seconds
DEBTS = [f"dirty:{queue}" for queue in settings.CELERY_QUEUE_NAMES]


class Sample(NamedTuple):
    """When, how many records were owed, and for how long the oldest of them had been (seconds)."""

    at: float
    count: int
    oldest: float


class Gauge(threading.Thread):
    """Samples until `stop` is set; a Valkey that is away gives no sample."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.samples: list[Sample] = []
        self.stop = threading.Event()
        self._url = url

    def run(self) -> None:
        with Redis.from_url(self._url, socket_timeout=1, socket_connect_timeout=1) as valkey:
            while not self.stop.wait(EVERY):
                try:
                    self.samples.append(self._look(valkey))
                except RedisError:
                    pass

    def _look(self, valkey: "Redis[bytes]") -> Sample:
        with valkey.pipeline(transaction=False) as pipe:
            pipe.time()
            for key in DEBTS:
                pipe.zcard(key)
                pipe.zrange(key, 0, 0, withscores=True)
            at, ((seconds, microseconds), *answers) = time.monotonic(), pipe.execute()
        since = [first[0][1] / 1000 for first in answers[1::2] if first]
        oldest = seconds + microseconds / 1e6 - min(since) if since else 0.0
        return Sample(at, sum(answers[::2]), oldest)

    def paid(self, since: float) -> bool:
        """Whether all that was owed at this moment has been carried."""
        last = self.samples[-1] if self.samples else None
        return last is not None and last.at > since and last.at - last.oldest > since
