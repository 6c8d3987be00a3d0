"""Search by text and by counter: MongoDB's indexes, merged with records that MongoDB lacks."""

import math
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from mysocial.core import mongo
from mysocial.core.errors import Unavailable
from mysocial.store import reads
from mysocial.store.grams import grams_field, query_grams
from mysocial.store.indexes import Entry
from mysocial.store.list_fallback import unflushed_entries
from mysocial.store.store import Store

PREFIX, SUBSTRING = 0, 1
LAST = "\U0010ffff"
MAX_UNFLUSHED = 1000
COUNT_SECONDS = 2.0  # of `most_frequent`, which reads each record of the time
SUBSTRING_SECONDS = 0.5  # in case that even the rarest n-gram of the text is frequent


class Match(NamedTuple):
    """A record that was found."""

    id: str
    text: str
    rank: int  # PREFIX or SUBSTRING

    @property
    def place(self) -> Entry:
        """The position of this match for a cursor: its text, and its rank as the score."""
        return self.text, self.rank


def search_text(
    store: Store[Any], field: str, text: str, *, limit: int, after: Entry | None = None
) -> list[Match]:
    """Return the records whose `field` starts with `text`, then those that contain it.

    The store must have the index `all`, and declare the field as unique and as `searched`. If only
    the search for substrings takes too long, its matches are missing.

    Raises:
        Unavailable: MongoDB does not respond.
    """
    last_text, rank = after or ("", PREFIX)
    unflushed = {
        pk: getattr(record, field)
        for pk, record in reads.get_records(store, _unflushed_ids(store)).items()
    }
    matches: list[Match] = []
    if rank == PREFIX:
        texts = _find_prefix(store, field, text, last_text, limit)
        texts |= _select_after(unflushed, last_text, lambda value: value.startswith(text))
        matches += _matches_in_order(texts, PREFIX)[:limit]
        last_text = ""
    if len(matches) < limit:
        try:
            texts = _find_substring(store, field, text, last_text, limit)
        except Unavailable:
            if rank == SUBSTRING:
                raise
            texts = {}
        texts |= _select_after(
            unflushed, last_text, lambda value: text in value[1:] and not value.startswith(text)
        )
        matches += _matches_in_order(texts, SUBSTRING)[: limit - len(matches)]
    return matches


def top_by_counter(store: Store[Any], counter: str, *, limit: int) -> list[str]:
    """Return the ids of the records with the highest values of a sorted counter.

    MongoDB selects the records; they are ordered by their current values.

    Raises:
        Unavailable: MongoDB does not respond.
    """
    documents = mongo.find(
        store.model, {}, sort=[(counter, -1), ("_id", -1)], limit=limit, projection=["_id"]
    )
    ids = [*(document["_id"] for document in documents), *_unflushed_ids(store)[:limit]]
    records = reads.get_records(store, ids)
    in_order = sorted(records, key=lambda pk: (getattr(records[pk], counter), pk), reverse=True)
    return in_order[:limit]


def most_frequent(
    store: Store[Any], field: str, *, where: dict[str, Any], since: datetime, limit: int
) -> list[str]:
    """Return the values of a plain field that most records have, the most frequent first.

    Only records that MongoDB has are counted.

    Args:
        store: The store, with a list that is ordered by `created_at`.
        field: The field whose values are counted.
        where: The values that other fields of the records must have.
        since: Records that were created before do not count.
        limit: At most so many values.

    Raises:
        Unavailable: MongoDB does not respond in time.
    """
    documents = mongo.aggregate(
        store.model,
        [
            {"$match": {"created_at": {"$gte": since}, **where}},
            {"$group": {"_id": f"${field}", "count": {"$sum": 1}}},
            {"$sort": {"count": -1, "_id": 1}},
            {"$limit": limit},
        ],
        seconds=COUNT_SECONDS,
    )
    return [document["_id"] for document in documents]


def _unflushed_ids(store: Store[Any]) -> list[str]:
    """Return the ids of the newest records that MongoDB does not have, newest first."""
    scores = unflushed_entries(store, store.indexes["all"], "")
    created = [pk for pk, score in scores.items() if math.isfinite(score)]
    return sorted(created, key=lambda pk: (scores[pk], pk), reverse=True)[:MAX_UNFLUSHED]


def _find_prefix(
    store: Store[Any], field: str, text: str, last_text: str, limit: int
) -> dict[str, str]:
    query = {field: {"$gte": text, "$lt": text + LAST, "$gt": last_text}}
    # The index of the unique field alone: it has the order, and no document is read in vain.
    return _find(store, field, query, limit, hint=f"{field}_unique")


def _find_substring(
    store: Store[Any], field: str, text: str, last_text: str, limit: int
) -> dict[str, str]:
    escaped, grams = re.escape(text), grams_field(field)
    query = {
        # Of these conditions, MongoDB tries which one has the fewest documents. A document that was
        # stored by a version of the code without n-grams has none: `manage.py migrate_records`.
        "$and": [{grams: {"$in": [gram, None]}} for gram in query_grams(text)],
        field: {"$regex": f"^(?!{escaped}).+{escaped}", "$gt": last_text},
    }
    return _find(store, field, query, limit, hint=grams, seconds=SUBSTRING_SECONDS)


def _find(  # noqa: PLR0913 - the parts of a query
    store: Store[Any],
    field: str,
    query: dict[str, Any],
    limit: int,
    *,
    hint: str,
    seconds: float = 0,
) -> dict[str, str]:
    documents = mongo.find(
        store.model,
        query,
        sort=[(field, 1)],
        limit=limit,
        projection=[field],
        hint=hint,
        seconds=seconds,
    )
    return {document["_id"]: document[field] for document in documents}


def _select_after(
    texts: dict[str, str], last_text: str, matches: Callable[[str], bool]
) -> dict[str, str]:
    return {pk: text for pk, text in texts.items() if text > last_text and matches(text)}


def _matches_in_order(texts: dict[str, str], rank: int) -> list[Match]:
    return [Match(pk, texts[pk], rank) for pk in sorted(texts, key=lambda pk: texts[pk])]
