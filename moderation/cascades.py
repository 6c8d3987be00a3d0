"""What goes with a deleted member, and with a report."""

from typing import ClassVar

from moderation import services
from moderation.store import measures, staff_notes
from mysocial.outbox.cascades import Cascade, remove_listed


class ReportsOfMember(Cascade):
    """What they reported, what was reported of them, and what was done against them."""

    of: ClassVar[str] = "users.user"

    @classmethod
    def remove(cls, pk: str, *, limit: int) -> bool:
        lists = ("reporter", "subject")
        gone = all(services.forget_reports(index=one, user_id=pk, limit=limit) for one in lists)
        return gone and remove_listed(measures, "user", pk, limit=limit)


class NotesOfReport(Cascade):
    """What staff noted on it."""

    of: ClassVar[str] = "moderation.report"

    @classmethod
    def remove(cls, pk: str, *, limit: int) -> bool:
        return remove_listed(staff_notes, "report", pk, limit=limit)
