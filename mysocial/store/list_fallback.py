"""Lists that are read from MongoDB, merged with the changes that are only in Redis."""

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from mysocial.core import keys, mongo
from mysocial.core.ids import milliseconds
from mysocial.core.redis import available, client
from mysocial.store.indexes import Entry, Index
from mysocial.store.store import Store

MAX_ENTRIES_PER_SOURCE = 200  # of each list that a follow-graph list is made of
MAX_SOURCES_PER_QUERY = 100  # MongoDB merges this many index scans; of more it sorts the result


def read_range(  # noqa: PLR0913 - keyword arguments of one query
    store: Store[Any],
    index: Index,
    value: str,
    *,
    limit: int,
    after: Entry | None = None,
    oldest: bool = False,
) -> list[Entry]:
    """Return the entries of a list after `after`, as MongoDB has them, by the list's own index."""
    entries: list[Entry] = []
    for query in _queries(index, value):
        entries += _find(store, index, query, limit=limit, after=after, oldest=oldest)
    return sort_entries(entries, oldest=oldest)[:limit]


def _queries(index: Index, value: str) -> Iterator[dict[str, Any]]:
    if index.follow_graph:
        yield from _source_queries(index, index.sources(value))
    else:
        yield index.query(value)


def _source_queries(index: Index, owners: Sequence[str]) -> Iterator[dict[str, Any]]:
    for first in range(0, len(owners), MAX_SOURCES_PER_QUERY):
        yield index.query_many(owners[first : first + MAX_SOURCES_PER_QUERY])


def _find(  # noqa: PLR0913 - as for `read_range`
    store: Store[Any],
    index: Index,
    query: dict[str, Any],
    *,
    limit: int,
    after: Entry | None = None,
    oldest: bool = False,
) -> list[Entry]:
    if after:
        query |= _after_cursor(index, after, oldest=oldest)
    direction = 1 if oldest else -1
    documents = mongo.find(
        store.model,
        query,
        sort=[(index.order, direction), ("_id", direction)],
        limit=limit,
        projection=[index.order],
    )
    return [(document["_id"], milliseconds(document[index.order])) for document in documents]


def _after_cursor(index: Index, after: Entry, *, oldest: bool) -> dict[str, Any]:
    pk, score = after
    moment = mongo.datetime_from_ms(score)
    operator = "$gt" if oldest else "$lt"
    return {
        # This bounds the index scan; `$or` only separates the records of the same moment.
        index.order: {f"{operator}e": moment},
        "$or": [{index.order: {operator: moment}}, {"_id": {operator: pk}}],
    }


def sort_entries(entries: Sequence[Entry], *, oldest: bool = False) -> list[Entry]:
    """Return entries in the order of a list."""
    return sorted(entries, key=lambda entry: (entry[1], entry[0]), reverse=not oldest)


def unflushed_entries(store: Store[Any], index: Index, value: str) -> dict[str, float]:
    """Return the changes to a list that MongoDB does not have yet.

    Returns:
        The scores of the changed entries by id: minus infinity for an entry that was removed.
    """
    name = index.source_index or index.name
    with available():
        pipe = client().pipeline(transaction=False)
        for owner in index.sources(value):
            pipe.zrange(keys.unflushed(store.list_key(name, owner)), 0, -1, withscores=True)
        replies = pipe.execute()
    return {pk.decode(): score for entries in replies for pk, score in entries}


def load_list(
    store: Store[Any], index: Index, value: str, owners: Sequence[str] = ()
) -> tuple[list[Entry], str]:
    """Return the newest `max_entries` of a list, and the floor above which they are complete.

    `owners` are its sources, if the caller has them already.
    """
    if index.follow_graph:
        return _merge_sources(store, index, owners or index.sources(value))
    entries = read_range(store, index, value, limit=index.max_entries + 1)
    return entries, _format_floor(_floor_of(index, entries))


def _floor_of(index: Index, entries: Sequence[Entry]) -> float:
    """Return the floor of a list that was read with a limit of `max_entries + 1`."""
    return entries[-1][1] if len(entries) > index.max_entries else -math.inf


def _format_floor(floor: float) -> str:
    return keys.COMPLETE if math.isinf(floor) else str(int(floor))


class _SourceList(NamedTuple):
    """What Redis holds of one of the lists that a follow-graph list is made of."""

    owner: str
    floor: float | None  # None if the list is unknown
    newest: list[tuple[bytes, float]]
    unflushed: list[tuple[bytes, float]]


def _merge_sources(
    store: Store[Any], index: Index, owners: Sequence[str]
) -> tuple[list[Entry], str]:
    """Merge the owners' lists. Lists that Redis knows need no MongoDB."""
    entries: dict[str, int] = {}
    removed: set[str] = set()
    unknown_owners: list[str] = []
    floor = -math.inf
    for source in _read_sources(store, index, owners):
        if source.floor is None:
            unknown_owners.append(source.owner)
            entries |= _finite_entries(source.unflushed)
            removed |= {pk.decode() for pk, score in source.unflushed if math.isinf(score)}
        else:
            is_cut = len(source.newest) == MAX_ENTRIES_PER_SOURCE
            floor = max(floor, source.newest[-1][1] if is_cut else source.floor)
            entries |= _finite_entries(source.newest)
    for query in _source_queries(index, unknown_owners):
        stored = _find(store, index, query, limit=index.max_entries + 1)
        floor = max(floor, _floor_of(index, stored))
        entries |= {pk: score for pk, score in stored if pk not in removed}
    above_floor = [entry for entry in entries.items() if entry[1] > floor]
    newest = sort_entries(above_floor)[: index.max_entries + 1]
    if len(newest) > index.max_entries:
        floor = newest[-1][1]
    return newest, _format_floor(floor)


def _read_sources(store: Store[Any], index: Index, owners: Sequence[str]) -> Iterator[_SourceList]:
    list_keys = [store.list_key(index.source_index, owner) for owner in owners]
    with available():
        pipe = client().pipeline(transaction=False)
        for key in list_keys:
            pipe.zscore(key, keys.FLOOR)
            pipe.zrange(key, 0, MAX_ENTRIES_PER_SOURCE - 1, desc=True, withscores=True)
            pipe.zrange(keys.unflushed(key), 0, -1, withscores=True)
        replies = iter(pipe.execute())
    for owner in owners:
        yield _SourceList(owner, next(replies), next(replies), next(replies))


def _finite_entries(entries: Sequence[tuple[bytes, float]]) -> dict[str, int]:
    """Return the scores by id, without the list's markers and without removed entries."""
    return {
        pk.decode(): int(score)
        for pk, score in entries
        if pk not in keys.LIST_MARKERS and math.isfinite(score)
    }
