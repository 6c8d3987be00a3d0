"""The contents of a data export: an `ExportSection` for each store with data of members.

Each app registers its sections in `<app>/data_export.py`, or excludes a store with a reason. A test
fails for a store that has neither.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any, NamedTuple

from mysocial.admin.audit import entries
from mysocial.admin.second_factor import second_factors
from mysocial.core import mongo
from mysocial.core.addresses import absolute_address
from mysocial.hooks.cursors import hook_cursors
from mysocial.outbox import Email, emails
from mysocial.outbox.cascades import cascade_deletions
from mysocial.persistence import flush
from mysocial.record_migrations.run import migration_states
from mysocial.store import JsonTemplate, ListQuery, Record, Store, reads

BATCH = 200


class Owner(NamedTuple):
    """The member whose data is exported."""

    id: str
    name: str
    address: str


RecordIterator = Callable[[Owner], Iterator[Record]]
# The name of a record's file in the export, and a function that opens it.
File = tuple[str, Callable[[], IO[bytes]]]


@dataclass(frozen=True)
class ExportSection:
    """The records of a store that belong to a member.

    Attributes:
        store: The store.
        title: The heading.
        find_records: Yields the records of a member.
        without: Internal fields that are not exported.
        file: Returns the file of a record, if it has one.
    """

    store: Store[Any]
    title: str
    find_records: RecordIterator
    without: tuple[str, ...] = ()
    file: Callable[[Any], File | None] = lambda _record: None

    @property
    def slug(self) -> str:
        """The base name of its files."""
        return self.title.lower().replace(" ", "-")

    def exported_fields(self, record: Record) -> dict[str, Any]:
        """Return the exported fields of a record, its id first."""
        values = self.store.values(record)
        for name in self.store.address_fields:
            values[name] = absolute_address(values[name] or "") or values[name]
        return {"id": values.pop("id")} | {
            name: value for name, value in values.items() if name not in self.without
        }


SECTIONS: dict[str, ExportSection] = {}
EXCLUDED: dict[str, str] = {}  # by label: why the store is not exported


def register(section: ExportSection) -> None:
    """Add a section to all exports."""
    SECTIONS[section.store.label] = section


def exclude(store: Store[Any], reason: str) -> None:
    """Exclude a store from all exports."""
    EXCLUDED[store.label] = reason


def walk(store: Store[Any], index: str, value: str) -> Iterator[Any]:
    """Yield all records of a list, newest first.

    Raises:
        Unavailable: A server cannot be reached.
    """
    template, after = JsonTemplate(store), None
    while True:
        page = ListQuery(template, index, value, limit=BATCH, after=after).result()
        yield from reads.get_records(store, [row.id for row in page.rows]).values()
        after = page.next
        if after is None:
            return


def listed(store: Store[Any], *indexes: str) -> RecordIterator:
    """Return an iterator of the records in the lists of a member, in each of `indexes`."""
    return lambda owner: (record for index in indexes for record in walk(store, index, owner.id))


def single(store: Store[Any]) -> RecordIterator:
    """Return an iterator of the record that has the id of the member."""
    return lambda owner: iter(reads.get_records(store, [owner.id]).values())


def _emails(owner: Owner) -> Iterator[Email]:
    """Yield the e-mails to a member. No index lists them, so MongoDB scans the collection."""
    flush.flush_queue(emails.queue)
    query = {"recipient": {"$in": [owner.id, owner.address]}}
    documents = mongo.find(Email, query, projection=["_id"])
    ids = [document["_id"] for document in documents]
    for first in range(0, len(ids), BATCH):
        yield from reads.get_records(emails, ids[first : first + BATCH]).values()


register(ExportSection(emails, "E-mails", _emails, without=("due_at", "tries", "lost_claims")))
exclude(second_factors, "Second factors of staff, who are not members.")
exclude(entries, "Actions of staff, which are kept.")
exclude(hook_cursors, "Positions of hooks in the event log, without data of members.")
exclude(migration_states, "Progress of record migrations, without data of members.")
exclude(cascade_deletions, "Pending deletions, which contain only the id of a record.")
