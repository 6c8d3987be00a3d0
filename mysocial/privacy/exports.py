"""What a member is given of everything that is stored of them: a `Portion` for each store.

Each app says in `<app>/exports.py` what of its stores is a member's own, or why a store has nothing
of that kind. A store of which nothing is said fails a test.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any, NamedTuple

from mysocial.admin.audit import entries
from mysocial.core import mongo
from mysocial.outbox import Email, emails
from mysocial.outbox.cascades import cascade_deletions
from mysocial.persistence import flush
from mysocial.store import JsonTemplate, ListQuery, Record, Store, reads

BATCH = 200


class Owner(NamedTuple):
    """Whose export it is."""

    id: str
    name: str
    address: str


RecordIterator = Callable[[Owner], Iterator[Record]]
# The name that a record's file has in the export, and what opens it.
File = tuple[str, Callable[[], IO[bytes]]]


@dataclass(frozen=True)
class ExportSection:
    """What of a store is a member's own: its records, without the fields that are plumbing.

    `file` returns the file that belongs to a record, if any.
    """

    store: Store[Any]
    title: str
    found: RecordIterator
    without: tuple[str, ...] = ()
    file: Callable[[Any], File | None] = lambda _record: None

    @property
    def slug(self) -> str:
        """Return what its files are called."""
        return self.title.lower().replace(" ", "-")

    def shown(self, record: Record) -> dict[str, Any]:
        """Return the fields of a record that its owner is given, its id first."""
        values = self.store.values(record)
        return {"id": values.pop("id")} | {
            name: value for name, value in values.items() if name not in self.without
        }


SECTIONS: dict[str, ExportSection] = {}
EXCLUDED: dict[str, str] = {}  # label -> why nothing of it is in an export


def register(portion: ExportSection) -> None:
    """Say what of a store is exported."""
    SECTIONS[portion.store.label] = portion


def exclude(store: Store[Any], why: str) -> None:
    """Say why nothing of a store is exported."""
    EXCLUDED[store.label] = why


def walk(store: Store[Any], index: str, value: str) -> Iterator[Any]:
    """Yield the records of a list, newest first, however long it is. `Unavailable`."""
    wire, after = JsonTemplate(store), None
    while True:
        page = ListQuery(wire, index, value, limit=BATCH, after=after).result()
        yield from reads.get_records(store, [row.id for row in page.rows]).values()
        after = page.next
        if after is None:
            return


def listed(store: Store[Any], *indexes: str) -> RecordIterator:
    """Return what finds the records that stand in a member's lists."""
    return lambda owner: (one for index in indexes for one in walk(store, index, owner.id))


def single(store: Store[Any]) -> RecordIterator:
    """Return what finds the record that has the member's own id."""
    return lambda owner: iter(reads.get_records(store, [owner.id]).values())


def _mails(owner: Owner) -> Iterator[Email]:
    """Yield the mails to a member. They stand in no list: MongoDB looks through what it keeps."""
    flush.flush_queue(emails.queue)
    query = {"recipient": {"$in": [owner.id, owner.address]}}
    found = mongo.find(Email, query, projection=["_id"])
    ids = [one["_id"] for one in found]
    for first in range(0, len(ids), BATCH):
        yield from reads.get_records(emails, ids[first : first + BATCH]).values()


register(ExportSection(emails, "Mails", _mails, without=("due_at", "tries")))
exclude(entries, "What staff did: theirs, and kept.")
exclude(cascade_deletions, "What goes with a deleted record: nothing of a member but an id.")
