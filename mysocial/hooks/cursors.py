"""The cursor of each hook: up to where it has received the events of the log."""

from django.db import models

from mysocial.core.errors import Conflict, NotFound
from mysocial.core.ids import now
from mysocial.hooks.event_log import read_position
from mysocial.store import Record, Store, reads, write


class HookCursor(Record):
    """The position of a hook in the event log; its id is the name of the hook."""

    epoch = models.CharField(max_length=8, default="")  # empty: of the first log
    offset = models.BigIntegerField(default=0)
    # Consecutive failed attempts at the event after the offset, and when the next one is due.
    failures = models.IntegerField(default=0)
    due_at = models.DateTimeField(default=now)
    error = models.CharField(max_length=300, default="")

    class Meta(Record.Meta):
        db_table = "hook_cursors"
        app_label = "mysocial"


hook_cursors = Store(HookCursor, queue="default")


def get_cursor(name: str) -> HookCursor:
    """Return the cursor of a hook. That of a new hook is at the end of the log.

    Raises:
        Unavailable: A server cannot be reached.
    """
    cursor = reads.optional_record_query(hook_cursors, name).result()
    if cursor is None:
        epoch, clock = read_position()
        with write() as w:
            w.create(HookCursor(id=name, epoch=epoch, offset=clock))
        cursor = reads.get_record(hook_cursors, name)
    return cursor


def save_cursor(cursor: HookCursor, **changes: object) -> bool:
    """Change a cursor; return False if another worker has changed it since it was read."""
    try:
        with write() as w:
            w.update(cursor, check_revision=True, **changes)
    except (Conflict, NotFound):
        return False
    return True
