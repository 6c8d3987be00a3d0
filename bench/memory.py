"""Memory of Redis for each acknowledged write: `python -m bench.memory`.

Members post, comment, react, follow and send messages through the WSGI application, each write with
an Idempotency-Key. After everything is flushed to MongoDB, keys with a TTL can be evicted; the
others are what a write costs until the log is trimmed and the stored response expires.
"""

import argparse
import io
import os
import secrets
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import orjson

from bench.people import Member, create_members
from mysocial.core.queues import queue_names
from mysocial.dev.processes import free_port
from mysocial.dev.servers import Mongod, Valkey

SYLLABLES = [
    *("ba", "ce", "di", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "ri", "so"),
    *("tu", "va", "we", "xi", "yo", "zu", "ar", "en", "is", "ol", "un", "st", "ch"),
]
# The mix of the writes, in the order in which they repeat.
MIX = [
    *("post", "react", "comment", "message", "react"),
    *("comment", "react", "message", "follow", "react"),
]
BATCH = 500


def _text(number: int) -> str:
    """Return a text of about 90 characters that compresses like prose, by half."""
    random = Random(number)
    words = ("".join(random.choices(SYLLABLES, k=random.randint(1, 4))) for _ in range(14))
    return f"{' '.join(words)} {number}"


class Client:
    """Members who write through the WSGI application in this process."""

    def __init__(self, members: list[Member]) -> None:
        from mysocial.wsgi import application  # noqa: PLC0415 - needs Django set up

        self._application: Any = application
        self._members = members
        self._posts: list[str] = []

    def write(self, number: int) -> None:
        """Send the write with this number."""
        author, other = self._pair(number)
        kind = MIX[number % len(MIX)]
        if kind == "post":
            post = self._send(author, "POST", "posts", {"text": _text(number)})["post"]
            self._posts.append(post["id"])
        elif kind == "follow":
            self._send(author, "PUT", f"users/{other.id}/follow")
        elif kind == "message":
            body = {"receiver_id": other.id, "text": _text(number)}
            self._send(author, "POST", "chat/messages", body)
        elif kind == "comment":
            body = {"text": _text(number)}
            self._send(author, "POST", f"posts/{self._posts[-1]}/comments", body)
        else:
            self._send(author, "PUT", f"posts/{self._posts[-1]}/reaction", {"type": "like"})

    def _pair(self, number: int) -> tuple[Member, Member]:
        count = len(self._members)
        distance = 1 + number // count % (count - 1)
        return self._members[number % count], self._members[(number + distance) % count]

    def _send(self, member: Member, method: str, path: str, body: Any = None) -> Any:
        content = orjson.dumps(body) if body is not None else b"{}"
        environ = {
            "REQUEST_METHOD": method, "PATH_INFO": f"/api/v1/{path}", "QUERY_STRING": "",
            "SCRIPT_NAME": "", "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": "127.0.0.1", "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(content)),
            "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(content), "wsgi.errors": sys.stderr,
            "HTTP_AUTHORIZATION": member.headers["Authorization"],
            "HTTP_IDEMPOTENCY_KEY": secrets.token_hex(16),
        }  # fmt: skip
        heads: list[Any] = []
        response = self._application(environ, lambda *head: heads.append(head))
        content = b"".join(response)
        getattr(response, "close", bool)()  # a fast read is a list
        if heads[0][0][0] != "2":
            raise RuntimeError(f"{method} {path}: {heads[0][0]} {content[:300]!r}")
        return orjson.loads(content or b"null")


class Usage:
    """Bytes of the keys of one Redis by class of key, with and without a TTL."""

    def __init__(self, redis: Any) -> None:
        self.kept: Counter[str] = Counter()
        self.evictable: Counter[str] = Counter()
        for keys in _batches(redis.scan_iter(count=BATCH)):
            pipe = redis.pipeline(transaction=False)
            for key in keys:
                pipe.memory_usage(key, samples=0)
                pipe.ttl(key)
            replies = pipe.execute()
            for key, size, ttl in zip(keys, replies[::2], replies[1::2], strict=True):
                # A key also has a place in the table of keys: 8 bytes, and 4 for its growth.
                key_class = _class_of(key.decode())
                is_kept = ttl == -1 and key_class != "messages"
                (self.kept if is_kept else self.evictable)[key_class] += (size or 0) + 12


def _batches(keys: Iterator[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    for key in keys:
        batch.append(key)
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch


def _class_of(key: str) -> str:
    """Return the class of a key: what is before its id."""
    if key in queue_names():
        return "messages"  # Of workers, which would take them at once.
    if "/" in key:
        return "lists"
    head, _, rest = key.partition(":")
    return f"{head}:{rest.partition(':')[0]}:" if head == "events" and rest else head


def measure(writes: int, members: int) -> list[str]:
    """Send writes and return the lines of the table."""
    from accounts.management.erasure import flush_all  # noqa: PLC0415 - needs Django set up
    from mysocial.core.redis import client  # noqa: PLC0415
    from mysocial.persistence import packing  # noqa: PLC0415

    redis = client()
    people = Client(create_members(members))
    people.write(0)  # The posts, comments and reactions need a post.
    flush_all()
    before, used_before = Usage(redis), redis.info("memory")["used_memory"]
    for number in range(1, writes + 1):
        people.write(number)
    flush_all()
    packing.pack_new_responses()
    packing.pack_old_events(min_age_seconds=-1)
    after, used = Usage(redis), redis.info("memory")["used_memory"] - used_before
    lines = [f"| {writes:,} writes of {members} members | bytes a write |", "|---|---|"]
    kept, evictable = after.kept - before.kept, after.evictable - before.evictable
    for name, counter in (("not evictable", kept), ("evictable", evictable)):
        lines.append(f"| **{name}** | **{counter.total() / writes:.0f}** |")
        for key_class, size in counter.most_common():
            if size / writes >= 1:
                lines.append(f"| `{key_class}` | {size / writes:.0f} |")
    return [*lines, f"| used_memory, all together | {used / writes:.0f} |"]


def main() -> None:
    """Run the benchmark on servers of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--writes", type=int, default=5000)
    parser.add_argument("--members", type=int, default=100)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="ms-"))
    try:
        valkey = Valkey(folder / "valkey", port=free_port(), appendfsync="everysec")
        with valkey, Mongod(folder / "mongod") as mongod:
            os.environ |= {
                "REDIS_URL": valkey.url, "MONGO_URL": mongod.url, "REDIS_FSYNC": "everysec",
                "RATE_LIMITS": "0", "DATA_DIR": str(folder / "data"), "LOG_LEVEL": "WARNING",
                "DJANGO_SETTINGS_MODULE": "mysocial.settings", "DEBUG": "0",
                "SECRET_KEY": "x" * 40, "SECURE_SSL_REDIRECT": "0",
            }  # fmt: skip
            import django  # noqa: PLC0415 - after the environment

            django.setup()
            from mysocial.store import ensure_indexes  # noqa: PLC0415

            ensure_indexes()
            print(*measure(options.writes, options.members), sep="\n")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
