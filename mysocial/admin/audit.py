"""The audit log: every act of staff is a record, written in the same step as the act itself.

    with acting(who="mod", via="admin", what="remove post", on="posts.post:<id>", why="spam"):
        services.remove_post(post_id=post_id)

Whatever is written in the block takes the record along, so no service has to think of it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import models

from mysocial.core import request_context
from mysocial.store.models import Record
from mysocial.store.store import Index, Store
from mysocial.store.writes import Write, write

READ = "mysocial.view_auditentry"
MOST_WHY = 1000


class AuditEntry(Record):
    """One act of staff. There is no service that changes one or takes one away."""

    who = models.CharField(max_length=150)
    via = models.CharField(max_length=20)  # the admin, or manage.py
    what = models.CharField(max_length=100)
    target = models.CharField(max_length=200, default="", blank=True)
    why = models.CharField(max_length=MOST_WHY, default="", blank=True)

    class Meta(Record.Meta):
        db_table = "audit_entries"
        app_label = "mysocial"
        verbose_name = "audit entry"
        verbose_name_plural = "audit log"

    def __str__(self) -> str:
        return f"{self.who}: {self.what}"


entries = Store(AuditEntry, queue="moderation", indexes=(Index("all"),))


@contextmanager
def acting(*, who: str, via: str, what: str, on: str = "", why: str = "") -> Iterator[None]:
    """Let each write of this block take a record of the act along."""

    def note(w: Write) -> None:
        entry = AuditEntry(
            who=who[:150], via=via, what=what[:100], target=on[:200], why=why[:MOST_WHY]
        )
        w.create(entry, fresh=True)

    token = request_context.enter(request_context.Call(along=[note]))
    try:
        yield
    finally:
        request_context.leave(token)


def is_acting() -> bool:
    """Tell whether what is written now is written down as an act of staff."""
    call = request_context.current()
    return call is not None and bool(call.along)


def record() -> None:
    """Write down the act of this block by itself: before something that is no write of ours."""
    if not is_acting():
        raise TypeError("Nobody acts here.")
    with write():
        pass
