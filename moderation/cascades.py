"""Moderation records that are deleted with a member or a report."""

from typing import ClassVar

from moderation import services
from moderation.store import moderation_actions, staff_notes
from mysocial.outbox import Cascade, delete_listed


class ReportsOfMember(Cascade):
    """Reports by and about a deleted member, and the actions taken against them."""

    model_label: ClassVar[str] = "users.user"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        indexes = ("reporter", "subject")
        reports_are_gone = all(
            services.delete_reports(index=index, user_id=pk, limit=limit) for index in indexes
        )
        return reports_are_gone and delete_listed(moderation_actions, "user", pk, limit=limit)


class NotesOfReport(Cascade):
    """Staff notes on a deleted report."""

    model_label: ClassVar[str] = "moderation.report"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        return delete_listed(staff_notes, "report", pk, limit=limit)
