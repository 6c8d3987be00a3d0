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
from mysocial.outbox.items import OUTBOX, QUEUED, OutboxItem, process_due, run_time_slice
from mysocial.persistence.backoff import skip_if_unavailable
from mysocial.store import (
    JsonTemplate,
    ListQuery,
    Record,
    Store,
    Write,
    latest,
    reads,
    store_of,
    write,
)
from mysocial.store.wakeups import CASCADES, REMOVE_CASCADES

logger = logging.getLogger(__name__)
CASCADES_BY_MODEL: dict[str, "list[type[Cascade]]"] = {}
BATCH = 200
KEPT_SECONDS = 7 * 24 * 3600


class CascadeDeletion(OutboxItem):
    """A deleted record whose dependents are still to be removed."""

    label = models.CharField(max_length=60)
    record_id = models.CharField(max_length=64)

    class Meta(OutboxItem.Meta):
        db_table = "cascade_deletions"
        app_label = "mysocial"
        verbose_name = "cascade deletion"
        verbose_name_plural = "cascade deletions"


cascade_deletions = Store(
    CascadeDeletion,
    plain_fields=("status",),
    queue="default",
    indexes=(OUTBOX,),
    expires_after=("due_at", KEPT_SECONDS),
)


class Cascade:
    """What hangs on records of one kind; subclasses are registered by being made."""

    model_label: ClassVar[str] = ""  # the label of the records, as `posts.post`

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        CASCADES_BY_MODEL.setdefault(cls.model_label, []).append(cls)

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        """Remove at most `limit` of what hung on the deleted record; True when nothing is left.

        May be called again after any of it was done, also after all of it.
        """
        raise NotImplementedError


def delete_listed(store: Store[Any], index: str, value: str, *, limit: int) -> bool:
    """Remove at most `limit` records of a list; True when none is left. What is gone is fine."""
    found, are_all = latest(store, index, value, limit=limit)
    with write() as w:
        for one in found:
            w.delete(one, missing_ok=True)
    return are_all


def delete_records(store: Store[Any], pks: Iterable[str]) -> int:
    """Remove records by their ids; return how many there were. What is gone is fine."""
    found = reads.get_records(store, pks)
    for one in found.values():
        with write() as w:
            w.delete(one, missing_ok=True)
    return len(found)


def delete_listed_with(
    store: Store[Any], index: str, value: str, verb: Callable[[str], Any], *, limit: int
) -> bool:
    """Let a service remove at most `limit` records of a list, each with its counts and news.

    True when none is left. What is gone is fine.
    """
    page = ListQuery(JsonTemplate(store), index, value, limit=limit).result()
    for row in page.rows:
        try:
            verb(row.id)
        except NotFound:
            continue
    return page.next is None


def queue_cascade(w: Write, obj: Record) -> None:
    """Owe the removal of everything that hangs on `obj`, within the write that deletes it.

    Or within the write that makes it, of a record that parts people: what it parts goes.
    """
    removal = CascadeDeletion(label=store_of(type(obj)).label, record_id=str(obj.pk))
    w.create(removal, new_id=True)
    w.wake_workers(CASCADES)


def run_due_cascades(seconds: float = math.inf) -> int:
    """Remove what is due; return how many deleted records have nothing left."""
    return process_due(cascade_deletions, _run_cascade, seconds)


def count_pending(pks: Iterable[str]) -> int:
    """Return of how many of these records the removal is owed, as MongoDB has it. `Unavailable`."""
    ids, count = sorted(pks), 0
    for first in range(0, len(ids), BATCH):
        query = {"record_id": {"$in": ids[first : first + BATCH]}, "status": QUEUED}
        count += len(mongo.find(CascadeDeletion, query, projection=["_id"]))
    return count


def _run_cascade(removal: CascadeDeletion) -> bool:
    try:
        _delete_all_dependents(removal)
    except Unavailable:
        raise
    except Exception:
        # Due again later, without end: what hangs on a deleted record must go.
        logger.exception("%s %s: not all could be removed", removal.label, removal.record_id)
        return False
    with write() as w:
        w.update(removal, status="done", due_at=now())
    return True


def _delete_all_dependents(removal: CascadeDeletion) -> None:
    for kind in CASCADES_BY_MODEL.get(removal.label, ()):
        while not kind.delete_dependents(removal.record_id, limit=BATCH):
            logger.info("%s %s: more to remove", removal.label, removal.record_id)


@shared_task(name=REMOVE_CASCADES)
@skip_if_unavailable
def run_cascades() -> int:
    """Remove what hangs on deleted records."""
    return run_time_slice(CASCADES, run_due_cascades)
