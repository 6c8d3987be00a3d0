"""Work that is owed beside the record itself: queued in a write, done by Celery, never lost.

A record stands in its store's list `outbox` while it is queued. A worker claims one by
moving its due time: two can't both win it, and what a dead worker had claimed is due again later.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.db import models

from mysocial import reads
from mysocial.errors import Conflict, NotFound
from mysocial.ids import now
from mysocial.models import Record
from mysocial.store import Index, Store
from mysocial.wire import Own, Wire
from mysocial.writes import write

BATCH = 50
MOST_DOUBLINGS = 7
TURN_SECONDS = 20.0
QUEUED = "queued"
OUTBOX = Index("outbox", order="due_at", where={"status": (QUEUED,)}, cap=100_000)


class Owed(Record):
    """Something to be done: queued until it has another status."""

    status = models.CharField(max_length=10, default=QUEUED)
    due_at = models.DateTimeField(default=now)
    tries = models.IntegerField(default=0)

    class Meta(Record.Meta):
        abstract = True


M = TypeVar("M", bound=Owed)


def do_due(store: Store[M], do: Callable[[M], Any], *, seconds: float = TURN_SECONDS) -> int:
    """Do what is due, until nothing is or the turn is over; return how often `do` said it did.

    Safe side by side. `Unavailable` when the store is away; nothing is lost then.
    """
    wire = Wire(store, Own("main"))
    done, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        page = reads.page(wire, OUTBOX.name, limit=BATCH, oldest=True)
        waiting = reads.get_many(store, [row.id for row in page.rows]).values()
        due = [owed for owed in waiting if owed.due_at <= now()]
        if not due:
            break
        done += sum(bool(do(claimed)) for claimed in map(_claim(store), due) if claimed)
    return done


def _claim(store: Store[M]) -> Callable[[M], M | None]:
    def claim(owed: M) -> M | None:
        try:
            with write() as w:
                later = now() + timedelta(
                    seconds=settings.OUTBOX_CLAIM_SECONDS * 2 ** min(owed.tries, MOST_DOUBLINGS)
                )
                w.update(owed, strict=True, due_at=later, tries=owed.tries + 1)
            return reads.get(store, str(owed.pk))
        except (Conflict, NotFound):
            return None

    return claim
