"""The backlog of unflushed records, sampled during a run."""

import threading
import time
from typing import NamedTuple

from redis import Redis
from redis.exceptions import RedisError

from mysocial.core import keys
from mysocial.core.queues import queue_names

SAMPLE_SECONDS = 0.2  # seconds
# The app with the cards is not installed in this process.
DIRTY_KEYS = [keys.dirty(queue) for queue in (*queue_names(), "cards")]


class Sample(NamedTuple):
    """The time of a sample, the number of unflushed records and the age of the oldest (seconds)."""

    taken_at: float
    count: int
    oldest: float


class BacklogGauge(threading.Thread):
    """A thread that samples until `stop` is set; an unavailable Valkey gives no sample."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.samples: list[Sample] = []
        self.stop = threading.Event()
        self._url = url

    def run(self) -> None:
        with Redis.from_url(self._url, socket_timeout=1, socket_connect_timeout=1) as valkey:
            while not self.stop.wait(SAMPLE_SECONDS):
                try:
                    self.samples.append(self._sample(valkey))
                except RedisError:
                    pass

    def _sample(self, valkey: "Redis[bytes]") -> Sample:
        with valkey.pipeline(transaction=False) as pipe:
            pipe.time()
            for key in DIRTY_KEYS:
                pipe.zcard(key)
                pipe.zrange(key, 0, 0, withscores=True)
            at, ((seconds, microseconds), *results) = time.monotonic(), pipe.execute()
        since = [first[0][1] / 1000 for first in results[1::2] if first]
        oldest = seconds + microseconds / 1e6 - min(since) if since else 0.0
        return Sample(at, sum(results[::2]), oldest)

    def flushed_since(self, since: float) -> bool:
        """Return whether all records that were unflushed at `since` have been flushed."""
        last = self.samples[-1] if self.samples else None
        return last is not None and last.taken_at > since and last.taken_at - last.oldest > since
