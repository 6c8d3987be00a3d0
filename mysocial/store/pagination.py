"""Lists of records, read page by page and filtered for their reader."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from mysocial.core import keys
from mysocial.store.indexes import Entry, ViewerField
from mysocial.store.json_templates import Field, JsonTemplate, Row
from mysocial.store.models import Record
from mysocial.store.mongo_pages import read_mongo_page
from mysocial.store.queries import Query, QueryRequest, execute
from mysocial.store.reads import build_record
from mysocial.store.rows import PageReply, RowChecks, page_request, rows_from_page
from mysocial.store.store import Store

MAX_PAGES_SCANNED = 10  # how many pages are read to fill one page of visible rows
MIN_BATCH = 20
MAX_PAGE_BYTES = 256 * 1024  # of the fragments of a page's records; a page has one row at least
M = TypeVar("M", bound=Record)


class Page(NamedTuple):
    """A page of a list.

    `next` is the entry after which the next page starts, None at the end. `is_cut` says that the
    page has fewer rows than asked for because they have `MAX_PAGE_BYTES`. `following` has the first
    row of the next page, if it was read as well.
    """

    rows: list[Row]
    next: "Entry | None"
    is_cut: bool = False
    following: Sequence[Row] = ()


class ListQuery(Query[Page]):
    """A page of a list.

    What Redis holds is one round trip, which other queries can share. Beyond that, the ids come
    from MongoDB by the list's index, merged with the changes that MongoDB lacks, and the records
    from Redis again.

    Args:
        template: What to load of each record.
        index: The name of the index.
        value: The value of the list.
        limit: The maximum number of rows.
        after: The entry after which the page starts; the start of the list by default.
        oldest: Whether the order is oldest first instead of newest first.
        checks: The viewer checks on the records and on related records.
        viewer_fields: What to read of records between the viewer and each row.
        if_known: Whether the first round trip skips the query if Redis does not know all of it. Use
            it if another query of the same `gather` may show that this one is not needed.

    Raises:
        Unavailable: A server that is needed does not respond. Raised by `result()`.
    """

    def __init__(  # noqa: PLR0913 - keyword arguments of one query
        self,
        template: JsonTemplate,
        index: str,
        value: str = "",
        *,
        limit: int,
        after: Entry | None = None,
        oldest: bool = False,
        checks: RowChecks | None = None,
        viewer_fields: Sequence[ViewerField] = (),
        if_known: bool = False,
    ) -> None:
        self.template, self.index, self.value = template, index, value
        self.limit, self.after, self.oldest, self.checks = limit, after, oldest, checks or {}
        self.viewer_fields = viewer_fields
        self._base_request = page_request(template, self.checks, viewer_fields) | {
            "max_bytes": MAX_PAGE_BYTES
        }
        super().__init__(self._redis_request(after) | {"if_known": if_known})

    def next_page(self, after: Entry, *, limit: int) -> "ListQuery":
        """Return the query of the same list for the page after an entry."""
        return ListQuery(
            self.template,
            self.index,
            self.value,
            limit=limit,
            after=after,
            oldest=self.oldest,
            checks=self.checks,
            viewer_fields=self.viewer_fields,
        )

    def decode(self, replies: list[Any]) -> Page:
        """Return the page; reads more if the first reply is not enough."""
        (reply,) = replies
        page = PageReply(*reply) if reply else self._read_redis(self.after)
        rows: list[Row] = []
        position, in_mongo = self.after, False
        while True:
            rows += rows_from_page(self.template, page)
            position = _last_position(page) or position
            if len(rows) > self.limit:  # one row more is read, to know whether a page follows
                following = rows[self.limit : self.limit + 1]
                return Page(rows[: self.limit], _entry(rows[self.limit - 1]), following=following)
            if page.is_cut:
                return Page(rows, position, is_cut=True)
            # An entry may name a record that is gone by now. So the entries that were read, not the
            # rows, say whether there is more.
            if not page.more_in_mongo and page.entry_count <= self.limit:
                return Page(rows, None)
            in_mongo = in_mongo or bool(page.more_in_mongo)
            page = self._read_mongo(position) if in_mongo else self._read_redis(position)

    def _redis_request(self, after: Entry | None) -> QueryRequest:
        """Return the request for what Redis holds of the list after an entry."""
        store = self.template.store
        member, score = (after[0], str(after[1])) if after else ("", "")
        entries = {
            "list": store.list_key(self.index, self.value),
            "limit": self.limit + 1,
            "oldest": self.oldest,
            "score": score,
            "member": member,
        }
        sources = store.merge_sources(store.indexes[self.index], self.value)
        return self._base_request | entries | sources

    def _read_redis(self, after: Entry | None) -> PageReply:
        (reply,) = execute(self._redis_request(after))
        return PageReply(*reply)

    def _read_mongo(self, after: Entry | None) -> PageReply:
        (reply,) = execute(self._base_request | {"entries": self._entries_from_mongo(after)})
        return PageReply(*reply)

    def _entries_from_mongo(self, after: Entry | None) -> list[list[str]]:
        """Return the next entries of the list, with more than Redis holds."""
        store = self.template.store
        entries = read_mongo_page(
            store,
            store.indexes[self.index],
            self.value,
            limit=self.limit + 1,
            after=after,
            oldest=self.oldest,
        )
        return [[pk, str(score)] for pk, score in entries]


def newest_records(store: Store[M], index: str, value: str, *, limit: int) -> tuple[list[M], bool]:
    """Return the newest records of a list as models, and whether these are all of the list."""
    template = JsonTemplate(store, *map(Field, (keys.VERSION, keys.REVISION, *store.fields)))
    page = ListQuery(template, index, value, limit=limit).result()
    return [build_record(store, row.id, row.values) for row in page.rows], page.next is None


def filter_pages(
    list_query: ListQuery, *, keep: Callable[[list[Row]], Sequence[Row]]
) -> tuple[list[Row], Entry | None]:
    """Return a page of the rows that `keep` keeps, and the entry after which the next one starts.

    Reads until the page is full and the next kept row is known, the list ends, or
    `MAX_PAGES_SCANNED` pages were read: a next page that would be empty would show that there are
    rows that the reader may not see. A page that is cut at `MAX_PAGE_BYTES` ends this page as well,
    unless most of it was not kept.
    """
    rows: list[Row] = []
    limit = list_query.limit
    for _ in range(MAX_PAGES_SCANNED):
        page = list_query.result()
        for row in keep([*page.rows, *page.following]):
            if len(rows) == limit:
                return rows, _entry(rows[-1])
            rows.append(row)
        if page.next is None:
            return rows, None
        position = _entry(page.following[0]) if page.following else page.next
        is_full = len(rows) == limit
        if page.is_cut and (is_full or _count_bytes(rows) >= MAX_PAGE_BYTES // 2):
            return rows, _entry(rows[-1]) if is_full else position
        list_query = list_query.next_page(position, limit=max(limit, MIN_BATCH))
    return rows, _entry(rows[-1]) if len(rows) == limit else list_query.after


def _count_bytes(rows: list[Row]) -> int:
    return sum(row.count_bytes() for row in rows)


def _last_position(page: PageReply) -> Entry | None:
    """Return the last entry that was read for a page."""
    if not page.last_entry:
        return None
    pk, score = page.last_entry
    return pk.decode(), int(score)


def _entry(row: Row) -> Entry:
    return row.id, int(row.score)
