"""Repair of the differences that `verify` finds, each in the one way that loses nothing.

| kind | source of truth | repair |
|---|---|---|
| `missing` | Redis | mark the record dirty, so that it is written to MongoDB again |
| `stale`, `different` | MongoDB | delete the record from Redis; the next read fetches it |
| `list`, `unique` | MongoDB and the unflushed changes | delete the key from Redis |
| `counter` | the counted records | add what the counter lacks |
| `orphan` | the deletion | queue the deletion of the dependents again |
"""

from typing import Any

from mysocial.core.errors import NotFound
from mysocial.core.redis import Script
from mysocial.core.wakeup_names import CASCADES
from mysocial.ops.differences import ORPHAN, Difference
from mysocial.outbox import CascadeDeletion
from mysocial.store import parse_record, write

REPAIR = Script("common", "repair")
RECORD_KINDS = {"missing", "stale", "different"}


def repair(difference: Difference) -> bool:
    """Repair a difference; return False if it no longer exists.

    Raises:
        Unavailable: Redis or MongoDB is unavailable.
    """
    if difference.kind == "counter":
        return _repair_counter(difference)
    if difference.kind == ORPHAN:
        return _queue_deletion(difference)
    is_record = difference.kind in RECORD_KINDS
    queue = parse_record(difference.key)[0].queue if is_record else ""
    return bool(REPAIR({"kind": difference.kind, "key": difference.key, "queue": queue}))


def _queue_deletion(difference: Difference) -> bool:
    store, pk = parse_record(difference.key)
    with write() as w:
        w.create(CascadeDeletion(label=store.label, record_id=pk), new_id=True)
        w.wake_workers(CASCADES)
    return True


def _repair_counter(difference: Difference) -> bool:
    key, _, name = difference.key.partition("#")
    store, pk = parse_record(key)
    deltas: dict[str, Any] = {name: difference.delta}
    # A record that is created by its first increment may be missing itself.
    initial = None if store.indexes or store.unique else store.model(id=pk)
    try:
        with write() as w:
            w.increment(store.model, pk, init=initial, **deltas)
    except NotFound:
        return False
    return True
