"""What goes with a deleted member, and with a report."""

from typing import ClassVar

from moderation import services
from moderation.store import moderation_actions, staff_notes
from mysocial.outbox import Cascade, delete_listed


class ReportsOfMember(Cascade):
    """What they reported, what was reported of them, and what was done against them."""

    model_label: ClassVar[str] = "users.user"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        lists = ("reporter", "subject")
        gone = all(services.forget_reports(index=one, user_id=pk, limit=limit) for one in lists)
        return gone and delete_listed(moderation_actions, "user", pk, limit=limit)


class NotesOfReport(Cascade):
    """What staff noted on it."""

    model_label: ClassVar[str] = "moderation.report"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        return delete_listed(staff_notes, "report", pk, limit=limit)
