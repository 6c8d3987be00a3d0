"""Where something is still said of a member: all of Redis, all of MongoDB, all names of files.

It looks at bytes, not at what the code knows of: what a defect left behind is found as well.
"""

import functools
import re
import struct
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import bson
import redis
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from django.conf import settings
from redis.exceptions import ResponseError

from mysocial.core import keys, mongo
from mysocial.core.progress import ProgressCallback
from mysocial.core.redis import available, client
from mysocial.ops.rebuild_cache import REBUILD

RAW = CodecOptions(document_class=RawBSONDocument)
ID = re.compile(rb"(?<![0-9a-f])[0-9a-f]{24}(?![0-9a-f])")
BATCH = 500
# Keys of what is no record: counts, answers and marks, each of which may go at any time.
EXPIRING_PREFIXES = tuple(
    prefix.encode()
    for prefix in (keys.RATE_LIMIT_PREFIX, keys.IDEMPOTENCY_PREFIX, keys.EMAIL_SENT_PREFIX)
)


class SearchTerms(NamedTuple):
    """What is looked for: ids, words wherever they stand, and a name where it stands as one."""

    ids: frozenset[str]
    words: tuple[str, ...] = ()
    name: str = ""

    def found_in(self, data: bytes) -> str:
        """Return what of it is in some bytes, the first; empty for nothing."""
        for found in ID.findall(data):
            if found.decode() in self.ids:
                return str(found.decode())
        match = _pattern(self).search(data)
        return match[0].decode(errors="replace") if match else ""


class Hit(NamedTuple):
    """A place where something was found."""

    place: str  # redis, log, mongo, file
    what: str  # key, collection or path
    key: str  # within it: the id of an entry or a document
    term: str
    fields: tuple[str, ...]  # of a hash or a document: which there are


@functools.cache
def _pattern(sought: SearchTerms) -> "re.Pattern[bytes]":
    parts = [re.escape(one.encode()) for one in sought.words if one]
    if sought.name:
        # As a value of JSON or BSON, as a mention, or at the end of a key: not as a part of
        # another word, nor as the name of a field.
        name = re.escape(sought.name.encode())
        long = re.escape(struct.pack("<i", len(sought.name.encode()) + 1))
        parts += [rb'"%s"(?!:)' % name, rb"@%s(?![A-Za-z0-9_])" % name]
        parts += [rb":%s\Z" % name, rb"%s%s\x00" % (long, name), rb"\A%s\Z" % name]
    return re.compile(b"|".join(parts) if parts else rb"(?!)", re.IGNORECASE)


def find_hits(sought: SearchTerms, tell: ProgressCallback = lambda *_: None) -> Iterator[Hit]:
    """Yield every place where something of it is. `Unavailable`."""
    yield from _in_redis(sought, tell)
    yield from _in_mongo(sought, tell)
    for path in sorted(settings.MEDIA_DIR.rglob("*")):
        hit = sought.found_in(path.name.encode())
        if hit:
            yield Hit("file", str(path.relative_to(settings.MEDIA_DIR)), "", hit, ())


def delete_hits(sought: SearchTerms, *, before: int) -> int:
    """Remove what is said of it beside the records; return how much. `Unavailable`.

    Of the event logs, the entries up to the clock `before`: what they tell is gone. Counts,
    stored answers and marks; lists and reservations that are not owed, which Redis may let go. The
    name is looked for in the names of keys only: what others say of somebody is theirs.
    """
    count, nameless = 0, sought._replace(name="")
    for key in _keys(client()):
        if keys.is_event_log(key.decode(errors="replace")):
            count += _scrub_log(nameless, key, before)
        elif sought.found_in(key):
            count += _delete_key(key)
        elif key.startswith(EXPIRING_PREFIXES) and _hits(nameless, client(), key):
            with available():
                count += client().delete(key)
    return count


def _delete_key(key: bytes) -> int:
    if key.startswith(EXPIRING_PREFIXES):
        with available():
            return int(client().delete(key))
    store_key = keys.parse_store_key(key.decode(errors="replace"))
    if store_key and store_key.is_cached_list:
        return int(sum(REBUILD({"kind": "list", "items": [[key]]})))
    if store_key and store_key.separator == keys.UNIQUE_SEPARATOR:
        return int(sum(REBUILD({"kind": "unique", "items": [[key]]})))
    return 0


def _scrub_log(sought: SearchTerms, key: bytes, before: int) -> int:
    with available():
        entries = client().xrange(key, "-", str(before))
        ids = [pk for pk, fields in entries if sought.found_in(_joined(fields.items()))]
        return int(client().xdel(key, *ids)) if ids else 0


def _keys(connection: Any) -> Iterator[bytes]:
    with available():
        yield from connection.scan_iter(count=BATCH)


def _in_redis(sought: SearchTerms, tell: ProgressCallback) -> Iterator[Hit]:
    urls = dict.fromkeys((settings.REDIS_URL, settings.CACHE_URL))
    if settings.BROKER_URL.startswith(("redis:", "rediss:", "unix:")):
        urls[settings.BROKER_URL] = None
    for url in urls:
        with available(), redis.Redis.from_url(url, protocol=2) as connection:
            total = connection.dbsize()
            for number, key in enumerate(_keys(connection), 1):
                yield from _hits(sought, connection, key)
                if number % BATCH == 0:
                    tell("Redis", number, max(number, total))


def _hits(sought: SearchTerms, connection: Any, key: bytes) -> list[Hit]:
    """Return what is found of a key: a trace for each entry of a log, else one at most."""
    with available():
        try:
            kind, parts = _content(connection, key)
        except ResponseError:
            return []  # it became something else as we looked
    what = key.decode(errors="replace")
    if kind == "stream":
        hits = [(pk, sought.found_in(data)) for pk, data in parts]
        return [Hit("log", what, pk.decode(), hit, ()) for pk, hit in hits if hit]
    hit = sought.found_in(key) or next(filter(None, (sought.found_in(one[1]) for one in parts)), "")
    fields = tuple(name.decode(errors="replace") for name, _ in parts if name)
    return [Hit("redis", what, "", hit, fields)] if hit else []


def _content(connection: Any, key: bytes) -> tuple[str, list[tuple[bytes, bytes]]]:
    """Return the type of a key and its parts: a name, and the bytes in which something may be."""
    kind = connection.type(key).decode()
    if kind == "hash":
        pairs = list(connection.hgetall(key).items())
        return kind, pairs + [(b"", name) for name, _ in pairs]
    if kind == "stream":
        return kind, [(pk, _joined(fields.items())) for pk, fields in connection.xrange(key)]
    if kind == "zset":
        return kind, [(b"", one) for one in connection.zrange(key, 0, -1)]
    if kind == "set":
        return kind, [(b"", one) for one in connection.smembers(key)]
    if kind == "list":
        return kind, [(b"", one) for one in connection.lrange(key, 0, -1)]
    return kind, [(b"", connection.get(key) or b"")] if kind == "string" else []


def _joined(pairs: Iterable[tuple[bytes, bytes]]) -> bytes:
    return b"\n".join(one for pair in pairs for one in pair)


def _in_mongo(sought: SearchTerms, tell: ProgressCallback) -> Iterator[Hit]:
    with mongo.available():
        database: Any = mongo.client()[settings.MONGO_DB]
        names = sorted(database.list_collection_names())
        for number, name in enumerate(names, 1):
            for document in database.get_collection(name, codec_options=RAW).find():
                hit = sought.found_in(document.raw)
                if hit:
                    fields = tuple(bson.decode(document.raw))
                    yield Hit("mongo", name, str(document["_id"]), hit, fields)
            tell("MongoDB", number, len(names))


def clock() -> int:
    """Return where the event log stands. `Unavailable`."""
    with available():
        return int(client().get(keys.CLOCK) or 0)
