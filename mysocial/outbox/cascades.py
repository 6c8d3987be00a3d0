"""What goes with a deleted record: owed in the same write, removed by Celery, whatever is killed.

The domain that deletes knows nothing of those above it: they say what hangs on a record by a
`Cascade` in `<app>/cascades.py`.
"""

import logging
import math
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from celery import shared_task
from django.db import models

from mysocial.core import mongo
from mysocial.core.errors import NotFound, Unavailable
from mysocial.core.ids import now
from mysocial.outbox.items import OUTBOX, QUEUED, Owed, do_due, in_turns
from mysocial.persistence.backoff import patient
from mysocial.store import reads
from mysocial.store.json_templates import Wire
from mysocial.store.models import Record
from mysocial.store.pagination import Listing, newest
from mysocial.store.store import Store, store_of
from mysocial.store.wakeups import CASCADES, REMOVE_CASCADES
from mysocial.store.writes import Write, write

logger = logging.getLogger(__name__)
KINDS: dict[str, "list[type[Cascade]]"] = {}
BATCH = 200
KEPT_SECONDS = 7 * 24 * 3600


class Removal(Owed):
    """A deleted record whose dependents are still to be removed."""

    label = models.CharField(max_length=60)
    record_id = models.CharField(max_length=64)

    class Meta(Owed.Meta):
        db_table = "removals"
        app_label = "mysocial"


removals = Store(
    Removal, raw=("status",), queue="default", indexes=(OUTBOX,), expires=("due_at", KEPT_SECONDS)
)


class Cascade:
    """What hangs on records of one kind; subclasses are registered by being made."""

    of: ClassVar[str] = ""  # the label of the records, as `posts.post`

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        KINDS.setdefault(cls.of, []).append(cls)

    @classmethod
    def remove(cls, pk: str, *, limit: int) -> bool:
        """Remove at most `limit` of what hung on the deleted record; True when nothing is left.

        May be called again after any of it was done, also after all of it.
        """
        raise NotImplementedError


def remove_listed(store: Store[Any], index: str, value: str, *, limit: int) -> bool:
    """Remove at most `limit` records of a list; True when none is left. What is gone is fine."""
    found, are_all = newest(store, index, value, limit=limit)
    with write() as w:
        for one in found:
            w.delete(one, lenient=True)
    return are_all


def remove_many(store: Store[Any], pks: Iterable[str]) -> int:
    """Remove records by their ids; return how many there were. What is gone is fine."""
    found = reads.get_many(store, pks)
    for one in found.values():
        with write() as w:
            w.delete(one, lenient=True)
    return len(found)


def each_listed(
    store: Store[Any], index: str, value: str, verb: Callable[[str], Any], *, limit: int
) -> bool:
    """Let a service remove at most `limit` records of a list, each with its counts and news.

    True when none is left. What is gone is fine.
    """
    page = Listing(Wire(store), index, value, limit=limit).get()
    for row in page.rows:
        try:
            verb(row.id)
        except NotFound:
            continue
    return page.next is None


def cascade(w: Write, obj: Record) -> None:
    """Owe the removal of everything that hangs on `obj`, within the write that deletes it.

    Or within the write that makes it, of a record that parts people: what it parts goes.
    """
    removal = Removal(label=store_of(type(obj)).label, record_id=str(obj.pk))
    w.create(removal, fresh=True)
    w.wake(CASCADES)


def remove_due(seconds: float = math.inf) -> int:
    """Remove what is due; return how many deleted records have nothing left."""
    return do_due(removals, _remove, seconds)


def count_owed(pks: Iterable[str]) -> int:
    """Return of how many of these records the removal is owed, as MongoDB has it. `Unavailable`."""
    ids, count = sorted(pks), 0
    for first in range(0, len(ids), BATCH):
        query = {"record_id": {"$in": ids[first : first + BATCH]}, "status": QUEUED}
        count += len(mongo.find(Removal, query, projection=["_id"]))
    return count


def _remove(removal: Removal) -> bool:
    try:
        _remove_all(removal)
    except Unavailable:
        raise
    except Exception:
        # Due again later, without end: what hangs on a deleted record must go.
        logger.exception("%s %s: not all could be removed", removal.label, removal.record_id)
        return False
    with write() as w:
        w.update(removal, status="done", due_at=now())
    return True


def _remove_all(removal: Removal) -> None:
    for kind in KINDS.get(removal.label, ()):
        while not kind.remove(removal.record_id, limit=BATCH):
            logger.info("%s %s: more to remove", removal.label, removal.record_id)


@shared_task(name=REMOVE_CASCADES)
@patient
def remove_cascades() -> int:
    """Remove what hangs on deleted records."""
    return in_turns(CASCADES, remove_due)
