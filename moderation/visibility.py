"""Who sees a report, for those below who tell of one."""

from collections.abc import Sequence
from typing import ClassVar

from moderation import selectors
from mysocial.policies import VisibilityPolicy


class ReportSight(VisibilityPolicy):
    """A report: of members, only who made it."""

    model_label: ClassVar[str] = "moderation.report"

    @classmethod
    def visible(cls, pks: Sequence[str], to: str) -> set[str]:
        return selectors.own_among(pks, to=to)
