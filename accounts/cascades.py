"""What goes with a deleted member."""

from typing import ClassVar

from accounts.services import remove_export
from accounts.store import ended_sessions
from mysocial.outbox import Cascade, delete_listed


class EndedSessionCascade(Cascade):
    """What was kept of sessions that a suspension ended."""

    model_label: ClassVar[str] = "users.user"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        return delete_listed(ended_sessions, "user", pk, limit=limit)


class ExportCascade(Cascade):
    """What they were given of all that was stored of them."""

    model_label: ClassVar[str] = "users.user"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        remove_export(user_id=pk)
        return True
