"""Outbox items: work that is committed with a write and done later by Celery, never lost.

A record is in its store's `outbox` list while it is queued. A worker claims it by moving its due
time: no two workers can claim it at once, and if the worker dies the record becomes due again.
"""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.db import models

from mysocial.core import keys
from mysocial.core.errors import Conflict, NotFound
from mysocial.core.ids import now
from mysocial.core.redis import available, client
from mysocial.store import (
    Field,
    Index,
    JsonTemplate,
    ListQuery,
    Record,
    Store,
    acknowledge,
    reads,
    wake_unless_pending,
    write,
)

BATCH = 50
MAX_DOUBLINGS = 7
TIME_SLICE_SECONDS = 1.0
QUEUED = "queued"
OUTBOX = Index("outbox", order="due_at", where={"status": (QUEUED,)}, cap=100_000)


class OutboxItem(Record):
    """Work to be done: due at a time, and queued until it has another status."""

    status = models.CharField(max_length=10, default=QUEUED)
    due_at = models.DateTimeField(default=now)
    tries = models.IntegerField(default=0)

    class Meta(Record.Meta):
        abstract = True


Item = TypeVar("Item", bound=OutboxItem)


def run_time_slice(
    name: str, work: Callable[[float], int], *, lease_seconds: float | None = None
) -> int:
    """Work for one time slice, and wake a worker for the rest.

    In between, the worker serves its other queues: a thousand e-mails must not delay the flush.

    Args:
        name: The name of the wake-up.
        work: Takes the seconds that it may use; returns how many items it completed.
        lease_seconds: With it, only one worker works at a time, and others return 0. A worker that
            has not released its lease after so long is considered dead.

    Raises:
        Unavailable: Redis cannot be reached.
    """
    acknowledge(name)
    deadline = time.monotonic() + TIME_SLICE_SECONDS
    if lease_seconds is None:
        done = work(TIME_SLICE_SECONDS)
    else:
        with _lease(name, lease_seconds) as acquired:
            done = work(TIME_SLICE_SECONDS) if acquired else 0
    if time.monotonic() >= deadline:
        wake_unless_pending(name)
    return done


@contextmanager
def _lease(name: str, seconds: float) -> Iterator[bool]:
    """Hold a lease during the block; yield whether it was acquired."""
    key = keys.lease(name)
    with available():
        acquired = bool(client().set(key, "1", nx=True, px=round(seconds * 1000)))
    try:
        yield acquired
    finally:
        if acquired:
            with available():
                client().delete(key)


def process_due(
    store: Store[Item], process: Callable[[Item], Any], seconds: float = math.inf
) -> int:
    """Process the items that are due, until none is or `seconds` have passed.

    Safe to run concurrently.

    Returns:
        For how many items `process` returned something true.

    Raises:
        Unavailable: The store cannot be reached. No item is lost then.
    """
    template = JsonTemplate(store, Field("main"))
    done, deadline = 0, time.monotonic() + seconds
    while time.monotonic() < deadline:
        page = ListQuery(template, OUTBOX.name, limit=BATCH, oldest=True).result()
        items = reads.get_records(store, [row.id for row in page.rows]).values()
        due = [item for item in items if item.due_at <= now()]
        if not due:
            break
        for item in due:
            claimed = _claim(store, item) if time.monotonic() < deadline else None
            done += bool(claimed and process(claimed))
    return done


def _claim(store: Store[Item], item: Item) -> Item | None:
    """Claim an item by moving its due time; return None if another worker has it."""
    seconds = settings.OUTBOX_CLAIM_SECONDS * 2 ** min(item.tries, MAX_DOUBLINGS)
    try:
        with write() as w:
            later = now() + timedelta(seconds=seconds)
            w.update(item, check_revision=True, due_at=later, tries=item.tries + 1)
        return reads.get_record(store, str(item.pk))
    except (Conflict, NotFound):
        return None
