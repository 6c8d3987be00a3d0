"""A scan of Redis, MongoDB and file names for remaining data of a member.

It compares bytes and does not rely on the declared models, so it also finds what a defect left.
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
from mysocial.core.cache import forget_all_cached
from mysocial.core.packed_events import pack_events, unpack_events
from mysocial.core.progress import ProgressCallback
from mysocial.core.redis import Script, available, client
from mysocial.core.stored_responses import parse_stored_response
from mysocial.ops.rebuild_cache import REBUILD
from mysocial.privacy.saved_responses import delete_saved_responses, searched_bytes

ERASE_EVENTS = Script("common", "event_log", "erase_events", flags="allow-oom")
RAW = CodecOptions(document_class=RawBSONDocument)
ID = re.compile(rb"(?<![0-9a-f])[0-9a-f]{24}(?![0-9a-f])")
BATCH = 500
# What precedes the id of a mentioned member in the facets of a text, as JSON and as BSON.
MENTION_PREFIXES = (b'"mentioned_id":"', b"mentioned_id\x00\x19\x00\x00\x00")
# Keys of what is no record: counts, answers and marks, each of which may go at any time.
EXPIRING_PREFIXES = tuple(
    prefix.encode()
    for prefix in (
        keys.RATE_LIMIT_PREFIX,
        keys.IDEMPOTENCY_PREFIX,
        keys.EMAIL_SENT_PREFIX,
        keys.EMAIL_DAY_PREFIX,
    )
)


class SearchTerms(NamedTuple):
    """The terms of a scan: ids, words, and a username, which matches as a whole word only."""

    ids: frozenset[str]
    words: tuple[str, ...] = ()
    name: str = ""

    def first_match(self, data: bytes) -> str:
        """Return the first term that is in `data`; empty if none is.

        An id in a mention by another member, and a mention of the name, begin with `@`. Without a
        name, mentions are no matches.
        """
        mention = ""
        for match in ID.finditer(data):
            match_id = match[0].decode()
            if match_id in self.ids:
                if not data.endswith(MENTION_PREFIXES, 0, match.start()):
                    return match_id
                mention = f"@{match_id}" if self.name else ""
        named = _pattern(self).search(data)
        return named[0].decode(errors="replace") if named else mention


class Hit(NamedTuple):
    """A place that contains a term."""

    place: str  # redis, log, mongo, file
    what: str  # the key, collection or path
    key: str  # within it, the id of an entry or document
    term: str
    fields: tuple[str, ...]  # all fields of the hash or document


@functools.cache
def _pattern(terms: SearchTerms) -> "re.Pattern[bytes]":
    parts = [re.escape(word.encode()) for word in terms.words if word]
    if terms.name:
        # It matches as a value of JSON or BSON, as a mention, or at the end of a key; not as a part
        # of another word, and not as the name of a field.
        name = re.escape(terms.name.encode())
        bson_length = re.escape(struct.pack("<i", len(terms.name.encode()) + 1))
        parts += [rb'"%s"(?!:)' % name, rb"@%s(?![A-Za-z0-9_])" % name]
        parts += [rb":%s\Z" % name, rb"%s%s\x00" % (bson_length, name), rb"\A%s\Z" % name]
    return re.compile(b"|".join(parts) if parts else rb"(?!)", re.IGNORECASE)


def find_hits(
    terms: SearchTerms, report_progress: ProgressCallback = lambda *_: None
) -> Iterator[Hit]:
    """Yield every place that contains a term.

    Raises:
        Unavailable: A server cannot be reached.
    """
    yield from _in_redis(terms, report_progress)
    yield from _in_mongo(terms, report_progress)
    for path in sorted(settings.MEDIA_DIR.rglob("*")):
        hit = terms.first_match(path.name.encode())
        if hit:
            yield Hit("file", str(path.relative_to(settings.MEDIA_DIR)), "", hit, ())


def delete_hits(terms: SearchTerms, *, before: int) -> int:
    """Delete what contains a term beside the records; return the number of deletions.

    Deleted are entries of event logs up to the clock `before`, counts, stored responses, and cached
    lists and unique values that have no pending changes. Cached candidates of
    all leaderboards and suggestions are deleted, too. The username is searched in
    the names of keys only: what others wrote about the member belongs to them.

    Raises:
        Unavailable: Redis cannot be reached.
    """
    for prefix in (keys.LEADERBOARD_PREFIX, keys.SUGGESTIONS_PREFIX):
        forget_all_cached(prefix)
    count, unnamed = 0, terms._replace(name="")
    for key in _keys(client()):
        name = key.decode(errors="replace")
        if name in {keys.EVENT_LOG, keys.PACKED_EVENTS}:
            count += _erase_events(unnamed, before)
        elif _names_topics(name):
            count += _erase_topic_log(unnamed, key, before)
        elif name.startswith(keys.DAILY_BYTES_PREFIX):
            count += _delete_fields(unnamed, key)
        elif terms.first_match(key):
            count += _delete_key(key)
        elif key.startswith(EXPIRING_PREFIXES) and _hits(unnamed, client(), key):
            with available():
                count += client().delete(key)
    return count + delete_saved_responses(unnamed.first_match)


def _delete_key(key: bytes) -> int:
    store_key = keys.parse_store_key(key.decode(errors="replace"))
    # A list without the set of its accounts is made again when it is read.
    is_sources = (
        store_key
        and store_key.separator == keys.LIST_SEPARATOR
        and store_key.rest.endswith(keys.SOURCES_SUFFIX)
    )
    if is_sources or key.startswith(EXPIRING_PREFIXES):
        with available():
            return int(client().delete(key))
    if store_key and store_key.is_cached_list:
        return int(sum(REBUILD({"kind": "list", "items": [[key]]})))
    if store_key and store_key.separator == keys.UNIQUE_SEPARATOR:
        return int(sum(REBUILD({"kind": "unique", "items": [[key]]})))
    return 0


def _delete_fields(terms: SearchTerms, key: bytes) -> int:
    """Delete the fields of a hash whose names contain a term."""
    with available():
        names = [name for name in client().hkeys(key) if terms.first_match(name)]
        return int(client().hdel(key, *names)) if names else 0


def _erase_events(terms: SearchTerms, before: int) -> int:
    with available():
        entries = client().xrange(keys.EVENT_LOG, "-", str(before))
        blocks = client().zrange(keys.PACKED_EVENTS, 0, -1)
    ids = [pk for pk, fields in entries if terms.first_match(_joined(fields.items()))]
    changed_blocks = []
    for block in blocks:
        events = unpack_events(block)
        kept = [
            (offset, fields)
            for offset, fields in events
            if offset > before or not terms.first_match(_joined(fields.items()))
        ]
        if len(kept) < len(events):
            changed_blocks.append((block, pack_events(kept)))
    return int(ERASE_EVENTS({"ids": ids, "blocks": changed_blocks}))


def _names_topics(name: str) -> bool:
    """Return whether a key only holds names of topics, or offsets of events.

    It gets shorter as events are trimmed, within a day.
    """
    return keys.is_topic_log(name) or name == keys.TOPICS


def _erase_topic_log(terms: SearchTerms, key: bytes, before: int) -> int:
    """Drop the offsets up to `before` from the log of a topic that contains a term."""
    if key == keys.TOPICS.encode() or not terms.first_match(key):
        return 0
    return int(ERASE_EVENTS({"ids": [], "blocks": [], "log": key, "before": before}))


def _keys(connection: Any) -> Iterator[bytes]:
    with available():
        yield from connection.scan_iter(count=BATCH)


def _in_redis(terms: SearchTerms, report_progress: ProgressCallback) -> Iterator[Hit]:
    urls = dict.fromkeys((settings.REDIS_URL, settings.CACHE_URL))
    if settings.BROKER_URL.startswith(("redis:", "rediss:", "unix:")):
        urls[settings.BROKER_URL] = None
    for url in urls:
        with available(), redis.Redis.from_url(url, protocol=2) as connection:
            total = connection.dbsize()
            for number, key in enumerate(_keys(connection), 1):
                yield from _hits(terms, connection, key)
                if number % BATCH == 0:
                    report_progress("Redis", number, max(number, total))


def _hits(terms: SearchTerms, connection: Any, key: bytes) -> list[Hit]:
    """Return the hits in a key: one for each matching entry of a log, else at most one."""
    with available():
        try:
            kind, parts = _content(connection, key)
        except ResponseError:
            return []  # its type changed meanwhile
    what = key.decode(errors="replace")
    if kind == "stream" or what == keys.PACKED_EVENTS:
        hits = [(pk, terms.first_match(data)) for pk, data in parts]
        return [Hit("log", what, pk.decode(), hit, ()) for pk, hit in hits if hit]
    if _names_topics(what):
        return []
    hit = terms.first_match(key) or next(
        filter(None, (terms.first_match(data) for _, data in parts)), ""
    )
    fields = tuple(name.decode(errors="replace") for name, _ in parts if name)
    return [Hit("redis", what, "", hit, fields)] if hit else []


def _content(connection: Any, key: bytes) -> tuple[str, list[tuple[bytes, bytes]]]:
    """Return the type of a key and its parts: a name, and the data to search."""
    kind = connection.type(key).decode()
    if kind == "hash":
        pairs = list(connection.hgetall(key).items())
        return kind, pairs + [(b"", name) for name, _ in pairs]
    if kind == "stream":
        return kind, [(pk, _joined(fields.items())) for pk, fields in connection.xrange(key)]
    if key.decode(errors="replace") == keys.PACKED_EVENTS:
        events = [
            event for block in connection.zrange(key, 0, -1) for event in unpack_events(block)
        ]
        return kind, [(b"%d-0" % offset, _joined(fields.items())) for offset, fields in events]
    if kind == "zset":
        return kind, [(b"", member) for member in connection.zrange(key, 0, -1)]
    if kind == "set":
        return kind, [(b"", member) for member in connection.smembers(key)]
    if kind == "list":
        return kind, [(b"", member) for member in connection.lrange(key, 0, -1)]
    return kind, [(b"", _readable(key, connection.get(key) or b""))] if kind == "string" else []


def _readable(key: bytes, value: bytes) -> bytes:
    """Return the value of a string, decompressed if it is a stored response."""
    is_response = value and key.startswith(keys.IDEMPOTENCY_PREFIX.encode())
    return parse_stored_response(value).body if is_response else value


def _joined(pairs: Iterable[tuple[bytes, bytes]]) -> bytes:
    return b"\n".join(value for pair in pairs for value in pair)


def _in_mongo(terms: SearchTerms, report_progress: ProgressCallback) -> Iterator[Hit]:
    with mongo.available():
        database: Any = mongo.client()[settings.MONGO_DB]
        names = sorted(database.list_collection_names())
        for number, name in enumerate(names, 1):
            for document in database.get_collection(name, codec_options=RAW).find():
                hit = terms.first_match(searched_bytes(name, document))
                if hit:
                    fields = tuple(bson.decode(document.raw))
                    yield Hit("mongo", name, str(document["_id"]), hit, fields)
            report_progress("MongoDB", number, len(names))


def clock() -> int:
    """Return the position of the event log.

    Raises:
        Unavailable: Redis cannot be reached.
    """
    with available():
        return int(client().get(keys.CLOCK) or 0)
