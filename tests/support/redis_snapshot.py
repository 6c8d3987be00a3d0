"""All that Redis has, noted once and put back for each test: building a world takes long."""

from mysocial.core.redis import client

RESTORE = """
for i, key in ipairs(KEYS) do
  redis.call('RESTORE', key, ARGV[2 * i - 1], ARGV[2 * i], 'REPLACE')
end
"""


class Snapshot:
    """What Redis has now. Nothing else is noted: no worker may have carried anything away."""

    def __init__(self) -> None:
        self._kept: list[tuple[bytes, int, bytes]] = []
        for key in client().scan_iter(count=1000):
            lasts, value = max(client().pttl(key), 0), client().dump(key)
            if value is not None:  # else its time to live ended as we looked
                self._kept.append((key, lasts, value))

    def restore(self) -> None:
        """Put Redis back as it was noted; a thread may be sending Celery a nudge meanwhile."""
        keys = [key for key, _, _ in self._kept]
        values = [part for _, lasts, value in self._kept for part in (lasts, value)]
        client().flushall()
        client().eval(RESTORE, len(keys), *keys, *values)
