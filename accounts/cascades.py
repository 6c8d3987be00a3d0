"""Cascades of accounts."""

from typing import ClassVar

from accounts.services import remove_export
from accounts.store import ended_sessions
from mysocial.outbox import Cascade, delete_listed


class EndedSessionCascade(Cascade):
    """Deletes the records of a member's sessions that a suspension ended."""

    model_label: ClassVar[str] = "users.user"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        return delete_listed(ended_sessions, "user", pk, limit=limit)


class ExportCascade(Cascade):
    """Deletes a member's data export."""

    model_label: ClassVar[str] = "users.user"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        remove_export(user_id=pk)
        return True
