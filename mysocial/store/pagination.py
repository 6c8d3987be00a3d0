"""Lists of records, read page by page, and sifted for who reads them.

`Unavailable` when a needed server is away.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from mysocial.core import keys
from mysocial.store.indexes import Entry
from mysocial.store.json_templates import Field, JsonTemplate, Row
from mysocial.store.list_fallback import read_range, sort_entries, unflushed_entries
from mysocial.store.models import Record
from mysocial.store.queries import Query, QueryRequest, execute
from mysocial.store.reads import RowChecks, build_record, page_request, rows_from_page
from mysocial.store.store import Store

MAX_PAGES_SCANNED = 10  # pages looked through at most for one page of what may be shown
MIN_BATCH = 20
M = TypeVar("M", bound=Record)


class Page(NamedTuple):
    """A stretch of a list. `next` is where the following one begins, None at the end."""

    rows: list[Row]
    next: "Entry | None"


class ListQuery(Query[Page]):
    """At most `limit` rows of a list beyond `after`, newest first or `oldest`.

    Within what Redis holds whole it is one round trip, which other questions may share. Deeper, the
    ids come from MongoDB by the list's index, merged with what MongoDB has not got yet, and the
    records from Redis again. With `if_known`, the first round trip fetches nothing for it: what it
    is asked together with may show that nobody needs it.
    """

    def __init__(  # noqa: PLR0913 - the question a list answers
        self,
        wire: JsonTemplate,
        index: str,
        value: str = "",
        *,
        limit: int,
        after: Entry | None = None,
        oldest: bool = False,
        about: RowChecks | None = None,
        if_known: bool = False,
    ) -> None:
        self.wire, self.index, self.value = wire, index, value
        self.limit, self.after, self.oldest, self.about = limit, after, oldest, about or {}
        self._base = page_request(wire, self.about)
        question = self._base | self._load_list(after) | {"if_known": if_known}
        super().__init__(question)

    def decode(self, answers: list[Any]) -> Page:
        return self._page(answers[0])

    def next_page(self, after: Entry | None, *, limit: int) -> "ListQuery":
        """Return the same list from another place on."""
        return ListQuery(
            self.wire, self.index, self.value,
            limit=limit, after=after, oldest=self.oldest, about=self.about,
        )  # fmt: skip

    def _load_list(self, place: Entry | None) -> QueryRequest:
        """Return the question for what Redis holds of the list beyond a place."""
        store = self.wire.store
        score, member = (str(place[1]), place[0]) if place else ("", "")
        return {
            "list": store.list_key(self.index, self.value),
            "limit": self.limit + 1,
            "oldest": self.oldest,
            "score": score,
            "member": member,
        } | store.merge_sources(store.indexes[self.index], self.value)

    def _page(self, answer: Sequence[Any]) -> Page:
        if not answer:
            (answer,) = execute(self._base | self._load_list(self.after))
        found: list[Row] = []
        place, deep, more = self.after, False, True
        # An entry may name a record that went meanwhile: whether there is more is told by the
        # entries that were looked through, never by the rows that came of them.
        while True:
            found += rows_from_page(self.wire, answer)
            beyond, _, _, count, last = answer
            place = (last[0].decode(), int(last[1])) if last else place
            deep = deep or bool(beyond)
            more = bool(beyond) or count > self.limit
            if not more or len(found) > self.limit:
                break
            here = {"entries": self._read_from_mongo(place)} if deep else self._load_list(place)
            (answer,) = execute(self._base | here)
        ahead = _entry(found[self.limit - 1]) if len(found) > self.limit else None
        return Page(found[: self.limit], ahead)

    def _read_from_mongo(self, after: Entry | None) -> list[list[str]]:
        # First what is owed, then MongoDB: a debt paid in between stands in both, never in neither.
        store, limit, oldest = self.wire.store, self.limit + 1, self.oldest
        declared = store.indexes[self.index]
        debts = unflushed_entries(store, declared, self.value)
        entries = dict(
            read_range(
                store, declared, self.value, limit=limit + len(debts), after=after, oldest=oldest
            )
        )
        for pk, score in debts.items():
            entries.pop(pk, None)
            if math.isfinite(score) and (
                after is None or _is_after((pk, int(score)), after, oldest=oldest)
            ):
                entries[pk] = int(score)
        found = sort_entries(list(entries.items()), oldest=oldest)[:limit]
        return [[pk, str(score)] for pk, score in found]


def latest(store: Store[M], index: str, value: str, *, limit: int) -> tuple[list[M], bool]:
    """Return the newest records of a list, to work with, and whether these are all of them."""
    wire = JsonTemplate(store, *map(Field, (keys.VERSION, keys.REVISION, *store.fields)))
    found = ListQuery(wire, index, value, limit=limit).result()
    return [build_record(store, row.id, row.values) for row in found.rows], found.next is None


def filter_pages(
    listing: ListQuery, *, keep: Callable[[list[Row]], Sequence[Row]]
) -> tuple[list[Row], Entry | None]:
    """Return a page of the rows that `keep` leaves, and where the following one begins.

    Looks through pages until one is full, the list ends, or `SCAN` pages were looked through.
    """
    found: list[Row] = []
    limit, part = listing.limit, listing
    for _ in range(MAX_PAGES_SCANNED):
        seen = part.result()
        for row in keep(seen.rows):
            found.append(row)
            if len(found) == limit:
                last = row is seen.rows[-1]
                return found, seen.next if last else _entry(row)
        if seen.next is None:
            return found, None
        part = part.next_page(seen.next, limit=max(limit, MIN_BATCH))
    return found, part.after


def _is_after(entry: Entry, after: Entry, *, oldest: bool) -> bool:
    here, there = (entry[1], entry[0]), (after[1], after[0])
    return here > there if oldest else here < there


def _entry(row: Row) -> Entry:
    return row.id, int(row.score)
