"""Refresh of the cache from MongoDB, under traffic: `manage.py rebuild_cache`.

Records are replaced in place. Lists and unique values are deleted, as when they expire, and fetched
again at once. Records that MongoDB does not have yet are not touched.
"""

from collections import Counter
from typing import Any

from mysocial.core import mongo
from mysocial.core.keys import UNIQUE_SEPARATOR
from mysocial.core.progress import ProgressCallback
from mysocial.core.redis import Script, available, client
from mysocial.ops.consistency import cached_keys, record_ids
from mysocial.store import STORES, Store
from mysocial.store.read_through import load_missing

REBUILD = Script("common", "rebuild_cache")


def rebuild(report_progress: ProgressCallback) -> Counter[str]:
    """Refresh the cache and return how many keys were refreshed, by kind.

    `kept` counts the records that were not replaced: they are dirty, were written meanwhile, or are
    not in MongoDB.

    Raises:
        Unavailable: Redis or MongoDB is unavailable. What was refreshed until then stays valid.
    """
    mongo.ping()
    counts: Counter[str] = Counter()
    with available():
        total = int(client().dbsize())
    done = 0
    for batch in cached_keys():
        for label, store in STORES.items():
            pks = record_ids(batch, label)
            if pks:
                replaced = _replace_records(store, pks)
                counts += Counter(records=replaced, kept=len(pks) - replaced)
        lists = [str(key) for key in batch if key.is_cached_list]
        counts["lists"] += _refetch("list", lists)
        unique_keys = [str(key) for key in batch if key.separator == UNIQUE_SEPARATOR]
        counts["unique_values"] += _refetch("unique", unique_keys)
        done += len(batch)
        report_progress("Redis", done, max(done, total))
    return counts


def _replace_records(store: Store[Any], pks: list[str]) -> int:
    documents = mongo.find(store.model, {"_id": {"$in": pks}}, tombstones=True)
    items = [
        [
            store.key(document["_id"]),
            store.queue,
            document["_version"],
            store.from_document(document),
            store.ttl_seconds,
        ]
        for document in documents
    ]
    return sum(REBUILD({"kind": "record", "items": items}))


def _refetch(kind: str, keys: list[str]) -> int:
    """Delete lists or unique values and fetch those that were deleted."""
    was_deleted = REBUILD({"kind": kind, "items": [[key] for key in keys]})
    deleted = [key.encode() for key, flag in zip(keys, was_deleted, strict=True) if flag]
    if kind == "list":
        load_missing([], lists=deleted)
    else:
        load_missing([], uniques=deleted)
    return len(deleted)
