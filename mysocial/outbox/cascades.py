"""Cascade deletions: the dependents of a deleted record are queued in the same write.

The domain that deletes does not know the apps above it. They declare the dependents of a record
with a `Cascade` in `<app>/cascades.py`.
"""

import logging
import math
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django.db import models

from mysocial.core import mongo
from mysocial.core.errors import NotFound, Unavailable
from mysocial.core.ids import now
from mysocial.core.wakeup_names import CASCADES
from mysocial.outbox.items import OUTBOX, QUEUED, OutboxItem, process_due, report_postponed
from mysocial.store import (
    JsonTemplate,
    ListQuery,
    Record,
    Store,
    Write,
    newest_records,
    reads,
    store_of,
    write,
)

logger = logging.getLogger(__name__)
CASCADES_BY_MODEL: dict[str, "list[type[Cascade]]"] = {}
BATCH = 200
KEPT_SECONDS = 7 * 24 * 3600


class CascadeDeletion(OutboxItem):
    """A deleted record whose dependents are still to be deleted."""

    label = models.CharField(max_length=60)
    record_id = models.CharField(max_length=64)

    class Meta(OutboxItem.Meta):
        db_table = "cascade_deletions"
        app_label = "mysocial"


cascade_deletions = Store(
    CascadeDeletion,
    plain_fields=("status",),
    queue="default",
    indexes=(OUTBOX,),
    expires_after=("due_at", KEPT_SECONDS),
)


class Cascade:
    """The dependents of the records of one model. Subclassing registers it."""

    # The label of the deleted records, such as `posts.post`, or that given to `queue_cascade`.
    model_label: ClassVar[str] = ""
    # Whether it runs after the others. A step that fails is repeated until it succeeds.
    is_last: ClassVar[bool] = False

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        CASCADES_BY_MODEL.setdefault(cls.model_label, []).append(cls)

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        """Delete at most `limit` dependents of the deleted record.

        It must be idempotent: it may be called again after it deleted some or all of them.

        Returns:
            Whether no dependent is left.
        """
        raise NotImplementedError


def cascades_of(label: str) -> list[type[Cascade]]:
    """Return the cascades of the records with this label, in the order in which they run."""
    return sorted(CASCADES_BY_MODEL.get(label, []), key=lambda cascade: cascade.is_last)


def delete_listed(store: Store[Any], index: str, value: str, *, limit: int) -> bool:
    """Delete at most `limit` records of a list; tell whether none is left.

    Records that are already deleted are skipped.
    """
    records, is_complete = newest_records(store, index, value, limit=limit)
    with write() as w:
        for record in records:
            w.delete(record, missing_ok=True)
    return is_complete


def delete_records(store: Store[Any], pks: Iterable[str]) -> int:
    """Delete records by id; return how many there were."""
    records = reads.get_records(store, pks)
    for record in records.values():
        with write() as w:
            w.delete(record, missing_ok=True)
    return len(records)


def delete_listed_with(
    store: Store[Any], index: str, value: str, delete: Callable[[str], Any], *, limit: int
) -> bool:
    """Delete at most `limit` records of a list with a service, which also counts and announces.

    Args:
        store: The store of the records.
        index: The name of the list's index.
        value: The value of the index that names the list.
        delete: Takes the id of a record. A `NotFound` means that it is already deleted.
        limit: The most records to delete.

    Returns:
        Whether no record is left.
    """
    page = ListQuery(JsonTemplate(store), index, value, limit=limit).result()
    for row in page.rows:
        try:
            delete(row.id)
        except NotFound:
            continue
    return page.next is None


def queue_cascade(w: Write, obj: Record, *, label: str = "") -> None:
    """Queue a cascade for `obj`, in the write that deletes it.

    Two other writes queue cascades. A new block queues one, which deletes what the two members had
    in common. With a `label`, a change queues one: if an account becomes public, its follow
    requests are deleted.
    """
    deletion = CascadeDeletion(label=label or store_of(type(obj)).label, record_id=str(obj.pk))
    w.create(deletion, new_id=True)
    w.wake_workers(CASCADES)


def run_due_cascades(seconds: float = math.inf) -> int:
    """Run the cascade deletions that are due; return how many were completed.

    Raises:
        Unavailable: A server cannot be reached.
    """
    return process_due(cascade_deletions, _run_cascade, seconds)


def count_pending(pks: Iterable[str]) -> int:
    """Return how many of these records have a pending cascade deletion, as MongoDB has it.

    Raises:
        Unavailable: MongoDB cannot be reached.
    """
    ids, count = sorted(pks), 0
    for first in range(0, len(ids), BATCH):
        query = {"record_id": {"$in": ids[first : first + BATCH]}, "status": QUEUED}
        count += len(mongo.find(CascadeDeletion, query, projection=["_id"]))
    return count


def _run_cascade(deletion: CascadeDeletion) -> bool:
    try:
        _delete_all_dependents(deletion)
    except Unavailable:
        raise
    except Exception as error:
        # It becomes due again, without limit: the dependents of a deleted record must go.
        logger.exception(
            "%s %s: not all dependents could be deleted", deletion.label, deletion.record_id
        )
        report_postponed(deletion, type(error).__name__)
        return False
    with write() as w:
        w.update(deletion, status="done", due_at=now())
    return True


def _delete_all_dependents(deletion: CascadeDeletion) -> None:
    for cascade in cascades_of(deletion.label):
        while not cascade.delete_dependents(deletion.record_id, limit=BATCH):
            logger.info("%s %s: more dependents to delete", deletion.label, deletion.record_id)
