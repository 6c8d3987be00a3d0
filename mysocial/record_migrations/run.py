"""Running of record migrations: in batches, resumable, through the version of each record."""

import time
from collections.abc import Callable
from typing import Any

from django.db import models

from mysocial.core import mongo
from mysocial.core.errors import Conflict, NotFound
from mysocial.persistence import flush
from mysocial.record_migrations.registry import RecordMigration, rewritten_fields
from mysocial.store import Record, Store, reads, write

BATCH = 100
FLUSH_SECONDS = 1.0  # for a flush; the queue of a busy site is never empty
MAX_TRIES = 20  # of a record that others change meanwhile
RUNNING, DONE = "running", "done"
Progress = Callable[[str, int], None]


class MigrationState(Record):
    """How far a migration has got; its id is that of the migration."""

    status = models.CharField(max_length=10, default=RUNNING)
    last_id = models.CharField(max_length=64, default="")
    migrated = models.IntegerField(default=0)

    class Meta(Record.Meta):
        db_table = "record_migrations"
        app_label = "mysocial"


migration_states = Store(MigrationState, queue="default")


def get_state(migration: RecordMigration) -> MigrationState | None:
    """Return the state of a migration; None if it has not started."""
    return reads.optional_record_query(migration_states, migration.id).result()


def count_records(migration: RecordMigration) -> int:
    """Return how many records MongoDB has.

    Raises:
        Unavailable: MongoDB cannot be reached.
    """
    with mongo.available():
        collection = mongo.collection(migration.store.model)
        return int(collection.count_documents({"_deleted_at": None}))


def run_migration(migration: RecordMigration, *, rate: float, progress: Progress) -> int:
    """Rewrite the records that a migration has not reached yet; return how many.

    Args:
        migration: The migration.
        rate: The most records in a second; 0 for no limit.
        progress: Called after each batch with the id of the migration and how many were rewritten.

    Raises:
        Unavailable: A server cannot be reached. Run it again: it continues.
        Conflict: A record is changed all the time.
    """
    state = _start(migration)
    total = 0
    while state.status != DONE:
        started = time.monotonic()
        # New records have an id in MongoDB then.
        flush.flush_queue(migration.store.queue, seconds=FLUSH_SECONDS)
        ids = _next_ids(migration, state.last_id)
        for pk in ids:
            _rewrite(migration, pk)
        total += len(ids)
        changes: dict[str, Any] = {"migrated": state.migrated + len(ids)}
        changes |= {"last_id": ids[-1]} if ids else {"status": DONE}
        with write() as w:
            w.update(state, **changes)
        progress(migration.id, state.migrated)
        if rate and ids:
            time.sleep(max(0.0, len(ids) / rate - (time.monotonic() - started)))
    flush.flush_queue(migration.store.queue, seconds=FLUSH_SECONDS)
    return total


def _start(migration: RecordMigration) -> MigrationState:
    state = get_state(migration)
    if state is None:
        with write() as w:
            w.create(MigrationState(id=migration.id))
        state = reads.get_record(migration_states, migration.id)
    return state


def _next_ids(migration: RecordMigration, last_id: str) -> list[str]:
    query = {"_id": {"$gt": last_id}}
    documents = mongo.find(
        migration.store.model, query, sort=[("_id", 1)], limit=BATCH, projection=["_id"]
    )
    return [str(document["_id"]) for document in documents]


def _rewrite(migration: RecordMigration, pk: str) -> None:
    """Rewrite a record; one that is deleted meanwhile is skipped."""
    for attempt in range(MAX_TRIES):
        try:
            record = reads.get_record(migration.store, pk)
            changes = migration.transform(record)
            fields = rewritten_fields(migration.store, record, changes)
            with write() as w:
                w.update(record, check_revision=True, **fields)
        except NotFound:
            return
        except Conflict:
            if attempt == MAX_TRIES - 1:
                raise
        else:
            return
