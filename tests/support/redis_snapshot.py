"""A snapshot of Redis, restored for each test, because building test data takes long."""

from mysocial.core.redis import client

RESTORE = """
for i, key in ipairs(KEYS) do
  redis.call('RESTORE', key, ARGV[2 * i - 1], ARGV[2 * i], 'REPLACE')
end
"""


class Snapshot:
    """The content of Redis at one moment. MongoDB is not included, so no worker may be running."""

    def __init__(self) -> None:
        self._entries: list[tuple[bytes, int, bytes]] = []
        for key in client().scan_iter(count=1000):
            ttl_ms, value = max(client().pttl(key), 0), client().dump(key)
            if value is not None:  # None: the key expired during the scan
                self._entries.append((key, ttl_ms, value))

    def restore(self) -> None:
        """Restore Redis; a background thread may be sending a worker wake-up meanwhile."""
        keys = [key for key, _, _ in self._entries]
        values = [part for _, ttl_ms, value in self._entries for part in (ttl_ms, value)]
        client().flushall()
        client().eval(RESTORE, len(keys), *keys, *values)
