"""Work that is owed beside the record itself: queued in a write, done by Celery, never lost.

A record stands in its store's list `outbox` while it is queued. A worker claims one by
moving its due time: two can't both win it, and what a dead worker had claimed is due again later.
"""

import math
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.db import models

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
    """Something to be done: queued until it has another status."""

    status = models.CharField(max_length=10, default=QUEUED)
    due_at = models.DateTimeField(default=now)
    tries = models.IntegerField(default=0)

    class Meta(Record.Meta):
        abstract = True


M = TypeVar("M", bound=OutboxItem)


def run_time_slice(name: str, work: Callable[[float], int]) -> int:
    """Do what a worker was woken for by this name, for a moment, and ask for the rest.

    In between the worker comes to its other queues: debts do not wait behind a thousand mails.
    `work` takes seconds, and returns what it did. `Unavailable`.
    """
    acknowledge(name)
    until = time.monotonic() + TIME_SLICE_SECONDS
    done = work(TIME_SLICE_SECONDS)
    if time.monotonic() >= until:
        wake_unless_pending(name)
    return done


def with_lease(name: str, seconds: float, work: Callable[[], int]) -> int:
    """Do what only one worker is to do at a time; nothing while another does it. `Unavailable`.

    After `seconds` the other is taken for dead.
    """
    key = f"lease:{name}"
    with available():
        if not client().set(key, "1", nx=True, px=round(seconds * 1000)):
            return 0
    try:
        return work()
    finally:
        with available():
            client().delete(key)


def process_due(store: Store[M], do: Callable[[M], Any], seconds: float = math.inf) -> int:
    """Do what is due, until nothing is or the time is over; return how often `do` said it did.

    Safe side by side. `Unavailable` when the store is away; nothing is lost then.
    """
    wire = JsonTemplate(store, Field("main"))
    done, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        page = ListQuery(wire, OUTBOX.name, limit=BATCH, oldest=True).result()
        waiting = reads.get_records(store, [row.id for row in page.rows]).values()
        due = [owed for owed in waiting if owed.due_at <= now()]
        if not due:
            break
        for owed in due:
            claimed = _claim(store, owed) if time.monotonic() < until else None
            done += bool(claimed and do(claimed))
    return done


def _claim(store: Store[M], owed: M) -> M | None:
    seconds = settings.OUTBOX_CLAIM_SECONDS * 2 ** min(owed.tries, MAX_DOUBLINGS)
    try:
        with write() as w:
            later = now() + timedelta(seconds=seconds)
            w.update(owed, check_revision=True, due_at=later, tries=owed.tries + 1)
        return reads.get_record(store, str(owed.pk))
    except (Conflict, NotFound):
        return None
