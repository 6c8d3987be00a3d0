"""The audit log: one entry per staff action, added by the write that carries the action out.

    with staff_action(actor="mod", channel="admin", action="delete post", target="posts.post:<id>"):
        services.remove_post(post_id=post_id)

Every write inside the block adds an entry, so that no service can forget it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import models

from mysocial.core import request_context
from mysocial.store import Index, Record, Store, Write, write

VIEW_AUDIT_LOG = "mysocial.view_auditentry"
# Permissions that belong to no record. Django needs a model to declare them: the audit entry.
VIEW_OPERATIONS = "mysocial.view_operations"  # operations figures and dead letters
MANAGE_QUEUES = "mysocial.manage_queues"  # Flower, which shows the messages of every queue
MAX_ACTOR_LENGTH, MAX_ACTION_LENGTH, MAX_TARGET_LENGTH = 150, 100, 200
MAX_REASON_LENGTH = 1000


class AuditEntry(Record):
    """An action of a staff member. No service changes or deletes entries."""

    actor = models.CharField(max_length=MAX_ACTOR_LENGTH)
    channel = models.CharField(max_length=20)  # "admin" or "manage.py"
    action = models.CharField(max_length=MAX_ACTION_LENGTH)
    target = models.CharField(max_length=MAX_TARGET_LENGTH, default="", blank=True)
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
    """Add an audit entry to each write of this block. Longer values are truncated.

    Args:
        actor: The username of the staff member.
        channel: Where the action was started: "admin" or "manage.py".
        action: The action, such as "delete post".
        target: The record that is acted on, as `app.model:id`.
        reason: The reason that the staff member gave.
    """

    def add_entry(w: Write) -> None:
        entry = AuditEntry(
            actor=actor[:MAX_ACTOR_LENGTH],
            channel=channel,
            action=action[:MAX_ACTION_LENGTH],
            target=target[:MAX_TARGET_LENGTH],
            reason=reason[:MAX_REASON_LENGTH],
        )
        w.create(entry, new_id=True)

    token = request_context.push(request_context.RequestContext(write_hooks=[add_entry]))
    try:
        yield
    finally:
        request_context.pop(token)


def in_staff_action() -> bool:
    """Return whether writes are part of a staff action."""
    context = request_context.current()
    return context is not None and bool(context.write_hooks)


def record(add_changes: Callable[[Write], None] = lambda _w: None) -> None:
    """Add the entry of the current staff action by a write of its own.

    For changes that are not made by a `Write`: call this before the change.

    Args:
        add_changes: Adds more to this write.

    Raises:
        TypeError: There is no staff action.
    """
    if not in_staff_action():
        raise TypeError("There is no staff action to record.")
    with write() as w:
        add_changes(w)
