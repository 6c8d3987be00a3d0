"""Outbox items: work that is committed with a write and done later by Celery, never lost.

A record is in its store's `outbox` list while it is queued. A worker claims it by moving its due
time, and moves it again while it is at work: no two workers can claim it at once, and if the worker
dies the record becomes due again. Work that ends its worker again and again is given up.
"""

import logging
import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from celery import current_task
from django.conf import settings
from django.db import models

from mysocial.core.errors import Conflict, NotFound, Unavailable
from mysocial.core.ids import now
from mysocial.core.leases import lease
from mysocial.persistence.heartbeats import WORKER_TTL_SECONDS, record_heartbeat, worker_key
from mysocial.persistence.wakeup_task import ItemsPostponed, WorkFailed
from mysocial.store import (
    Field,
    Index,
    JsonTemplate,
    ListQuery,
    Record,
    Store,
    reads,
    wake_unless_pending,
    write,
)

logger = logging.getLogger(__name__)
BATCH = 50
MAX_DOUBLINGS = 7
MAX_LOST_CLAIMS = 3
MAX_REASONS = 5  # that the error of a task names
TIME_SLICE_SECONDS = 1.0
MIN_RENEWAL_SECONDS = 1.0
QUEUED = "queued"
OUTBOX = Index("outbox", order="due_at", where={"status": (QUEUED,)}, max_entries=100_000)


class OutboxItem(Record):
    """Work to be done: due at a time, and queued until it has another status."""

    status = models.CharField(max_length=10, default=QUEUED)
    due_at = models.DateTimeField(default=now)
    tries = models.IntegerField(default=0)
    # Claims in a row whose workers died. The item itself may be the cause.
    lost_claims = models.IntegerField(default=0)

    class Meta(Record.Meta):
        abstract = True


Item = TypeVar("Item", bound=OutboxItem)


@dataclass
class _Report:
    """What failed in a time slice."""

    given_up: list[str] = field(default_factory=list)
    postponed: list[str] = field(default_factory=list)
    retry_at: datetime | None = None

    def raise_error(self) -> None:
        """Raise the error with which the task ends, if something failed."""
        if self.given_up:
            raise WorkFailed(_shorten(self.given_up))
        if self.retry_at:
            seconds = max(0.0, (self.retry_at - now()).total_seconds())
            raise ItemsPostponed(_shorten(self.postponed), seconds)


_report: ContextVar[_Report | None] = ContextVar("mysocial_outbox_report", default=None)


def report_given_up(item: OutboxItem, reason: str) -> None:
    """Let the running task fail because this item was given up.

    Args:
        item: The item.
        reason: Why, without anything secret: operators and logs show it.
    """
    report = _report.get()
    if report:
        report.given_up.append(f"{type(item).__name__} {item.pk}: {reason}")


def report_postponed(item: OutboxItem, reason: str) -> None:
    """Let Celery retry the running task when this claimed item is due again.

    Args:
        item: The item.
        reason: Why, without anything secret: operators and logs show it.
    """
    report = _report.get()
    if report:
        name = f"{type(item).__name__} {item.pk}"
        report.postponed.append(f"{name}: attempt {item.tries}: {reason}")
        report.retry_at = min(report.retry_at or item.due_at, item.due_at)


def _shorten(reasons: list[str]) -> str:
    more = len(reasons) - MAX_REASONS
    return "; ".join([*reasons[:MAX_REASONS], *([f"and {more} more"] if more > 0 else [])])


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
        ItemsPostponed: An attempt at an item failed; it is due again later.
        Unavailable: Redis or MongoDB cannot be reached.
        WorkFailed: An item was given up.
    """
    deadline = time.monotonic() + TIME_SLICE_SECONDS
    report = _Report()
    token = _report.set(report)
    try:
        with lease(name, lease_seconds) if lease_seconds else nullcontext(True) as acquired:
            done = work(TIME_SLICE_SECONDS) if acquired else 0
    finally:
        _report.reset(token)
    if time.monotonic() >= deadline:
        wake_unless_pending(name)
    report.raise_error()
    return done


def process_due(
    store: Store[Item],
    process: Callable[[Item], Any],
    seconds: float = math.inf,
    *,
    give_up: Callable[[Item], Any] | None = None,
) -> int:
    """Process the items that are due, until none is or `seconds` have passed.

    Safe to run concurrently.

    Args:
        store: The store of the items.
        process: Processes an item. The claim is renewed meanwhile.
        seconds: After this time no other item is begun.
        give_up: Marks an item as failed, instead of processing it, when the workers of its last
            `MAX_LOST_CLAIMS` claims have died. Without it, items are never given up.

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
            done += claimed is not None and _process(store, claimed, process, give_up)
    return done


def _process(
    store: Store[Item],
    claimed: Item,
    process: Callable[[Item], Any],
    give_up: Callable[[Item], Any] | None,
) -> bool:
    """Process a claimed item or give it up; record that the worker has survived it."""
    if give_up is not None and claimed.lost_claims > MAX_LOST_CLAIMS:
        give_up(claimed)
        report_given_up(claimed, "its workers have died")
        return False
    is_done = False
    try:
        with _renewed(claimed):
            is_done = bool(process(claimed))
    finally:
        if not is_done:
            _report_end(store, claimed)
    return is_done


def _report_end(store: Store[Item], claimed: Item) -> None:
    """Record that a claim has come to an end. Never raises."""
    try:
        if reads.get_record(store, str(claimed.pk)).status == QUEUED:
            with write() as w:
                w.update(claimed, lost_claims=0)
    except (Conflict, NotFound, Unavailable) as error:
        logger.info("The end of a claim of %s was not recorded: %s", claimed.pk, error)


@contextmanager
def _renewed(claimed: OutboxItem) -> Iterator[None]:
    """Renew a claim during the block, so that no other worker begins the same work."""
    is_done = threading.Event()
    node = getattr(getattr(current_task, "request", None), "hostname", None)
    arguments = (claimed, is_done, node)
    thread = threading.Thread(target=_renew, args=arguments, name="claim", daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_done.set()
        thread.join()


def _renew(claimed: OutboxItem, is_done: threading.Event, node: str | None) -> None:
    """Move the due time of a claimed item until the work is done."""
    while not is_done.wait(max(settings.OUTBOX_CLAIM_SECONDS / 3, MIN_RENEWAL_SECONDS)):
        if node:
            record_heartbeat(worker_key(node), WORKER_TTL_SECONDS)  # Long work is no standstill.
        try:
            with write() as w:
                w.update(claimed, due_at=_claimed_until(claimed.tries))
        except (Conflict, NotFound, Unavailable) as error:
            logger.info("The claim of %s was not renewed: %s", claimed.pk, error)


def _claimed_until(tries: int) -> datetime:
    """Return until when an item is claimed after `tries` earlier claims."""
    seconds = settings.OUTBOX_CLAIM_SECONDS * 2 ** min(tries, MAX_DOUBLINGS)
    return now() + timedelta(seconds=seconds)


def _claim(store: Store[Item], item: Item) -> Item | None:
    """Claim an item by moving its due time; return None if another worker has it."""
    changes = {
        "due_at": _claimed_until(item.tries),
        "tries": item.tries + 1,
        "lost_claims": item.lost_claims + 1,
    }
    try:
        with write() as w:
            w.update(item, check_revision=True, **changes)
        return reads.get_record(store, str(item.pk))
    except (Conflict, NotFound):
        return None
