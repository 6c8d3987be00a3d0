"""Whether Redis, MongoDB, lists, counters and references agree; `manage.py verify` asks.

Debts are carried first. Under traffic a difference may only be a moment's: what differs twice in
the same way, with a pause in between, is real.
"""

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from mysocial.core import keys, mongo
from mysocial.core.progress import ProgressCallback
from mysocial.core.redis import available, client
from mysocial.outbox import QUEUED, CascadeDeletion
from mysocial.persistence import dirty, flush
from mysocial.persistence.dead_letters import get_dead_letters
from mysocial.store import STORES, Store, parse_list, parse_unique
from mysocial.store.list_fallback import load_list, read_range, unflushed_entries
from mysocial.store.reads import get_records

BATCH = 500
_VERSION = keys.VERSION.encode()
ORPHAN = "orphan"
PAUSE = 2.0
FLOOR, FETCH_TOKEN = keys.FLOOR.encode(), keys.FETCH_TOKEN.encode()
Document = Mapping[str, Any]


class Difference(NamedTuple):
    """Where two accounts of the same thing differ. `kind` says what `repair` does about it."""

    kind: str  # lost, stale, differs, list, reserved, counter, orphan
    key: str
    detail: str
    by: int = 0  # of a counter: what it lacks


def verify(*, pause: float = PAUSE, tell: ProgressCallback = lambda *_: None) -> set[Difference]:
    """Return what differs, twice `pause` seconds apart. `Unavailable` when a server is away."""
    found = set(_differences(tell))
    if found and pause:
        time.sleep(pause)
    return found & set(_differences(tell)) if found else found


def _differences(tell: ProgressCallback) -> Iterator[Difference]:
    for queue in dirty.queue_names():
        flush.flush_queue(queue)
    stored = _stored()
    done, total = 0, _size()
    for batch in cached():
        aside = {key for letters in get_dead_letters().values() for key in letters}
        for label, store in STORES.items():
            pks = record_ids(batch, label)
            yield from _records(store, pks, aside) if pks else ()
        yield from _lists([str(key) for key in batch if key.is_cached_list], stored)
        for key in batch:
            if key.separator == keys.UNIQUE_SEPARATOR:
                yield from _unique_key(str(key))
        done += len(batch)
        tell("Redis: records, lists, reservations", done, max(done, total))
    for number, (label, store) in enumerate(STORES.items(), 1):
        tell("MongoDB: counters, references", number, len(STORES))
        yield from _counters(store, stored)
        yield from _orphans(store) if label in stored else ()


def _stored() -> set[str]:
    """Return the labels of the stores of which MongoDB has a live record."""
    tables = {store.table: label for label, store in STORES.items()}
    return {tables[name] for name in mongo.collections_with(list(tables), {"_deleted_at": None})}


def _size() -> int:
    with available():
        return int(client().dbsize())


def cached() -> Iterator[list[keys.StoreKey]]:
    """Yield the keys of the record store in Redis, in batches."""
    batch: list[keys.StoreKey] = []
    with available():
        for key in client().scan_iter(count=BATCH):
            store_key = keys.parse_store_key(key.decode())
            if store_key and store_key.label in STORES:
                batch.append(store_key)
            if len(batch) == BATCH:
                yield batch
                batch = []
    yield batch


def record_ids(batch: list[keys.StoreKey], label: str) -> list[str]:
    """Return the ids of the records of a model in a batch of `cached()`."""
    kind = (label, keys.RECORD_SEPARATOR)
    return [key.rest for key in batch if (key.label, key.separator) == kind]


# Records ------------------------------------------------------------------------------------------


def _records(store: Store[Any], pks: list[str], aside: set[str]) -> Iterator[Difference]:
    documents = {
        one["_id"]: one for one in mongo.find(store.model, {"_id": {"$in": pks}}, tombstones=True)
    }
    with available():
        pipe = client().pipeline(transaction=False)
        for pk in pks:
            pipe.hgetall(store.key(pk))
            pipe.zscore(keys.dirty(store.queue), store.key(pk))
        answers = pipe.execute()
    for number, pk in enumerate(pks):
        fields, is_owed = answers[2 * number : 2 * number + 2]
        if is_owed is None and store.key(pk) not in aside and _VERSION in fields:
            copy = {name.decode(): value for name, value in fields.items()}
            yield from _compare(store, pk, copy, documents.get(pk))


def _compare(
    store: Store[Any], pk: str, copy: Mapping[str, bytes], document: Document | None
) -> Iterator[Difference]:
    version, is_gone = int(copy[keys.VERSION]), keys.TOMBSTONE in copy
    key = store.key(pk)
    if document is None:
        if not is_gone and not store.expires_after:  # what expires may be gone from MongoDB already
            yield Difference("lost", key, f"MongoDB has none of version {version}")
        return
    stored = document["_version"]
    if version > stored:
        yield Difference("lost", key, f"MongoDB has version {stored}, Redis {version}")
    elif version < stored and not (is_gone and document.get("_deleted_at")):
        yield Difference("stale", key, f"Redis has version {version}, MongoDB {stored}")
    elif version == stored and is_gone != bool(document.get("_deleted_at")):
        yield Difference("differs", key, "one has it deleted, the other has not")
    elif version == stored and not is_gone:
        flat = store.from_document(document)
        theirs = {str(k): _bytes(v) for k, v in zip(flat[::2], flat[1::2], strict=True)}
        mine, other = store.decode(pk, copy), store.decode(pk, theirs)
        wrong = sorted(name for name in mine if mine[name] != other[name])
        if wrong:
            yield Difference("differs", key, f"in {', '.join(wrong)}")


def _bytes(value: bytes | str) -> bytes:
    return value if isinstance(value, bytes) else value.encode()


# Lists and reservations ---------------------------------------------------------------------------


def _lists(lists: list[str], stored: set[str]) -> Iterator[Difference]:
    with available():
        pipe = client().pipeline(transaction=False)
        for key in lists:
            pipe.zrange(key, 0, -1, withscores=True)
        answers = pipe.execute()
    for key, answer in zip(lists, answers, strict=True):
        held = dict(answer)
        is_empty = set(held) == {FLOOR} and parse_list(key)[0].label not in stored
        if FLOOR in held and not is_empty:
            yield from _list(key, held)


def _list(key: str, held: dict[bytes, float]) -> Iterator[Difference]:
    store, index, value = parse_list(key)
    floor = held.pop(FLOOR)
    if index.follow_graph:
        expected, own = load_list(store, index, value)
        right = dict(expected)
        floor = max(floor, float(own))
    else:
        limit = index.cap + BATCH
        found = read_range(store, index, value, limit=limit)
        right = dict(found)
        floor = max(floor, found[-1][1] if len(found) == limit else -math.inf)
        for pk, score in unflushed_entries(store, index, value).items():
            right.pop(pk, None)
            if math.isfinite(score):
                right[pk] = int(score)
    mine = {pk.decode(): int(at) for pk, at in held.items() if math.isfinite(at) and at > floor}
    right = {pk: at for pk, at in right.items() if at > floor}
    missing = set(right.items()) - set(mine.items())
    # A list that follows from others may name what is left out at reading.
    excess = set() if index.follow_graph else set(mine.items()) - set(right.items())
    if index.follow_graph and missing:
        missing = _is_merged_at_read(store, key, missing)
    if missing or excess:
        yield Difference("list", key, f"{len(missing)} missing, {len(excess)} in excess")


def _is_merged_at_read(
    store: Store[Any], key: str, missing: set[tuple[str, int]]
) -> set[tuple[str, int]]:
    """Return those that must stand in a list by followers, and are not merged at reading."""
    _, index, _ = parse_list(key)
    with available():
        large = {pk.decode() for pk in client().zrange(store.large_accounts_key(index), 0, -1)}
    records = get_records(store, [pk for pk, _ in missing])
    handed = {
        pk
        for pk, one in records.items()
        if index.matches(store.values(one)) and getattr(one, index.field) not in large
    }
    return {(pk, at) for pk, at in missing if pk in handed}


def _unique_key(key: str) -> Iterator[Difference]:
    store, name, value = parse_unique(key)
    with available():
        owner, is_owed = client().get(key), client().exists(keys.holders(key))
    if owner is None or owner.startswith(FETCH_TOKEN) or is_owed:
        return
    found = mongo.find(store.model, {name: {"$eq": value}}, projection=["_id"])
    holder = found[0]["_id"] if found else ""
    if holder != owner.decode():
        yield Difference("reserved", key, f"Redis says {owner.decode()!r}, MongoDB {holder!r}")


# Counters and references --------------------------------------------------------------------------


def _counters(store: Store[Any], stored: set[str]) -> Iterator[Difference]:
    """Compare each counter with the records that it counts, both as MongoDB has them now."""
    for counted in store.counted_in:
        if stored.isdisjoint({store.label, counted.label}):
            continue
        target = STORES[counted.label]
        counts = counted.count(_aggregate(store, counted.pipeline()))
        names = counted.names(store)
        for document in mongo.find(target.model, {}, projection=list(names)):
            pk = document["_id"]
            for name in names:
                real = counts.pop((pk, name), 0)
                if real != document.get(name, 0):
                    said = document.get(name, 0)
                    detail = f"{name} is {said}, there are {real}"
                    yield Difference("counter", f"{target.key(pk)}#{name}", detail, real - said)
        for (pk, name), real in counts.items():
            if pk == counted.pk:
                detail = f"there is no such record, and there are {real}"
                yield Difference("counter", f"{target.key(pk)}#{name}", detail, real)


def _aggregate(store: Store[Any], stages: Sequence[Mapping[str, Any]]) -> list[Any]:
    with mongo.available():
        return list(mongo.collection(store.model).aggregate(stages, allowDiskUse=True))


def _orphans(store: Store[Any]) -> Iterator[Difference]:
    """Find what hangs on records that are gone, and whose removal nobody owes."""
    references = {
        (one.field, one.parent_label)
        for one in store.indexes.values()
        if one.parent_label and not one.follow_graph
    }
    for field, label in references:
        groups = _aggregate(
            store, [{"$match": {"_deleted_at": None}}, {"$group": {"_id": f"${field}"}}]
        )
        target = STORES[label]
        named = [one["_id"] for one in groups if one["_id"]]
        for first in range(0, len(named), BATCH):
            some = named[first : first + BATCH]
            # Gone by both accounts: where they differ, nothing may be removed.
            live = mongo.find(target.model, {"_id": {"$in": some}}, projection=["_id"])
            gone = set(some) - {one["_id"] for one in live} - set(get_records(target, some))
            for pk in gone - _pending_cascades(label, gone):
                detail = f"{store.label} records hang on it by {field}"
                yield Difference(ORPHAN, target.key(pk), detail)


def _pending_cascades(label: str, pks: set[str]) -> set[str]:
    query = {"label": label, "record_id": {"$in": list(pks)}, "status": QUEUED}
    return {
        one["record_id"] for one in mongo.find(CascadeDeletion, query, projection=["record_id"])
    }
