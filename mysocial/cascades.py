"""What goes with a deleted record: owed in the same write, removed by Celery, whatever is killed.

The domain that deletes knows nothing of those above it: they say what hangs on a record by a
`Cascade` in `<app>/cascades.py`.
"""

import logging
from collections.abc import Callable
from typing import Any, ClassVar

from celery import shared_task
from django.db import models

from mysocial import reads
from mysocial.errors import NotFound, Unavailable
from mysocial.ids import now
from mysocial.models import Record
from mysocial.nudge import CASCADES, REMOVE_CASCADES
from mysocial.outbox import OUTBOX, Owed, do_due
from mysocial.patience import patient
from mysocial.store import Store, store_of
from mysocial.wire import Wire
from mysocial.writes import Write, write

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
    found, are_all = reads.newest(store, index, value, limit=limit)
    with write() as w:
        for one in found:
            w.delete(one, lenient=True)
    return are_all


def each_listed(
    store: Store[Any], index: str, value: str, verb: Callable[[str], Any], *, limit: int
) -> bool:
    """Let a service remove at most `limit` records of a list, each with its counts and news.

    True when none is left. What is gone is fine.
    """
    page = reads.page(Wire(store), index, value, limit=limit)
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


def remove_due() -> int:
    """Remove what is due; return how many deleted records have nothing left."""
    return do_due(removals, _remove)


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
    return remove_due()
