"""The consistency check of `manage.py verify`: Redis, MongoDB, lists, counters and references.

Dirty records are flushed first. Under traffic a difference may be momentary, so only differences
that are found twice, with a pause in between, are reported.
"""

import math
import time
from collections.abc import Iterator, Mapping
from typing import Any

from mysocial.core import keys, mongo
from mysocial.core.progress import ProgressCallback
from mysocial.core.redis import available, client
from mysocial.ops.differences import BATCH, Difference
from mysocial.ops.mongo_consistency import check_counters, check_references
from mysocial.persistence import dirty, flush
from mysocial.persistence.dead_letters import get_dead_letters
from mysocial.store import STORES, Index, Store, parse_list, parse_unique
from mysocial.store.list_fallback import load_list, read_range, unflushed_entries
from mysocial.store.reads import get_records

PAUSE_SECONDS = 2.0
_VERSION = keys.VERSION.encode()
_FLOOR, _FETCH_TOKEN = keys.FLOOR.encode(), keys.FETCH_TOKEN.encode()
Document = Mapping[str, Any]
Scores = dict[str, int]  # the entries of a list: score by id


def verify(
    *, pause: float = PAUSE_SECONDS, report_progress: ProgressCallback = lambda *_: None
) -> set[Difference]:
    """Return the differences that are found twice, `pause` seconds apart.

    With a pause of 0 the second look follows at once; use it only without traffic.

    Raises:
        Unavailable: Redis or MongoDB is unavailable.
    """
    differences = set(_find_differences(report_progress))
    if not differences:
        return differences
    if pause:
        time.sleep(pause)
    return differences & set(_find_differences(report_progress))


def _find_differences(report_progress: ProgressCallback) -> Iterator[Difference]:
    for queue in dirty.queue_names():
        flush.flush_queue(queue)
    nonempty_labels = labels_with_records()
    checked, total = 0, _key_count()
    for batch in cached_keys():
        yield from _check_cached(batch, nonempty_labels)
        checked += len(batch)
        report_progress("Redis: records, lists, unique values", checked, max(checked, total))
    for number, (label, store) in enumerate(STORES.items(), 1):
        report_progress("MongoDB: counters, references", number, len(STORES))
        yield from check_counters(store, nonempty_labels)
        yield from check_references(store) if label in nonempty_labels else ()


def labels_with_records() -> set[str]:
    """Return the labels of the models of which MongoDB has a live record."""
    labels = {store.table: label for label, store in STORES.items()}
    return {labels[name] for name in mongo.collections_with(list(labels), {"_deleted_at": None})}


def _key_count() -> int:
    with available():
        return int(client().dbsize())


def cached_keys() -> Iterator[list[keys.StoreKey]]:
    """Yield the keys of the record store in Redis, in batches."""
    batch: list[keys.StoreKey] = []
    with available():
        for key in client().scan_iter(count=BATCH):
            store_key = keys.parse_store_key(key.decode())
            if store_key and _is_declared(store_key):
                batch.append(store_key)
            if len(batch) == BATCH:
                yield batch
                batch = []
    yield batch


def _is_declared(key: keys.StoreKey) -> bool:
    """Return whether a store has this key; lists of an earlier version of the code expire."""
    store = STORES.get(key.label)
    return store is not None and (
        not key.is_cached_list or keys.parse_list_key(str(key))[1] in store.indexes
    )


def record_ids(batch: list[keys.StoreKey], label: str) -> list[str]:
    """Return the ids of the records of a model in a batch of `cached_keys()`."""
    kind = (label, keys.RECORD_SEPARATOR)
    return [key.rest for key in batch if (key.label, key.separator) == kind]


def _check_cached(batch: list[keys.StoreKey], nonempty_labels: set[str]) -> Iterator[Difference]:
    dead_letters = {key for letters in get_dead_letters().values() for key in letters}
    for label, store in STORES.items():
        pks = record_ids(batch, label)
        yield from _check_records(store, pks, dead_letters) if pks else ()
    yield from _check_lists([str(key) for key in batch if key.is_cached_list], nonempty_labels)
    for key in batch:
        if key.separator == keys.UNIQUE_SEPARATOR:
            yield from _check_unique_value(str(key))


# Records ------------------------------------------------------------------------------------------


def _check_records(
    store: Store[Any], pks: list[str], dead_letters: set[str]
) -> Iterator[Difference]:
    """Compare records with their documents, except those that MongoDB is known to lack."""
    rows = mongo.find(store.model, {"_id": {"$in": pks}}, tombstones=True)
    documents = {document["_id"]: document for document in rows}
    with available():
        pipe = client().pipeline(transaction=False)
        for pk in pks:
            pipe.hgetall(store.key(pk))
            pipe.zscore(keys.dirty(store.queue), store.key(pk))
        results = pipe.execute()
    for pk, raw, dirty_since in zip(pks, results[::2], results[1::2], strict=True):
        is_comparable = dirty_since is None and store.key(pk) not in dead_letters
        if is_comparable and _VERSION in raw:
            fields = {name.decode(): value for name, value in raw.items()}
            difference = _compare_record(store, pk, fields, documents.get(pk))
            if difference:
                yield difference


def _compare_record(
    store: Store[Any], pk: str, fields: Mapping[str, bytes], document: Document | None
) -> Difference | None:
    key, version, is_deleted = store.key(pk), int(fields[keys.VERSION]), keys.TOMBSTONE in fields
    if document is None:
        # MongoDB may have deleted a record that expires already.
        is_expected = is_deleted or store.expires_after
        return None if is_expected else Difference("missing", key, f"version {version} in Redis")
    stored_version, is_stored_deleted = document["_version"], bool(document.get("_deleted_at"))
    versions = f"version {version} in Redis, {stored_version} in MongoDB"
    if version > stored_version:
        return Difference("missing", key, versions)
    if version < stored_version:
        is_equivalent = is_deleted and is_stored_deleted
        return None if is_equivalent else Difference("stale", key, versions)
    if is_deleted != is_stored_deleted:
        return Difference("different", key, "deleted in only one of Redis and MongoDB")
    names = [] if is_deleted else _different_fields(store, pk, fields, document)
    return Difference("different", key, f"fields: {', '.join(names)}") if names else None


def _different_fields(
    store: Store[Any], pk: str, fields: Mapping[str, bytes], document: Document
) -> list[str]:
    flat = store.from_document(document)
    stored_fields = {str(k): _as_bytes(v) for k, v in zip(flat[::2], flat[1::2], strict=True)}
    values, stored_values = store.decode(pk, fields), store.decode(pk, stored_fields)
    # Redis may have fields that the model has lost; `from_document` omits them.
    return sorted(name for name, value in stored_values.items() if values[name] != value)


def _as_bytes(value: bytes | str) -> bytes:
    return value if isinstance(value, bytes) else value.encode()


# Lists and unique values --------------------------------------------------------------------------


def _check_lists(list_keys: list[str], nonempty_labels: set[str]) -> Iterator[Difference]:
    with available():
        pipe = client().pipeline(transaction=False)
        for key in list_keys:
            pipe.zrange(key, 0, -1, withscores=True)
        results = pipe.execute()
    for key, result in zip(list_keys, results, strict=True):
        members = dict(result)
        is_empty = set(members) == {_FLOOR} and parse_list(key)[0].label not in nonempty_labels
        if _FLOOR in members and not is_empty:
            yield from _check_list(key, members)


def _check_list(key: str, members: dict[bytes, float]) -> Iterator[Difference]:
    """Compare a cached list with MongoDB, above the score from which both are complete."""
    store, index, value = parse_list(key)
    cached_floor = members.pop(_FLOOR)
    cached_scores = {pk.decode(): int(at) for pk, at in members.items() if math.isfinite(at)}
    if index.follow_graph:
        expected, expected_floor = _expected_fan_out(store, index, value)
    else:
        expected, expected_floor = _expected_entries(store, index, value)
    floor = max(cached_floor, expected_floor)
    cached_entries = {(pk, at) for pk, at in cached_scores.items() if at > floor}
    expected_entries = {(pk, at) for pk, at in expected.items() if at > floor}
    missing = expected_entries - cached_entries
    if index.follow_graph:
        # Reads filter such a list, so it may have entries that are not expected.
        excess = set()
        missing = _only_fanned_out(store, index, missing) if missing else missing
    else:
        excess = cached_entries - expected_entries
    if missing or excess:
        yield Difference("list", key, f"{len(missing)} missing, {len(excess)} in excess")


def _expected_fan_out(store: Store[Any], index: Index, value: str) -> tuple[Scores, float]:
    """Return what a list of followed accounts must contain, and above which score."""
    entries, floor = load_list(store, index, value)
    return dict(entries), float(floor)


def _expected_entries(store: Store[Any], index: Index, value: str) -> tuple[Scores, float]:
    """Return what a list must contain by MongoDB and the unflushed changes, and above which score.

    The score is minus infinity if all entries were read.
    """
    limit = index.max_entries + BATCH
    entries = read_range(store, index, value, limit=limit)
    expected = dict(entries)
    for pk, score in unflushed_entries(store, index, value).items():
        expected.pop(pk, None)
        if math.isfinite(score):
            expected[pk] = int(score)
    return expected, entries[-1][1] if len(entries) == limit else -math.inf


def _only_fanned_out(
    store: Store[Any], index: Index, entries: set[tuple[str, int]]
) -> set[tuple[str, int]]:
    """Leave out entries of large accounts, which are merged when the list is read."""
    with available():
        large = {pk.decode() for pk in client().zrange(store.large_accounts_key(index), 0, -1)}
    records = get_records(store, [pk for pk, _ in entries])
    fanned_out = {
        pk
        for pk, record in records.items()
        if index.matches(store.values(record)) and getattr(record, index.field) not in large
    }
    return {(pk, at) for pk, at in entries if pk in fanned_out}


def _check_unique_value(key: str) -> Iterator[Difference]:
    store, field, value = parse_unique(key)
    with available():
        owner, is_dirty = client().get(key), client().exists(keys.holders(key))
    if owner is None or owner.startswith(_FETCH_TOKEN) or is_dirty:
        return
    documents = mongo.find(store.model, {field: {"$eq": value}}, projection=["_id"])
    stored_owner = documents[0]["_id"] if documents else ""
    if stored_owner != owner.decode():
        detail = f"{owner.decode()!r} in Redis, {stored_owner!r} in MongoDB"
        yield Difference("unique", key, detail)
