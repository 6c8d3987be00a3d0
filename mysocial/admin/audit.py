"""The audit log: every act of staff is a record, written in the same step as the act itself.

    with acting(who="mod", via="admin", what="remove post", on="posts.post:<id>", why="spam"):
        services.remove_post(post_id=post_id)

Whatever is written in the block takes the record along, so no service has to think of it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import models

from mysocial.core import request_context
from mysocial.store import Index, Record, Store, Write, write

VIEW_AUDIT_LOG = "mysocial.view_auditentry"
# Permissions that belong to no record. Django needs a model to declare them: the audit entry.
VIEW_OPERATIONS = "mysocial.view_operations"  # operations figures and dead letters
MANAGE_QUEUES = "mysocial.manage_queues"  # Flower, which shows the messages of every queue
MAX_REASON_LENGTH = 1000


class AuditEntry(Record):
    """One act of staff. There is no service that changes one or takes one away."""

    actor = models.CharField(max_length=150)
    channel = models.CharField(max_length=20)  # the admin, or manage.py
    action = models.CharField(max_length=100)
    target = models.CharField(max_length=200, default="", blank=True)
    reason = models.CharField(max_length=MAX_REASON_LENGTH, default="", blank=True)

    class Meta(Record.Meta):
        db_table = "audit_entries"
        app_label = "mysocial"
        verbose_name = "audit log entry"
        verbose_name_plural = "audit log entries"
        permissions = (
            (MANAGE_QUEUES.partition(".")[2], "Can view and manage the queues in Flower"),
            (VIEW_OPERATIONS.partition(".")[2], "Can view operations figures and dead letters"),
        )

    def __str__(self) -> str:
        return f"{self.actor}: {self.action}"


entries = Store(AuditEntry, queue="moderation", indexes=(Index("all"),))


@contextmanager
def staff_action(
    *, actor: str, channel: str, action: str, target: str = "", reason: str = ""
) -> Iterator[None]:
    """Let each write of this block take a record of the act along."""

    def note(w: Write) -> None:
        entry = AuditEntry(
            actor=actor[:150],
            channel=channel,
            action=action[:100],
            target=target[:200],
            reason=reason[:MAX_REASON_LENGTH],
        )
        w.create(entry, new_id=True)

    token = request_context.push(request_context.RequestContext(write_hooks=[note]))
    try:
        yield
    finally:
        request_context.pop(token)


def in_staff_action() -> bool:
    """Tell whether what is written now is written down as an act of staff."""
    call = request_context.current()
    return call is not None and bool(call.write_hooks)


def record() -> None:
    """Write down the act of this block by itself: before something that is no write of ours."""
    if not in_staff_action():
        raise TypeError("Nobody acts here.")
    with write():
        pass
