"""Records by text and by rank: found by MongoDB's indexes, merged with what it has not got yet."""

import math
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from mysocial.core import mongo
from mysocial.core.errors import Unavailable
from mysocial.store import reads
from mysocial.store.indexes import Entry
from mysocial.store.list_fallback import unflushed_entries
from mysocial.store.store import Store

PREFIX, SUBSTRING = 0, 1
LAST = "\U0010ffff"
MAX_UNFLUSHED = 1000
SUBSTRING_SECONDS = 0.5  # what lies within can't be bounded by an index, only walked along it


class Match(NamedTuple):
    """A record that was found. Its place is what a cursor names: text first, then rank."""

    id: str
    text: str
    rank: int

    @property
    def place(self) -> Entry:
        return self.text, self.rank


def search_text(
    store: Store[Any], field: str, text: str, *, limit: int, after: Entry | None = None
) -> list[Match]:
    """Return records whose unique `field` begins with `text`, then those that contain it.

    The records must stand in the list `all`. `Unavailable` when MongoDB is away; when it is only
    too slow for what lies within, those it would have found are missing.
    """
    last, rank = after or ("", PREFIX)
    fresh = {
        pk: getattr(one, field) for pk, one in reads.get_records(store, _unflushed(store)).items()
    }
    escaped = re.escape(text)
    found: list[Match] = []
    if rank == PREFIX:
        query = {"$gte": text, "$lt": text + LAST, "$gt": last}
        values = _find(store, field, query, limit)
        values |= _after(fresh, last, lambda one: one.startswith(text))
        found += _ordered(values, PREFIX)[:limit]
        last = ""
    if len(found) < limit:
        query = {"$regex": f"^(?!{escaped}).+{escaped}", "$gt": last}
        try:
            values = _find(store, field, query, limit, seconds=SUBSTRING_SECONDS)
        except Unavailable:
            if rank == SUBSTRING:
                raise
            values = {}
        values |= _after(fresh, last, lambda one: text in one[1:] and not one.startswith(text))
        found += _ordered(values, SUBSTRING)[: limit - len(found)]
    return found


def top_by_counter(store: Store[Any], counter: str, *, limit: int) -> list[str]:
    """Return the ids of the records with the highest `counter`, one of the store's `ranked`.

    As MongoDB has them, put in order by what they are now; `Unavailable`.
    """
    ranked = mongo.find(
        store.model, {}, sort=[(counter, -1), ("_id", -1)], limit=limit, projection=["_id"]
    )
    ids = [*(document["_id"] for document in ranked), *_unflushed(store)[:limit]]
    found = reads.get_records(store, ids)
    order = sorted(found, key=lambda pk: (getattr(found[pk], counter), pk), reverse=True)
    return order[:limit]


def _unflushed(store: Store[Any]) -> list[str]:
    """Return the newest records that MongoDB has not got, newest first."""
    debts = unflushed_entries(store, store.indexes["all"], "")
    made = [pk for pk, score in debts.items() if math.isfinite(score)]
    return sorted(made, key=lambda pk: (debts[pk], pk), reverse=True)[:MAX_UNFLUSHED]


def _find(
    store: Store[Any], field: str, query: dict[str, Any], limit: int, *, seconds: float = 0
) -> dict[str, str]:
    # By the index of the unique field alone: in its order, and no document is read to be refused.
    documents = mongo.find(
        store.model,
        {field: query},
        sort=[(field, 1)],
        limit=limit,
        projection=[field],
        hint=f"{field}_unique",
        seconds=seconds,
    )
    return {document["_id"]: document[field] for document in documents}


def _after(fresh: dict[str, str], last: str, suits: Callable[[str], bool]) -> dict[str, str]:
    return {pk: value for pk, value in fresh.items() if value > last and suits(value)}


def _ordered(values: dict[str, str], rank: int) -> list[Match]:
    return [Match(pk, values[pk], rank) for pk in sorted(values, key=lambda pk: values[pk])]
