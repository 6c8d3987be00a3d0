"""Pages of lists beyond what Redis holds: MongoDB's entries and the changes that MongoDB lacks.

Of these changes, only the range of the page is read, so a page costs the same however many records
wait to be flushed.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from mysocial.core import keys
from mysocial.core.redis import available, client
from mysocial.store.indexes import Entry, Index
from mysocial.store.list_fallback import read_range, sort_entries, unflushed_entries
from mysocial.store.store import Store

MAX_TRIES = 3  # each failed one was overtaken by a flush
MAX_BATCH = 5_000  # entries of one query to MongoDB


@dataclass(frozen=True)
class _Place:
    """A list, and what is read of it next."""

    store: Store[Any]
    index: Index
    value: str
    limit: int
    after: Entry | None
    oldest: bool

    @property
    def unflushed_key(self) -> str:
        """The key of the changes that MongoDB lacks."""
        return keys.unflushed(self.store.list_key(self.index.name, self.value))

    def read_stored(self) -> list[Entry]:
        """Return the entries as MongoDB has them."""
        return read_range(
            self.store,
            self.index,
            self.value,
            limit=self.limit,
            after=self.after,
            oldest=self.oldest,
        )

    def is_before(self, entry: Entry, other: Entry) -> bool:
        """Return whether an entry comes before another one in the order of the list."""
        place, other_place = (entry[1], entry[0]), (other[1], other[0])
        return place < other_place if self.oldest else place > other_place


def read_mongo_page(  # noqa: PLR0913 - keyword arguments of one query
    store: Store[Any],
    index: Index,
    value: str,
    *,
    limit: int,
    after: Entry | None = None,
    oldest: bool = False,
) -> list[Entry]:
    """Return the next `limit` entries of a list, with more than Redis holds.

    Raises:
        Unavailable: A server does not respond.
    """
    place = _Place(store, index, value, limit, after, oldest)
    if index.follow_graph:
        return _read_sources(place)
    for _ in range(MAX_TRIES):
        entries = _read_unless_flushed(place)
        if entries is not None:
            return entries
    return _read_with_all_changes(place)


def _read_unless_flushed(place: _Place) -> list[Entry] | None:
    """Return the entries of a page; None if records were flushed meanwhile.

    An entry of MongoDB counts unless Redis has a change of it. Between the two reads, a flush may
    drop a change that MongoDB did not have yet.
    """
    entries: list[Entry] = []
    batch = place
    while True:
        added, flushes = _read_added(batch, [place.unflushed_key])
        stored = batch.read_stored()
        changed, new_flushes = _changes_of(batch, [pk for pk, _ in stored])
        if new_flushes != flushes:
            return None
        entries += [entry for entry in stored if entry[0] not in changed] + added
        ends = [part[-1] for part in (stored, added) if len(part) == batch.limit]
        if ends:  # what follows the first of these ends is not known yet
            end = sort_entries(ends, oldest=place.oldest)[0]
            entries = [entry for entry in entries if not place.is_before(end, entry)]
        if not ends or len(entries) >= place.limit:
            return sort_entries(entries, oldest=place.oldest)[: place.limit]
        batch = replace(batch, after=end, limit=min(4 * batch.limit, MAX_BATCH))


def _read_added(place: _Place, unflushed_keys: Sequence[str]) -> tuple[list[Entry], bytes | None]:
    """Return the first entries that changes have added after a place, at most `limit`.

    The second value is the number of records of the queue that were flushed so far.
    """
    first, last = ("(-inf", "+inf") if place.oldest else ("+inf", "(-inf")
    with available():
        pipe = client().pipeline(transaction=False)
        pipe.hget(keys.FLUSHED_COUNTS, place.store.queue)
        for key in unflushed_keys:
            if place.after:
                first = f"({place.after[1]}"
                pipe.zrange(key, place.after[1], place.after[1], byscore=True, withscores=True)
            pipe.zrange(
                key, first, last, byscore=True, desc=not place.oldest,
                offset=0, num=place.limit, withscores=True,
            )  # fmt: skip
        flushes, *replies = pipe.execute()
    changes = [(pk.decode(), int(score)) for reply in replies for pk, score in reply]
    entries = [
        entry for entry in changes if place.after is None or place.is_before(place.after, entry)
    ]
    return sort_entries(entries, oldest=place.oldest)[: place.limit], flushes


def _changes_of(place: _Place, pks: Sequence[str]) -> tuple[set[str], bytes | None]:
    """Return which entries Redis has a change of that MongoDB lacks.

    The second value is the number of records of the queue that were flushed so far.
    """
    with available():
        pipe = client().pipeline(transaction=False)
        if pks:
            pipe.zmscore(place.unflushed_key, list(pks))
        pipe.hget(keys.FLUSHED_COUNTS, place.store.queue)
        *scores, flushes = pipe.execute()
    scores_by_id = zip(pks, scores[0], strict=True) if scores else ()
    return {pk for pk, score in scores_by_id if score is not None}, flushes


def _read_with_all_changes(place: _Place) -> list[Entry]:
    """Return the entries of a page, from all changes to the list."""
    # First the unflushed changes, then MongoDB: a change that is flushed in between is in both,
    # never in neither.
    unflushed = unflushed_entries(place.store, place.index, place.value)
    stored = replace(place, limit=place.limit + len(unflushed)).read_stored()
    entries = {pk: score for pk, score in stored if pk not in unflushed}
    for pk, score in unflushed.items():
        entry = (pk, int(score)) if math.isfinite(score) else None
        if entry and (place.after is None or place.is_before(place.after, entry)):
            entries[pk] = entry[1]
    return sort_entries(list(entries.items()), oldest=place.oldest)[: place.limit]


def _read_sources(place: _Place) -> list[Entry]:
    """Return the entries of a page of a follow-graph list.

    Its order never changes, and readers leave out what was deleted or may not be seen. So only what
    was added matters.
    """
    name = place.index.source_index
    owners = place.index.sources(place.value)
    unflushed_keys = [keys.unflushed(place.store.list_key(name, owner)) for owner in owners]
    added, _ = _read_added(place, unflushed_keys)
    entries = dict(added) | dict(place.read_stored())
    return sort_entries(list(entries.items()), oldest=place.oldest)[: place.limit]
