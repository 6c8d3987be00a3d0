"""The MongoDB indexes, derived from the stores: one for each list and each unique field."""

from django.conf import settings
from pymongo import ASCENDING, DESCENDING, IndexModel

from mysocial.core import mongo, watermark
from mysocial.store.grams import grams_field
from mysocial.store.store import STORES, Store


def indexes_of(store: Store[object]) -> list[IndexModel]:  # type: ignore[type-var]
    """Return the indexes that the queries of a store need."""
    tombstones = IndexModel(
        [("_deleted_at", ASCENDING)],
        name="tombstones",
        expireAfterSeconds=settings.TOMBSTONE_SECONDS,
    )
    models = [tombstones, *_list_indexes(store)]
    models += [
        IndexModel(
            [("_deleted_at", ASCENDING), (name, DESCENDING), ("_id", DESCENDING)],
            name=f"{name}_rank",
        )
        for name in store.sorted_counters
    ]
    # Sparse, not partial: the planner uses a sparse index for an equality, and tombstones, which
    # lack the field, are not in it.
    models += [
        IndexModel([(name, ASCENDING)], name=f"{name}_unique", unique=True, sparse=True)
        for name in store.unique
    ]
    # Partial: tombstones, which have neither field, are not in it.
    models += [
        IndexModel(
            [(grams_field(name), ASCENDING), (name, ASCENDING)],
            name=grams_field(name),
            partialFilterExpression={name: {"$exists": True}},
        )
        for name in store.searched
    ]
    if store.expires_after:
        field, seconds = store.expires_after
        models.append(IndexModel([(field, ASCENDING)], name="expires", expireAfterSeconds=seconds))
    return models


def _list_indexes(store: Store[object]) -> list[IndexModel]:  # type: ignore[type-var]
    """Return an index for each list that MongoDB is asked for, so that none needs sorting.

    Lists of a follow graph are read by the index of their sources. Lists that only differ in
    `where` share an index: MongoDB rejects a second one with the same keys.
    """
    models, seen = [], []
    for index in store.indexes.values():
        names = [*index.fields, index.order]
        if index.follow_graph or names in seen:
            continue
        seen.append(names)
        equalities = [(name, ASCENDING) for name in ("_deleted_at", *index.fields)]
        order = [(name, DESCENDING) for name in (index.order, "_id")]
        models.append(IndexModel([*equalities, *order], name=index.name))
    return models


def ensure_indexes() -> list[str]:
    """Create the indexes that are missing; return the names of all.

    Raises:
        Unavailable: MongoDB does not respond.
    """
    names = []
    with mongo.available():
        watermark.ensure_index()
    for store in STORES.values():
        with mongo.available():
            created = mongo.collection(store.model).create_indexes(indexes_of(store))
        names += [f"{store.label}: {name}" for name in created]
    return names
