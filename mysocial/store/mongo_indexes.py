"""The MongoDB indexes, derived from the stores: one for each list, one for each unique field."""

from django.conf import settings
from pymongo import ASCENDING, DESCENDING, IndexModel

from mysocial.core import mongo
from mysocial.store.store import STORES, Store


def indexes_of(store: Store[object]) -> list[IndexModel]:  # type: ignore[type-var]
    """Return the indexes that the queries of a store need."""
    found = [
        IndexModel(
            [("_deleted_at", ASCENDING)],
            name="tombstones",
            expireAfterSeconds=settings.TOMBSTONE_SECONDS,
        )
    ]
    seen = []
    # A list by followers is asked for by the index of its authors' own lists.
    for index in (one for one in store.indexes.values() if not one.follow_graph):
        # Equalities first, then the order: every list is read without sorting. Two lists that
        # differ in `where` only share one index, MongoDB would refuse a second.
        keys = [*index.fields, index.order]
        if keys not in seen:
            fields = [(name, ASCENDING) for name in ("_deleted_at", *index.fields)]
            order = [(name, DESCENDING) for name in (index.order, "_id")]
            found.append(IndexModel([*fields, *order], name=index.name))
        seen.append(keys)
    found += [
        IndexModel(
            [("_deleted_at", ASCENDING), (name, DESCENDING), ("_id", DESCENDING)],
            name=f"{name}_rank",
        )
        for name in store.sorted_counters
    ]
    # Sparse, not partial: the planner uses a sparse index for an equality, and tombstones,
    # which have no such field, stay out of it.
    found += [
        IndexModel([(name, ASCENDING)], name=f"{name}_unique", unique=True, sparse=True)
        for name in store.unique
    ]
    if store.expires_after:
        field, seconds = store.expires_after
        found.append(IndexModel([(field, ASCENDING)], name="expires", expireAfterSeconds=seconds))
    return found


def ensure_indexes() -> list[str]:
    """Make every index that is missing; return their names. `Unavailable`."""
    names = []
    for store in STORES.values():
        with mongo.available():
            made = mongo.collection(store.model).create_indexes(indexes_of(store))
        names += [f"{store.label}: {name}" for name in made]
    return names
