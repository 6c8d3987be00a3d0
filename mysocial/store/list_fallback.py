"""Lists where Redis has not got them: stretches by MongoDB's indexes, and what MongoDB lacks."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

from mysocial.core import keys, mongo
from mysocial.core.ids import milliseconds
from mysocial.core.redis import available, client
from mysocial.store.indexes import Entry, Index
from mysocial.store.store import Store

MAX_ENTRIES_PER_SOURCE = 200  # of each list that one by followers is made of
MAX_SOURCES_PER_QUERY = 100  # MongoDB merges so many walks through an index; of more it would sort
MARKERS = {keys.FLOOR.encode(), keys.FETCH_TOKEN.encode()}


def read_range(  # noqa: PLR0913 - the six are one question
    store: Store[Any],
    index: Index,
    value: str,
    *,
    limit: int,
    after: Entry | None = None,
    oldest: bool = False,
) -> list[Entry]:
    """Return (id, score) of a list as MongoDB has it, beyond `after`, by the list's own index."""
    found: list[Entry] = []
    for query in _queries(index, value):
        found += _find(store, index, query, limit=limit, after=after, oldest=oldest)
    return sort_entries(found, oldest=oldest)[:limit]


def _queries(index: Index, value: str) -> Iterator[dict[str, Any]]:
    if index.follow_graph:
        owners = index.sources(value)
        for first in range(0, len(owners), MAX_SOURCES_PER_QUERY):
            yield index.query_many(owners[first : first + MAX_SOURCES_PER_QUERY])
    else:
        yield index.query(value)


def _find(  # noqa: PLR0913 - as for `stretch`
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
    way = 1 if oldest else -1
    found = mongo.find(
        store.model, query, sort=[(index.order, way), ("_id", way)], limit=limit,
        projection=[index.order],
    )  # fmt: skip
    return [(document["_id"], milliseconds(document[index.order])) for document in found]


def _after_cursor(index: Index, after: Entry, *, oldest: bool) -> dict[str, Any]:
    from_id, score = after
    moment = mongo.datetime_from_ms(score)
    operator = "$gt" if oldest else "$lt"
    return {
        # Bounds the walk through the index; what follows only parts those of the same moment.
        index.order: {f"{operator}e": moment},
        "$or": [{index.order: {operator: moment}}, {"_id": {operator: from_id}}],
    }


def sort_entries(entries: Sequence[Entry], *, oldest: bool = False) -> list[Entry]:
    """Return entries as a list has them."""
    return sorted(entries, key=lambda entry: (entry[1], entry[0]), reverse=not oldest)


def unflushed_entries(store: Store[Any], index: Index, value: str) -> dict[str, float]:
    """Return what MongoDB has not got of a list yet: id -> score, minus infinity for removed."""
    name = index.source_index or index.name
    with available():
        pipe = client().pipeline(transaction=False)
        for owner in index.sources(value):
            pipe.zrange(keys.unflushed(store.list_key(name, owner)), 0, -1, withscores=True)
        found = pipe.execute()
    return {pk.decode(): score for debts in found for pk, score in debts}


def load_list(store: Store[Any], index: Index, value: str) -> tuple[list[Entry], str]:
    """Return the newest `cap` of a list as it is now, and the floor above which that is whole."""
    if index.follow_graph:
        return _merged(store, index, index.sources(value))
    entries = read_range(store, index, value, limit=index.cap + 1)
    return entries, _floor(index, entries)


def _floor(index: Index, entries: Sequence[Entry]) -> str:
    return str(entries[-1][1]) if len(entries) > index.cap else keys.COMPLETE


def _merged(store: Store[Any], index: Index, owners: Sequence[str]) -> tuple[list[Entry], str]:
    """Merge the owners' lists: from Redis where it knows them, so that MongoDB may be away."""
    list_keys = [store.list_key(index.source_index, owner) for owner in owners]
    with available():
        pipe = client().pipeline(transaction=False)
        for key in list_keys:
            pipe.zscore(key, keys.FLOOR)
            pipe.zrange(key, 0, MAX_ENTRIES_PER_SOURCE - 1, desc=True, withscores=True)
            pipe.zrange(keys.unflushed(key), 0, -1, withscores=True)
        answers = pipe.execute()
    entries: dict[str, int] = {}
    gone: set[str] = set()
    unknown: list[str] = []
    floor = -math.inf
    for number, owner in enumerate(owners):
        known, head, debts = answers[3 * number : 3 * number + 3]
        if known is None:
            unknown.append(owner)
            head = debts
            gone |= {pk.decode() for pk, score in debts if math.isinf(score)}
        else:
            floor = max(floor, known if len(head) < MAX_ENTRIES_PER_SOURCE else head[-1][1])
        entries |= {
            pk.decode(): int(score)
            for pk, score in head
            if pk not in MARKERS and math.isfinite(score)
        }
    for first in range(0, len(unknown), MAX_SOURCES_PER_QUERY):
        query = index.query_many(unknown[first : first + MAX_SOURCES_PER_QUERY])
        found = _find(store, index, query, limit=index.cap + 1)
        floor = max(floor, float(_floor(index, found)))
        entries |= {pk: score for pk, score in found if pk not in gone}
    newest = sort_entries([entry for entry in entries.items() if entry[1] > floor])[: index.cap + 1]
    if len(newest) > index.cap:
        floor = newest[-1][1]
    return newest, keys.COMPLETE if math.isinf(floor) else str(int(floor))
