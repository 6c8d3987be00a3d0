"""What goes with a deleted member."""

from typing import ClassVar

from accounts.services import remove_export
from accounts.store import ended_sessions
from mysocial.outbox.cascades import Cascade, remove_listed


class EndedSessionsOfMember(Cascade):
    """What was kept of sessions that a suspension ended."""

    of: ClassVar[str] = "users.user"

    @classmethod
    def remove(cls, pk: str, *, limit: int) -> bool:
        return remove_listed(ended_sessions, "user", pk, limit=limit)


class ExportOfMember(Cascade):
    """What they were given of all that was stored of them."""

    of: ClassVar[str] = "users.user"

    @classmethod
    def remove(cls, pk: str, *, limit: int) -> bool:
        remove_export(user_id=pk)
        return True
