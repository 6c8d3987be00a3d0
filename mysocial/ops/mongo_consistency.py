"""The checks of `manage.py verify` within MongoDB: counters and references."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from mysocial.core import mongo
from mysocial.ops.differences import BATCH, ORPHAN, Difference
from mysocial.outbox import QUEUED, CascadeDeletion
from mysocial.store import STORES, Counter, Store
from mysocial.store.reads import get_records


def check_counters(
    store: Store[Any],
    nonempty_labels: set[str],
    pks_by_label: Mapping[str, Collection[str]] | None = None,
) -> Iterator[Difference]:
    """Compare the counters of this model's records with the records, both in MongoDB.

    Args:
        store: The store of the records that are counted.
        nonempty_labels: The labels of the models of which MongoDB has a record.
        pks_by_label: Only the counters of these records, by label. By default, all of them.
    """
    for counter in store.counted_in:
        pks = None if pks_by_label is None else list(pks_by_label.get(counter.label, ()))
        if pks != [] and not nonempty_labels.isdisjoint({store.label, counter.label}):
            yield from _check_counter(store, counter, pks)


def _check_counter(
    store: Store[Any], counter: Counter, pks: list[str] | None
) -> Iterator[Difference]:
    target, query, stages = STORES[counter.label], {}, counter.pipeline()
    if pks is not None:
        query = {"_id": {"$in": pks}}
        stages = [{"$match": {counter.by: {"$in": pks}} if counter.by else {}}, *stages]
    counts = counter.count(_aggregate(store, stages))
    names = counter.names(store)
    fields = [*names, counter.same] if counter.same else [*names]
    for document in mongo.find(target.model, query, projection=fields):
        pk, same = document["_id"], document.get(counter.same, "")
        for name in names:
            actual, stored = counts.pop((pk, name, same), 0), document.get(name, 0)
            if actual != stored:
                detail = f"{stored} stored, {actual} counted"
                key = f"{target.key(pk)}#{name}"
                yield Difference("counter", key, detail, actual - stored)
    for (pk, name, _), actual in counts.items():
        if pk == counter.pk and actual:
            detail = f"the record does not exist, {actual} counted"
            yield Difference("counter", f"{target.key(pk)}#{name}", detail, actual)


def _aggregate(store: Store[Any], stages: Sequence[Mapping[str, Any]]) -> list[Any]:
    with mongo.available():
        return list(mongo.collection(store.model).aggregate(stages, allowDiskUse=True))


def check_references(store: Store[Any]) -> Iterator[Difference]:
    """Find references to deleted records for which no cascade deletion is queued."""
    references = {
        (index.field, index.parent_label)
        for index in store.indexes.values()
        if index.parent_label and not index.follow_graph
    }
    for field, label in references:
        stages: list[dict[str, Any]] = [
            {"$match": {"_deleted_at": None}},
            {"$group": {"_id": f"${field}"}},
        ]
        pks = [group["_id"] for group in _aggregate(store, stages) if group["_id"]]
        for start in range(0, len(pks), BATCH):
            for pk in _missing_parents(label, pks[start : start + BATCH]):
                detail = f"{store.label} records refer to it by {field}"
                yield Difference(ORPHAN, STORES[label].key(pk), detail)


def _missing_parents(label: str, pks: list[str]) -> set[str]:
    """Return which records neither Redis nor MongoDB has, and no cascade deletion is queued for."""
    target = STORES[label]
    live = mongo.find(target.model, {"_id": {"$in": pks}}, projection=["_id"])
    gone = set(pks) - {document["_id"] for document in live} - set(get_records(target, pks))
    query = {"label": label, "record_id": {"$in": list(gone)}, "status": QUEUED}
    queued = mongo.find(CascadeDeletion, query, projection=["record_id"])
    return gone - {document["record_id"] for document in queued}
