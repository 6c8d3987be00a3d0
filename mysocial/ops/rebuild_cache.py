"""Make what Redis has of MongoDB anew while members read and write: `manage.py rebuild_cache`.

Records are replaced in place; lists and reservations are forgotten, as when Redis lets them go, and
fetched again at once. What is owed to MongoDB is not touched.
"""

from collections import Counter
from typing import Any

from mysocial.core import mongo
from mysocial.core.keys import UNIQUE_SEPARATOR
from mysocial.core.progress import ProgressCallback
from mysocial.core.redis import Script, available, client
from mysocial.ops.consistency import cached, record_ids
from mysocial.store import STORES, Store
from mysocial.store.read_through import load_missing

REBUILD = Script("common", "refresh")


def rebuild(tell: ProgressCallback) -> Counter[str]:
    """Return how many records, lists and reservations were made anew, and how many records kept.

    Kept are those that are owed, that were written meanwhile, or that MongoDB has not got.
    `Unavailable`: what was done until then is done, and nothing is missing.
    """
    mongo.ping()
    counts: Counter[str] = Counter()
    with available():
        total = int(client().dbsize())
    done = 0
    for batch in cached():
        for label, store in STORES.items():
            pks = record_ids(batch, label)
            if pks:
                made = _records(store, pks)
                counts += Counter(records=made, kept=len(pks) - made)
        lists = [str(key) for key in batch if key.is_cached_list]
        counts["lists"] += _refetch("list", lists)
        uniques = [str(key) for key in batch if key.separator == UNIQUE_SEPARATOR]
        counts["reservations"] += _refetch("unique", uniques)
        done += len(batch)
        tell("Redis", done, max(done, total))
    return counts


def _records(store: Store[Any], pks: list[str]) -> int:
    found = mongo.find(store.model, {"_id": {"$in": pks}}, tombstones=True)
    items = [
        [
            store.key(one["_id"]),
            store.queue,
            one["_version"],
            store.from_document(one),
            store.ttl_seconds,
        ]
        for one in found
    ]
    return sum(REBUILD({"kind": "record", "items": items}))


def _refetch(kind: str, names: list[str]) -> int:
    done = REBUILD({"kind": kind, "items": [[name] for name in names]})
    forgotten = [name.encode() for name, was in zip(names, done, strict=True) if was]
    if kind == "list":
        load_missing([], lists=forgotten)
    else:
        load_missing([], uniques=forgotten)
    return len(forgotten)
