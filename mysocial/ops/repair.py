"""Mend what `verify` found: each kind of difference in the one way that loses nothing.

| kind | what counts | what is done |
|---|---|---|
| `lost` | Redis | it is owed to MongoDB again |
| `stale`, `differs` | MongoDB | Redis forgets its copy and fetches it when it is asked for |
| `list`, `reserved` | MongoDB and what it is owed | Redis forgets it |
| `counter` | the records | what is lacking is added |
| `orphan` | the deletion | the removal of what hangs on it is owed again |
"""

from typing import Any

from mysocial.core.errors import NotFound
from mysocial.core.redis import Script
from mysocial.ops.consistency import ORPHAN, Difference
from mysocial.outbox import CascadeDeletion
from mysocial.store import parse_record, write
from mysocial.store.wakeups import CASCADES

REPAIR = Script("common", "repair")


def repair(difference: Difference) -> bool:
    """Mend one difference; False when it is there no more. `Unavailable`."""
    if difference.kind == "counter":
        return _count(difference)
    if difference.kind == ORPHAN:
        store, pk = parse_record(difference.key)
        with write() as w:
            w.create(CascadeDeletion(label=store.label, record_id=pk), new_id=True)
            w.wake_workers(CASCADES)
        return True
    queue = ""
    if difference.kind in {"lost", "stale", "differs"}:
        queue = parse_record(difference.key)[0].queue
    request = {"kind": difference.kind, "key": difference.key, "queue": queue}
    return bool(REPAIR(request))


def _count(difference: Difference) -> bool:
    key, _, name = difference.key.partition("#")
    store, pk = parse_record(key)
    lacking: dict[str, Any] = {name: difference.by}
    # A record that is made by counting may be missing itself.
    init = None if store.indexes or store.unique else store.model(id=pk)
    try:
        with write() as w:
            w.increment(store.model, pk, init=init, **lacking)
    except NotFound:
        return False
    return True
